"""What `targeter init` wrote, what to know of it, and what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.drawing.places import from_here
from targeter.cli.drawing.screen import QUIET, TITLE, Screen, joined, styled
from targeter.cli.drawing.words import count

if TYPE_CHECKING:
    from targeter.starter import Started


def draw_started(screen: Screen, started: Started) -> None:
    """The files, the notes, and last the commands: that is where a reader goes on."""
    folder = styled(from_here(started.folder), TITLE)
    screen.lines(joined("A project begins in ", folder, f": {count(len(started.files), 'file')}"))
    for file in started.files:
        screen.lines(styled(file), indent=2, hang=2)
    if started.notes:
        screen.title("Worth a look")
        for note in started.notes:
            screen.lines(styled(note), indent=2, hang=2)
    if started.next:
        screen.title("Next")
        for command in started.next:
            screen.lines(styled(command), indent=2, hang=4)
    for root in started.data_roots:
        text = f"{root} lies outside of the project: its files are read with --data-root"
        screen.lines(styled(text, QUIET), hang=2)
