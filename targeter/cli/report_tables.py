"""A report as tables of words, for the screen and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from targeter.cli.drawing.words import count, day, number, outcome, safe, share

if TYPE_CHECKING:
    from targeter.reports import Report

SHOWN = 10
_LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the columns are a heading and `left`, `right` or `text`."""

    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def headline(one: Report) -> tuple[str, ...]:
    """The few facts that a report begins with."""
    plan = one.plan
    facts = [
        count(plan.people, "person", "people"),
        f"{count(plan.messages, 'message')}, {share(plan.messages, plan.people)}",
        f"a rule holds for {share(one.matched, plan.people)}",
    ]
    if one.followers:
        seen = number(int(one.followers.followers))
        facts.append(f"seen by at most {seen} through {one.followers.column}")
    return tuple(facts)


def tables(one: Report) -> tuple[Table, ...]:
    """Every table that has something to say, the most wanted first."""
    every = (
        _waterfall(one),
        _rules(one),
        _counts(one),
        _overlaps(one),
        _beaten(one),
        _templates(one),
        _slow(one),
        _missing(one),
        _audiences(one),
        _shut(one),
        _costs(one),
    )
    return tuple(table for table in every if table.rows)


def _cut(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[tuple[str, ...], ...], str]:
    """The first rows, and how many more there are."""
    more = len(rows) - SHOWN
    return tuple(rows[:SHOWN]), f"{number(more)} more in --format json and csv" if more > 0 else ""


def _notes(*notes: str) -> str:
    return ". ".join(note for note in notes if note)


def _waterfall(one: Report) -> Table:
    rows = tuple(
        (
            "get a message" if step.outcome == "message" else outcome(step.outcome),
            number(step.people),
            share(step.people, one.plan.people),
            "" if step.outcome == "message" else number(step.left),
        )
        for step in one.waterfall
        if step.people
    )
    columns = (("people who", "text"), ("people", "right"), ("of all", "right"), ("left", "right"))
    return Table("Where everybody ends", columns, rows)


def _rules(one: Report) -> Table:
    rows = tuple(
        (
            str(rule.priority),
            rule.name,
            number(rule.matched),
            number(rule.won),
            share(rule.won, rule.matched),
        )
        for rule in one.plan.rules
    )
    reach = sum(rule.won > 0 for rule in one.plan.rules)
    hold = sum(rule.matched > 0 for rule in one.plan.rules)
    note = f"{number(hold)} of {count(len(rows), 'rule')} hold for anybody, {number(reach)} reach"
    columns = (("", "right"), ("rule", "left"), ("matched", "right"), ("won", "right"))
    return Table("Rules", (*columns, ("of matched", "right")), rows, f"{note} somebody")


def _counts(one: Report) -> Table:
    rows = tuple(
        (number(rules), number(people), share(people, one.plan.people))
        for rules, people in one.crossing.counts
    )
    shown, more = _cut(rows)
    columns = (("rules that hold", "right"), ("people", "right"), ("of all", "right"))
    return Table("How many rules hold for a person", columns, shown, more)


def _overlaps(one: Report) -> Table:
    rows = [
        (
            pair.first,
            pair.second,
            number(pair.people),
            share(pair.people, one.crossing.matched[pair.second]),
        )
        for pair in one.crossing.overlaps
    ]
    shown, more = _cut(rows)
    left_out = one.crossing.uncounted
    without = f"without the {count(left_out, 'rule')} that come last" if left_out else ""
    columns = (
        ("wins", "left"),
        ("loses", "left"),
        ("people", "right"),
        ("of the loser's", "right"),
    )
    return Table("Rules that hold for the same people", columns, shown, _notes(more, without))


def _beaten(one: Report) -> Table:
    rows = [
        (
            beaten.rule,
            number(beaten.matched),
            ", ".join(f"{_instead(name)} {number(people)}" for name, people in beaten.instead[:3]),
        )
        for beaten in one.crossing.beaten
    ]
    rows += [(rule.name, "0", "holds for nobody") for rule in one.plan.rules if not rule.matched]
    shown, more = _cut(rows)
    columns = (("rule", "left"), ("matched", "right"), ("its people", "text"))
    return Table("Rules that win nobody", columns, shown, more)


def _instead(name: str) -> str:
    words = outcome(name)
    return f"get {name}" if words == name else words


def _templates(one: Report) -> Table:
    rows = [
        (
            row.name,
            number(row.messages),
            f"{number(row.longest)}/{number(row.limit)}" if row.longest and row.limit else "",
            number(row.too_long),
        )
        for row in one.plan.templates
    ]
    shown, more = _cut(rows)
    columns = (
        ("template", "left"),
        ("messages", "right"),
        ("longest", "right"),
        ("did not fit", "right"),
    )
    return Table("Copy", columns, shown, more)


def _slow(one: Report) -> Table:
    rows = [
        (part.template, str(part.place.line), ", ".join(part.columns)) for part in one.plan.slow
    ]
    shown, more = _cut(rows)
    columns = (("template", "left"), ("line", "right"), ("values", "text"))
    why = "several values in one piece: each combination is written for itself"
    return Table("Templates that are slow to write", columns, shown, _notes(more, why))


def _missing(one: Report) -> Table:
    rows = [
        (
            value.template,
            value.variable,
            "can't be written" if value.required else "written without",
            number(value.lacking),
            share(value.lacking, value.held),
        )
        for value in one.missing
    ]
    shown, more = _cut(rows)
    columns = (
        ("template", "left"),
        ("value", "left"),
        ("without it", "left"),
        ("people", "right"),
        ("of matched", "right"),
    )
    return Table("Values that people lack", columns, shown, more)


def _audiences(one: Report) -> Table:
    rows = [
        (
            cell.channel,
            _text(cell.text),
            number(cell.people),
            number(cell.smallest),
            number(int(cell.recognised)),
        )
        for cell in one.audiences
    ]
    shown, more = _cut(rows)
    columns = (
        ("channel", "left"),
        ("text", "text"),
        ("people", "right"),
        ("needed", "right"),
        ("recognised", "right"),
    )
    note = "recognised: how many of them the network is expected to know" if rows else ""
    return Table("Audiences of promoted texts", columns, shown, _notes(more, note))


def _shut(one: Report) -> Table:
    rows = tuple(
        (cell.channel, _text(cell.text), number(cell.people), number(cell.smallest))
        for cell in one.plan.shut
    )
    columns = (("channel", "left"), ("text", "text"), ("people", "right"), ("needed", "right"))
    hidden = one.plan.shut_count - len(rows)
    note = f"and {count(hidden, 'smaller one')}" if hidden else ""
    return Table("Promoted texts that too few people share", columns, rows, note)


def _costs(one: Report) -> Table:
    rows = [
        (cost.channel, number(cost.messages), f"{cost.each:f}", f"{cost.total:,f}")
        for cost in one.costs
    ]
    if len(rows) > 1:
        messages = sum(cost.messages for cost in one.costs)
        total = sum((cost.total for cost in one.costs), Decimal())
        rows.append(("all", number(messages), "", f"{total:,f}"))
    columns = (("channel", "left"), ("messages", "right"), ("each", "right"), ("cost", "right"))
    return Table("Cost", columns, tuple(rows))


def _text(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


# -- as Markdown -----------------------------------------------------------------------------

# What would be markup, a mention or a reference where the page is read.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&]")


def markdown(one: Report) -> str:
    """The whole report as Markdown; what comes from data or files is no markup."""
    parts = [f"# Report for {day(one.plan.as_of)}", _plain(" · ".join(headline(one)))]
    for table in tables(one):
        parts.append(f"## {_plain(table.title)}")
        parts.append("\n".join(_lines(table)))
        if table.note:
            parts.append(_plain(table.note))
    return "\n\n".join(parts) + "\n"


def _lines(table: Table) -> Iterator[str]:
    yield _row(heading for heading, _ in table.columns)
    yield _row("--:" if kind == "right" else "---" for _, kind in table.columns)
    for row in table.rows:
        yield _row(map(_plain, row))


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    escaped = _MARKUP.sub(lambda match: f"\\{match[0]}", safe(text))
    return escaped.replace("#", "&#35;").replace("@", "&#64;")
