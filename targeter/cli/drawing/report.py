"""A report on a screen: the facts first, then a table for each question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.drawing.screen import QUIET, TITLE, Screen, joined, listed, styled, table_of
from targeter.cli.drawing.words import day
from targeter.cli.report_tables import headline, tables

if TYPE_CHECKING:
    from targeter.reports import Report


def draw_report(screen: Screen, one: Report) -> None:
    """Every table that has something to say."""
    screen.lines(
        joined(
            styled(f"Report for {day(one.plan.as_of)}", TITLE),
            styled(f"  {one.plan.plan_id}", QUIET),
        )
    )
    screen.lines(listed(styled(fact) for fact in headline(one)))
    for table in tables(one):
        screen.title(table.title)
        drawn = table_of(*table.columns)
        for row in table.rows:
            drawn.add_row(*(styled(cell) for cell in row))
        screen.table(drawn)
        if table.note:
            screen.lines(styled(table.note, QUIET))
