"""The files of a batch, one a line: its name, what its rows are, and how many it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from targeter.cli.drawing.screen import QUIET, Screen, grid_of, styled
from targeter.cli.drawing.words import count, number

if TYPE_CHECKING:
    from targeter.batches import File
    from targeter.exporters.interface import Written

_MOST = 20


def draw_files(screen: Screen, files: Sequence[File | Written]) -> None:
    """The first files, and how many more there are."""
    grid = grid_of("left", "left", "right")
    for file in files[:_MOST]:
        grid.add_row(styled(file.name), styled(file.what, QUIET), styled(number(file.rows)))
    screen.table(grid, indent=2)
    if len(files) > _MOST:
        screen.lines(styled(f"and {count(len(files) - _MOST, 'more file')}", QUIET), indent=2)
