"""A report as one flat table of numbers, for a spreadsheet or a database."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from targeter.reports import Report

_COLUMNS = ("section", "name", "other", "measure", "value")
_Row = tuple[str, str, str, str, object]

# What a spreadsheet reads as the beginning of a formula.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def csv_text(one: Report) -> str:
    """Five columns: a section, what the number is about, a second thing, what it counts, and it.

    A text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for *texts, value in rows(one):
        writer.writerow([*(_guarded(str(text)) for text in texts), value])
    return out.getvalue()


def _guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def rows(one: Report) -> Iterator[_Row]:
    """Every number of a report, one a row."""
    plan = one.plan
    yield from (("reach", name, "", "people", value) for name, value in _reach(one))
    if one.followers:
        seen = one.followers
        yield "reach", "followers", seen.column, "at most", seen.followers
        yield "reach", "followers", seen.column, "people who say", seen.people
        yield "reach", "followers", seen.column, "people who don't", seen.unknown
    for step in one.waterfall:
        yield "waterfall", step.outcome, "", "people", step.people
        yield "waterfall", step.outcome, "", "left", step.left
    for rule in plan.rules:
        yield "rules", rule.name, "", "matched", rule.matched
        yield "rules", rule.name, "", "won", rule.won
        yield "rules", rule.name, "", "held_out", rule.held_out
    yield from _crossing(one)
    yield from _copy(one)
    for cell in one.audiences:
        yield "audiences", cell.channel, cell.text, "people", cell.people
        yield "audiences", cell.channel, cell.text, "recognised", cell.recognised
        yield "audiences", cell.channel, cell.text, "smallest", cell.smallest
    for cost in one.costs:
        yield "costs", cost.channel, "", "messages", cost.messages
        yield "costs", cost.channel, "", "each", cost.each
        yield "costs", cost.channel, "", "total", cost.total


def _reach(one: Report) -> Iterator[tuple[str, int]]:
    yield "all", one.plan.people
    yield "matched", one.matched
    yield "messages", one.plan.messages


def _crossing(one: Report) -> Iterator[_Row]:
    for number, people in one.crossing.counts:
        yield "rules_by_person", str(number), "", "people", people
    for pair in one.crossing.overlaps:
        yield "overlaps", pair.first, pair.second, "people", pair.people
    for beaten in one.crossing.beaten:
        for name, people in beaten.instead:
            yield "beaten", beaten.rule, name, "people", people


def _copy(one: Report) -> Iterator[_Row]:
    for row in one.plan.templates:
        yield "templates", row.name, row.channel, "messages", row.messages
        if row.longest is not None:
            yield "templates", row.name, row.channel, "longest", row.longest
            yield "templates", row.name, row.channel, "limit", row.limit
        yield "templates", row.name, row.channel, "too_long", row.too_long
    for part in one.plan.slow:
        yield "slow_templates", part.template, ", ".join(part.columns), "line", part.place.line
    for value in one.missing:
        yield "missing", value.template, value.variable, "held", value.held
        yield "missing", value.template, value.variable, "lacking", value.lacking
    for cell in one.plan.shut:
        yield "shut", cell.channel, cell.text, "people", cell.people
        yield "shut", cell.channel, cell.text, "smallest", cell.smallest
