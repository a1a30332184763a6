"""How far a long command is: on a terminal's standard error only, and only after a second."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from targeter.cli.drawing.bar import Bar

_PATIENCE = 1.0  # seconds; what is over sooner needs no bar

Told = Callable[[str, int, int], None]


@contextmanager
def progress_on_screen() -> Iterator[Told]:
    """Yield what the engine tells its stages to: name, number from 1, and how many there are."""
    if not sys.stderr.isatty() or os.environ.get("TERM", "").casefold() in ("dumb", "unknown"):
        yield lambda stage, step, steps: None
        return
    later = _Later()
    try:
        yield later.told
    finally:
        later.close()


class _Later:
    """A bar that is made, from a timer's thread, when its time has come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bar: Bar | None = None
        self._is_over = False
        self._last = ("starting", 0, 0)
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def _show(self) -> None:
        from targeter.cli.drawing.bar import Bar  # here: most commands are over before

        with self._lock:
            if not self._is_over:
                self._bar = Bar(_PATIENCE)
                self._bar.told(*self._last)

    def told(self, stage: str, step: int, steps: int) -> None:
        with self._lock:
            self._last = (stage, step, steps)
            if self._bar:
                self._bar.told(stage, step, steps)

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            if self._bar:
                self._bar.close()
