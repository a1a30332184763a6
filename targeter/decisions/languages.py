"""Which language of a template a person reads: the closest to their own there is."""

from __future__ import annotations

from collections.abc import Sequence

from targeter.binding import Bound
from targeter.database import identifier, literal
from targeter.signature import ALWAYS, NEVER, Both, Builder, Either, Formula, Without
from targeter.templates import Template


def language_of(bound: Bound, builder: Builder, template: Template) -> Formula:
    """Who reads a template of all in its languages: their closest, and who has none the default."""
    language = bound.project.settings.language
    if language is None:
        return ALWAYS
    column = bound.profile.get(language.column.text)
    assert column is not None
    speakers = _Speakers(builder, f"p.{identifier(column.name)}")
    alike = bound.project.in_languages(template.name)
    names = [one.language.casefold() for one in alike if one.language]
    if template is not _fallback(alike, language.default):
        return speakers.closest((template.language or "").casefold(), names)
    others = [one.language.casefold() for one in alike if one is not template and one.language]
    return Without(Either(tuple(speakers.closest(other, names) for other in others)))


class _Speakers:
    """Bits about the column that says what people speak."""

    def __init__(self, builder: Builder, column: str) -> None:
        self._builder = builder
        self._text = f"replace(lower(trim({column}::VARCHAR)), '_', '-')"

    def closest(self, language: str, names: Sequence[str]) -> Formula:
        """Who speaks a language, and none of `names` that is closer: de-AT goes before de."""
        if not language:
            return NEVER
        closer = [name for name in names if name.startswith(f"{language}-")]
        speaks = self._speak(language)
        if not closer:
            return speaks
        return Both((speaks, Without(Either(tuple(self._speak(name) for name in closer)))))

    def _speak(self, language: str) -> Formula:
        """Who speaks a language or a variety of it: somebody who speaks de-AT reads de."""
        return self._builder.leaf(f"starts_with({self._text} || '-', {literal(f'{language}-')})")


def _fallback(alike: Sequence[Template], default: str) -> Template | None:
    """The one for everybody else: the default language's, cut at its dashes, or the plain."""
    by_name = {one.language.casefold() if one.language else "": one for one in alike}
    while default and default not in by_name:
        default = default.rpartition("-")[0]
    return by_name.get(default)
