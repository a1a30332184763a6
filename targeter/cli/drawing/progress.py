"""How far a long command is: on a terminal's standard error only, and only after a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from targeter.cli.drawing.words import safe

_PATIENCE = 1.0  # seconds; what is over sooner needs no bar

Told = Callable[[str, int, int], None]


@contextmanager
def progress_on_screen() -> Iterator[Told]:
    """Yield what the engine tells its stages to: name, number from 1, and how many there are."""
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        yield lambda stage, step, steps: None
        return
    bar = _Bar(console)
    try:
        yield bar.told
    finally:
        bar.close()


class _Left(ProgressColumn):
    """The time left if the stages to come are like those that went; nothing while nobody knows."""

    def render(self, task: Task) -> Text:
        if task.time_remaining is None or task.finished:
            return Text("")
        minutes, seconds = divmod(round(task.time_remaining), 60)
        return Text(f"about {minutes}:{seconds:02d} left", style="dim")


class _Bar:
    """A bar that shows itself when its time has come, from a timer's thread."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            BarColumn(bar_width=24),
            TextColumn("{task.fields[step]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            _Left(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None, step="")
        self._lock = threading.Lock()
        self._is_over = False
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def _show(self) -> None:
        with self._lock:
            if not self._is_over:
                self._progress.start()

    def told(self, stage: str, step: int, steps: int) -> None:
        self._progress.update(
            self._task,
            description=safe(stage),
            completed=max(step - 1, 0),
            total=steps,
            step=f"{step} of {steps}",
        )

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            self._progress.stop()
