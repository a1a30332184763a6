"""Ctrl-C while the main thread works in C: heard by another thread, obeyed at a safe point."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# How long to wait before what runs is told again to stop: it may not have begun when it was told.
_AGAIN = 0.05
_END = b"\0"  # no signal has this number
Stop = Callable[[], None]


@contextmanager
def hearing(stop: Stop) -> Iterator[None]:
    """Call `stop`, from another thread, when Ctrl-C is pressed in this block, until it is left.

    Python looks at signals between its own steps only, and never while the engine works; but the
    signal writes a byte to the wakeup file, and a thread that waits there can stop the engine.
    Leaving the block does what Ctrl-C does outside: `KeyboardInterrupt`, in place of any other
    error. In other threads than the main one, and where Ctrl-C is ignored, nothing is changed.
    """
    before = signal.getsignal(signal.SIGINT) if _is_main() else None
    if not callable(before):
        yield
        return
    with _held_back(before):
        woken = signal.set_wakeup_fd(_listener.begin(stop), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken)
            _listener.end()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back while something is put away that nobody else would; then obey it."""
    before = signal.getsignal(signal.SIGINT) if _is_main() else None
    if not callable(before):
        yield
        return
    with _held_back(before):
        yield


Handler = Callable[[int, FrameType | None], object]


@contextmanager
def _held_back(before: Handler) -> Iterator[None]:
    pressed: list[FrameType | None] = []
    signal.signal(signal.SIGINT, lambda number, frame: pressed.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)  # what was pressed until now is in the list
        if pressed:
            _listener.forget()
            before(signal.SIGINT, pressed[0])


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


class _Listener:
    """The thread that waits for the byte which a signal writes; begun when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop: Stop | None = None
        self._thread: threading.Thread | None = None
        self._read = self._write = -1
        self._is_at_end = threading.Event()

    def begin(self, stop: Stop) -> int:
        """Have `stop` called when a signal comes; returns the file it is to be written to."""
        if self._thread is None or not self._thread.is_alive():  # a forked process has none
            self._read, self._write = os.pipe()
            os.set_blocking(self._write, False)
            self._thread = threading.Thread(target=self._listen, name="ctrl-c", daemon=True)
            self._thread.start()
        self._stop = stop
        return self._write

    def end(self) -> None:
        with self._lock:  # nothing is stopped after this that wasn't begun before
            self._stop = None

    def forget(self) -> None:
        """Wait until no signal of the past can stop what is begun from now on."""
        if self._thread is not None and self._thread.is_alive():
            self._is_at_end.clear()
            os.write(self._write, _END)
            self._is_at_end.wait(1)

    def _listen(self) -> None:
        while byte := os.read(self._read, 1):
            if byte == _END:
                self._is_at_end.set()
            while byte[0] == signal.SIGINT and self._told():
                _WAIT.wait(_AGAIN)

    def _told(self) -> bool:
        with self._lock:
            if self._stop is None:
                return False
            self._stop()
            return True


_WAIT = threading.Event()  # never set: waiting for it is sleeping
_listener = _Listener()
