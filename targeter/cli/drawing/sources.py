"""Sources as they were read: rows, files, and what was assumed of columns nobody declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from targeter.cli.drawing.findings import draw_findings
from targeter.cli.drawing.screen import (
    DOUBT,
    QUIET,
    TITLE,
    Screen,
    joined,
    listed,
    styled,
    table_of,
)
from targeter.cli.drawing.words import count
from targeter.schema import TYPES

if TYPE_CHECKING:
    from targeter.declaring import Declared
    from targeter.sources.reading import Loaded, LoadedColumn

_NAMES = {engine: name for name, engine in TYPES.items()}


def draw_sources(screen: Screen, loaded: Sequence[Loaded], *, whole: bool) -> None:
    """Each source; `whole` shows the declared columns one by one, too."""
    for number, one in enumerate(loaded):
        if number:
            screen.blank()
        _draw_source(screen, one, whole=whole)
    assumed = sum(not c.declared for one in loaded for c in one.columns)
    if assumed:
        screen.title(f"{count(assumed, 'column')} read as they look")
        text = "targeter sources --write declares them, so that lint can check who uses them."
        screen.lines(styled(text, QUIET))


def draw_declared(screen: Screen, declared: Declared) -> None:
    """How many columns were written into the settings, for each source."""
    if not declared.columns:
        screen.lines(styled("Every column is declared: nothing was written."))
        return
    screen.lines(styled("Declared in rules/targeter.yaml, to be looked through:"))
    for name, number in declared.columns:
        screen.lines(joined(styled(name, TITLE), f"  {count(number, 'column')}"), indent=2)


def _draw_source(screen: Screen, one: Loaded, *, whole: bool) -> None:
    declared = [c for c in one.columns if c.declared]
    facts = [styled(count(one.rows, "row")), styled(count(len(one.columns), "column"))]
    facts += [styled(file) for file in one.files[:3]]
    if len(one.files) > 3:
        facts.append(styled(f"and {len(one.files) - 3} more files"))
    screen.lines(joined(styled(one.source, TITLE), "  ", listed(facts)), hang=2)
    for note in one.notes:
        screen.lines(styled(note, QUIET), indent=2, hang=2)
    shown = one.columns if whole else tuple(c for c in one.columns if not c.declared)
    if shown:
        _draw_columns(screen, shown)
    if not whole and declared:
        screen.lines(styled(f"{count(len(declared), 'column')} as declared", QUIET), indent=2)
    draw_findings(screen, one.findings, lines=False)


def _draw_columns(screen: Screen, columns: Sequence[LoadedColumn]) -> None:
    table = table_of(("column", "left"), ("type", "left"), ("", "left"), ("note", "text"))
    for column in columns:
        how = styled("declared", QUIET) if column.declared else styled("assumed", DOUBT)
        type_ = _NAMES.get(column.type, column.type.lower())
        table.add_row(styled(column.name), styled(type_), how, styled(column.note, QUIET))
    screen.table(table, indent=2)
