"""The first rule and template of a drafted project, which anybody could get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.database import literal
from targeter.sources.guessing import GuessedColumn
from targeter.starter import names
from targeter.starter.duties import Consents, is_private, is_sensitive, speaks_of_consent
from targeter.starter.survey import Survey, Surveyed
from targeter.starter.wording import expression, sql_name
from targeter.yaml_source import quoted

_HANDLES = frozenset({"handle", "twitter", "screenname", "xhandle", "twitterhandle"})
_PHONES = frozenset({"phone", "mobile", "msisdn", "phonenumber", "mobilenumber"})
_LONGEST_VALUE = 40


@dataclass(frozen=True, slots=True)
class Count:
    """A trait that counts a person's rows in a source."""

    trait: str
    of: Surveyed


@dataclass(frozen=True, slots=True)
class _First:
    """Whom the first rule means: the condition, why it may matter, where its border comes from."""

    condition: str
    why: str
    comment: str = ""


def channel_of(columns: Sequence[GuessedColumn]) -> tuple[str, str | None]:
    """The channel for the first message, and the column with a person's address there."""
    for channel, known in (("x_dm", _HANDLES), ("sms", _PHONES)):
        for column in columns:
            if column.type == "text" and "".join(names.words_of(column.name)) in known:
                return channel, column.name
    return "x_dm", None


def fit_to_choose(columns: Sequence[GuessedColumn], key: str | None) -> list[GuessedColumn]:
    """The columns that a first rule may choose people by, or another person's row may carry."""
    greeting = names.first_name(column.name for column in columns)
    return [
        column
        for column in columns
        if column.name not in (key, greeting)
        and not is_sensitive(column.name)
        and not is_private(column.name)
        and not speaks_of_consent(column.name)
    ]


def rules_text(
    survey: Survey, columns: Sequence[GuessedColumn], consents: Consents, counts: Sequence[Count]
) -> str:
    """The first rule file: who refused, and one rule that holds for some."""
    first = _first(survey, columns, counts)
    lines = [
        "# Of all rules that hold for a person, the one with the highest priority speaks: one",
        "# message, or none. A condition holds only if it is TRUE; what is missing is NULL.",
        *_suppressions(survey, consents),
        "rules:",
        "  - name: first",
        f"    why: {quoted(first.why)}",
        "    priority: 10",
        "    when:",
        "      all:",
        *([f"        # {first.comment}"] if first.comment else []),
        f"        - {expression(first.condition, 8)}",
        "    templates: [first]",
        "",
    ]
    return "\n".join(lines)


def _suppressions(survey: Survey, consents: Consents) -> Iterator[str]:
    if not consents.refusals:
        return
    yield from ("", "# Whoever is meant here gets nothing, whatever rule holds.", "suppressions:")
    for number, name in enumerate(consents.refusals, start=1):
        yield f"  - name: refused-{number}"
        yield f"    when: {expression(sql_name(name, survey.reserved), 4)}"
    yield ""


def _first(survey: Survey, columns: Sequence[GuessedColumn], counts: Sequence[Count]) -> _First:
    """The busiest quarter of a source, else the commonest value of a column, else everybody."""
    fit = [count for count in counts if names.is_welcome(count.of.name)]
    if fit:
        # what refers to things is what people do; and two rows say more than one
        best = max(fit, key=lambda c: (bool(c.of.references), c.of.often > 1, c.of.file.rows))
        return _First(
            f"{best.trait} >= {best.of.often}",
            f"They are often in {best.of.name}. Say here why that makes this worth reading.",
            f"a quarter of the people in {best.of.name} have at least that many rows there",
        )
    key = str(survey.base.key)
    for column in fit_to_choose(columns, key):
        value = survey.usual.get(column.name)
        if value and len(value) <= _LONGEST_VALUE and value.isprintable():
            return _First(
                f"{sql_name(column.name, survey.reserved)} = {literal(value)}",
                "Say here why this message is worth their time.",
                "the commonest of its values",
            )
    why = "Everybody. Say here who it is for, and why it is worth their time."
    return _First(f"{sql_name(key, survey.reserved)} is not null", why)


def template_text(columns: Sequence[GuessedColumn]) -> str:
    """A message that anybody may get, by name where a name is known."""
    greeting = names.first_name(column.name for column in columns if column.type == "text")
    hello = f'Hi {{{{ {greeting} | default("there") }}}}, thank' if greeting else "Thank"
    return (
        f"---\nchannel: {channel_of(columns)[0]}\ntopic: first\n---\n"
        f"{hello} you for being with us. Is there one thing we could do better? Answer this "
        "message, and somebody reads it.\n"
    )
