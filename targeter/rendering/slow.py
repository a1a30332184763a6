"""Which templates are outside the fast subset, and why: a plan says so."""

from __future__ import annotations

from dataclasses import dataclass

from targeter.binding import Bound
from targeter.findings import Place
from targeter.rendering.pieces import pieces
from targeter.rendering.writer import Writer
from targeter.templates import Template


@dataclass(frozen=True, slots=True)
class SlowPart:
    """A part of a template that is rendered once for each combination of its `columns`' values.

    Without a combination in common that is nearly once a person. `place` is the line it begins on.
    """

    template: str
    columns: tuple[str, ...]
    place: Place

    def __str__(self) -> str:
        listed = f"{', '.join(self.columns[:-1])} and {self.columns[-1]}"
        return (
            f"template {self.template!r} writes {listed} in one piece (line {self.place.line}), "
            "so each combination of them is rendered for itself"
        )


def slow_parts(template: Template, bound: Bound) -> tuple[SlowPart, ...]:
    """The parts of a template that read several columns at once; none if it is fast."""
    settings = bound.project.settings.channel(template.channel.text)
    if settings is None:
        return ()
    writer = Writer(template, settings.channel, bound, None)
    cut = pieces(writer)
    read = [(1, writer.columns)] if cut is None else [(piece.line, piece.columns) for piece in cut]
    first = template.file.place(template.body_start).line
    return tuple(
        SlowPart(template.id, columns, Place(template.file.path, first + line - 1, 1))
        for line, columns in read
        if len(columns) > 1
    )
