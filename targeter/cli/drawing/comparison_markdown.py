"""A comparison as Markdown for a pull request: short, a table, and samples folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from targeter.cli.drawing.comparison import KINDS
from targeter.cli.drawing.words import count, day, number, safe, safe_lines

if TYPE_CHECKING:
    from targeter.plans import Change, Comparison, Sample, Side

# A comment holds 65,536 characters, and nobody reads half of them.
_MOST_ROWS = 30
_MOST_SAMPLED = 10
_LONGEST_TEXT = 1_000


def as_markdown(comparison: Comparison) -> str:
    """The whole comparison. What comes from data stands in code: it links and mentions nobody."""
    return "\n".join([*_head(comparison), *_ways(comparison), *_samples(comparison)]) + "\n"


def _head(comparison: Comparison) -> Iterator[str]:
    parts = [
        f"{number(people)} {one if people == 1 else many}"
        for kind, (one, many, _) in KINDS.items()
        if (people := comparison.counts[kind])
    ]
    yield f"### targeter: {', '.join(parts) or 'nobody gets anything else'}"
    yield ""
    against = comparison.against
    before = count(comparison.messages_before, "message")
    yield (
        f"{before} before ({_code(against.name)}, {day(against.as_of)}), "
        f"{number(comparison.messages_after)} now ({day(comparison.as_of)}), "
        f"of {count(comparison.people, 'person', 'people')}. "
        f"{number(comparison.unchanged)} as before."
    )


def _ways(comparison: Comparison) -> Iterator[str]:
    if not comparison.changes:
        return
    yield ""
    yield "| from | to | people |"
    yield "|---|---|---:|"
    for change in comparison.changes[:_MOST_ROWS]:
        before = _end(change.before, has_message=change.kind not in ("gains", "outcome"))
        after = _end(change.after, has_message=change.kind not in ("loses", "outcome"))
        if change.kind == "rewritten":
            after += ", other words"
        yield f"| {before} | {after} | {number(change.people)} |"
    more = len(comparison.changes) - _MOST_ROWS
    if more > 0:
        yield ""
        yield f"And {count(more, 'smaller change')}."


def _end(name: str, *, has_message: bool) -> str:
    cell = _code(name).replace("|", "\\|")  # a bar ends a cell, in code too
    return cell if has_message else f"*no message:* {cell}"


def _samples(comparison: Comparison) -> Iterator[str]:
    read = [c for c in comparison.changes if c.samples and c.kind != "outcome"][:_MOST_SAMPLED]
    if not read:
        return
    yield ""
    yield "<details>"
    yield "<summary>What they would read</summary>"
    for change in read:
        yield from _sampled(change)
    yield ""
    yield "</details>"


def _sampled(change: Change) -> Iterator[str]:
    yield ""
    after = "other words, link or channel" if change.kind == "rewritten" else _code(change.after)
    yield f"**{_code(change.before)} → {after}**, {count(change.people, 'person', 'people')}"
    for sample in change.samples:
        yield ""
        yield from _sample(sample)


def _sample(sample: Sample) -> Iterator[str]:
    yield f"{_code(sample.person)}:"
    for title, side in (("before", sample.before), ("now", sample.after)):
        yield ""
        yield from _side(title, side)


def _side(title: str, side: Side) -> Iterator[str]:
    if side.text is None:
        yield f"{title}: nothing ({_code(side.outcome)})"
        return
    told = ", ".join(_code(part) for part in (side.template, side.channel, side.link) if part)
    yield f"{title}: {told}"
    yield ""
    yield from _fenced(side.text)


def _fenced(text: str) -> Iterator[str]:
    """A text in a fence longer than any in it."""
    shown = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
    fence = "`" * max(3, _longest_run(shown) + 1)
    yield f"{fence}text"
    yield from safe_lines(shown)
    yield fence


def _code(text: str) -> str:
    """A word of somebody's as code, on one line."""
    shown = safe(text)
    fence = "`" * (_longest_run(shown) + 1)
    space = " " if "`" in shown or not shown.strip() else ""
    return f"{fence}{space}{shown}{space}{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
