"""Who was taken out of audiences and why, and what was done to forget somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.drawing.files import draw_files
from targeter.cli.drawing.places import from_here
from targeter.cli.drawing.screen import DOUBT, QUIET, TITLE, Screen, grid_of, joined, styled
from targeter.cli.drawing.words import count, number

if TYPE_CHECKING:
    from targeter.exporters.removals import Removals
    from targeter.forgetting import Forgotten
    from targeter.optouts import OptOuts


def draw_opt_outs(screen: Screen, done: OptOuts) -> None:
    """Why people leave, and the files that say so to the network."""
    among = f"of {count(done.members, 'person', 'people')} in exported audiences"
    if not done.people:
        screen.lines(joined(f"Nobody {among} has to leave."))
    else:
        screen.lines(joined(f"{number(done.people)} {among} may not be there any more."))
        grid = grid_of("right", "left", "left")
        for reason in done.reasons:
            kind = "" if reason.kind in ("gone", "forgotten") else reason.kind
            grid.add_row(styled(number(reason.people)), styled(reason.name), styled(kind, QUIET))
        screen.table(grid, indent=2)
        screen.blank()
    if done.removals is not None:
        _draw_removals(screen, done.removals)
    for line in done.told:
        screen.lines(styled(line))
    for one in done.still_in:
        people = count(one.people, "person is", "people are")
        why = "no batch says by what they are known there"
        help_ = "targeter render tells its exporter who leaves; else take them out there"
        screen.lines(styled(f"{people} still in audiences of {one.channel}: {why}", DOUBT))
        screen.lines(styled(help_, DOUBT), indent=2)


def draw_forgotten(screen: Screen, done: Forgotten) -> None:
    """What became of people who were forgotten; they are counted and not named."""
    if done.known == done.people:
        people = count(done.people, "person was", "people were")
        screen.lines(joined(f"{people} forgotten before, and suppressed since."))
    else:
        people = count(done.people, "person is", "people are")
        before = f", {number(done.known)} of them before" if done.known else ""
        screen.lines(joined(f"{people} forgotten{before}, and will be suppressed from now on."))
    if done.unknown:
        who = count(done.unknown, "key is in no batch: was it", "keys are in no batch: were they")
        screen.lines(styled(f"{who} typed right?", DOUBT))
    if not done.batches:
        screen.lines(styled("No batch names them.", QUIET))
    for one in done.batches:
        rows, texts = count(one.rows, "row"), count(one.texts, "text of others", "texts of others")
        told = f"{rows} taken out" + (f", {texts} blanked" if one.texts else "")
        screen.lines(joined(one.batch, "  ", styled(told, QUIET)), indent=2)
        for name in one.removed:
            screen.lines(styled(f"{name} is gone: no row says whose it is", DOUBT), indent=4)
    if done.removals is not None:
        screen.blank()
        _draw_removals(screen, done.removals)
        screen.lines(styled("Send the removals now: nothing else knows them by their hashes."))


def _draw_removals(screen: Screen, written: Removals) -> None:
    folder = styled(from_here(written.folder), TITLE)
    if not written.operations:
        told = "Nothing to send: others who stay have the same addresses or handles. "
        screen.lines(joined(told, folder))
        return
    screen.lines(joined(count(written.operations, "removal"), " written to ", folder))
    draw_files(screen, written.files)
