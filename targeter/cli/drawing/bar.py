"""A line on the terminal: which step, for how long, what is counted in it, and the time left."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from targeter.cli.drawing.words import safe
from targeter.meters import METER, Count, Share

_QUIET = "dim"
# Before so much was counted for so long, what is left is a guess.
_ENOUGH_SHARE = 0.05
_ENOUGH_SECONDS = 2.0
_LONG_QUERY = 0.5  # seconds


class Bar:
    """The line, drawn over and over by a thread of its own until it is closed and gone."""

    def __init__(self, begun: float) -> None:
        """`begun` is how many seconds ago the command began."""
        console = Console(stderr=True, markup=False, highlight=False, emoji=False)
        self._progress = Progress(
            BarColumn(bar_width=16),
            TextColumn("{task.fields[step]}", markup=False),
            _Elapsed(time.monotonic() - begun),
            TextColumn("{task.description}", markup=False),
            _Counted(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None, step="")
        self._progress.start()

    def told(self, stage: str, step: int, steps: int) -> None:
        self._progress.update(
            self._task,
            description=safe(stage),
            completed=max(step - 1, 0),
            total=steps or None,
            step=f"{step} of {steps}" if steps else "",
            refresh=True,
        )

    def close(self) -> None:
        self._progress.stop()


class _Elapsed(ProgressColumn):
    """For how long the command runs."""

    max_refresh = 0.5

    def __init__(self, begun: float) -> None:
        super().__init__()
        self._begun = begun

    def render(self, task: Task) -> Text:
        return Text(_clock(time.monotonic() - self._begun))


class _Counted(ProgressColumn):
    """What the work counts, the time left for that, and how far a long statement is."""

    def __init__(self) -> None:
        super().__init__()
        self._count: Count | None = None
        self._counted_since = 0.0
        self._share: Share | None = None
        self._running_since = 0.0

    def render(self, task: Task) -> Text:
        now = time.monotonic()
        count, share = METER.count, METER.share
        if count is not self._count:
            self._count, self._counted_since = count, now
        if share is not self._share:
            self._share, self._running_since = share, now
        told = []
        if count and count.of:
            told.append(f"{count.done:,} of {count.of:,} {count.what}")
            told.append(left(count, now - self._counted_since))
        if share and now - self._running_since >= _LONG_QUERY:
            told.append(_done(share))
        return Text(", ".join(filter(None, told)), style=_QUIET)


def _done(share: Share) -> str:
    """How much of the statement that runs is done, where the engine can tell."""
    try:
        done = share()
    except Exception:  # it was closed between the two
        return ""
    return f"{done:.0%} of a query" if 0 < done < 1 else ""


def left(count: Count, seconds: float) -> str:
    """The time left if the rest takes as long as what was counted; nothing while nobody knows."""
    if seconds < _ENOUGH_SECONDS or not _ENOUGH_SHARE * count.of <= count.done < count.of:
        return ""
    rest = seconds * (count.of - count.done) / count.done
    return f"about {_clock(rest)} left of this"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
