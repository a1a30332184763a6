"""What a column nobody declared is: read as it looks, over every row and not the first ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from targeter.database import Engine, identifier
from targeter.sources import casting
from targeter.sources.relation import Looks, ReadColumn, Relation

# Leading zeros and long numbers are names for things: numbers lose their digits.
_INTEGER = r"-?(0|[1-9][0-9]{0,17})"
_DECIMAL = rf"{_INTEGER}(\.[0-9]+)?"
_NUMBER = r"-?((0|[1-9][0-9]{0,17})(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = rf"{_DATE}([ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,9}})?)?({casting.ZONE})?)?"
_DIGITS = 18
_SAMPLED = 1_000
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Look:
    """A type for a column of texts: the engine's type, the cast from a trimmed text, what to say.

    `keeps_text` means that the text itself is the value, white space around it included.
    """

    type: str
    cast: Callable[[str], str]
    note: str
    keeps_text: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type that a text may be of: the SQL that tests one trimmed text."""

    name: str
    test: Callable[[str], str]


def _is_finite(t: str) -> str:
    return f"NOT {casting.matches(t, casting.NOT_FINITE)}"


# from the narrowest to the widest: the first that all values are of is the type
_KINDS = (
    _Kind("boolean", lambda t: f"lower({t}) IN ('true', 'false')"),
    _Kind("integer", lambda t: casting.matches(t, _INTEGER)),
    _Kind("decimal", lambda t: casting.matches(t, _DECIMAL)),
    _Kind("number", lambda t: f"{casting.matches(t, _NUMBER)} OR NOT {_is_finite(t)}"),
    _Kind("date", lambda t: f"{casting.matches(t, _DATE)} AND TRY_CAST({t} AS DATE) IS NOT NULL"),
    _Kind(
        "timestamp",
        lambda t: f"{casting.matches(t, _TIME)} AND {casting.timestamp(t, None)} IS NOT NULL",
    ),
    _Kind("digits", lambda t: casting.matches(t, "[0-9]+")),
)
_ALLOWED = {
    Looks.ANYTHING: frozenset(kind.name for kind in _KINDS),
    Looks.TEXT: frozenset({"date", "timestamp"}),
    Looks.NUMBER: frozenset({"integer", "decimal", "number"}),
    Looks.BOOLEAN: frozenset({"boolean"}),
    Looks.TYPED: frozenset[str](),
}


def looks_of(
    engine: Engine, relation: Relation, columns: Sequence[ReadColumn]
) -> Mapping[str, Look]:
    """The look of each of these columns of texts, by name."""
    candidates = {c.name: [k for k in _KINDS if k.name in _ALLOWED[c.looks]] for c in columns}
    # most columns of text are told by a few rows, so that all rows are asked about little
    sampled = {
        name: [kind for kind, answer in answers if answer is not False]
        for name, answers in _answers(engine, relation, candidates, _SAMPLED).items()
    }
    kinds = _narrowest(engine, relation, sampled)
    facts = _facts(engine, relation, [n for n, kind in kinds.items() if kind in _MEASURED])
    return {c.name: _look(kinds[c.name], facts.get(c.name)) for c in columns}


def _narrowest(
    engine: Engine, relation: Relation, candidates: Mapping[str, Sequence[_Kind]]
) -> dict[str, str]:
    """The first kind of each column that all its values are of; "" for none, "empty" for no value.

    Each round asks every row once, about one kind a column; there are rarely two rounds.
    """
    result: dict[str, str] = {}
    open_ = {name: list(kinds) for name, kinds in candidates.items()}
    while open_ := {name: kinds for name, kinds in open_.items() if name not in result}:
        result |= {name: "" for name, kinds in open_.items() if not kinds}
        asked = {name: kinds[:1] for name, kinds in open_.items() if kinds}
        for name, ((kind, holds),) in _answers(engine, relation, asked).items():
            if holds is not False:
                result[name] = kind.name if holds else "empty"
        open_ = {name: kinds[1:] for name, kinds in open_.items()}
    return result


def _answers(
    engine: Engine,
    relation: Relation,
    candidates: Mapping[str, Sequence[_Kind]],
    limit: int | None = None,
) -> dict[str, list[tuple[_Kind, bool | None]]]:
    """For each column and kind whether all values are of it; None where there is no value."""
    if len(candidates) > _AT_ONCE:
        parts = (_answers(engine, relation, some, limit) for some in _some(candidates))
        return {name: answer for part in parts for name, answer in part.items()}
    result: dict[str, list[tuple[_Kind, bool | None]]] = {name: [] for name in candidates}
    asked = [
        (name, kind, f"bool_and(CASE WHEN c{n} IS NOT NULL THEN {kind.test(f'c{n}')} END)")
        for n, (name, kinds) in enumerate(candidates.items())
        for kind in kinds
    ]
    if not asked:
        return result
    tests = ", ".join(test for _, _, test in asked)
    row = engine.row(f"SELECT {tests} FROM {_texts(relation, candidates, limit)}")
    for (name, kind, _), answer in zip(asked, row, strict=True):
        result[name].append((kind, answer))
    return result


def _some(candidates: Mapping[str, Sequence[_Kind]]) -> Iterator[dict[str, Sequence[_Kind]]]:
    """A few columns at a time: the engine compares each of a statement's expressions with all."""
    pairs = iter(candidates.items())
    while some := dict(itertools.islice(pairs, _AT_ONCE)):
        yield some


def _texts(relation: Relation, names: Iterable[str], limit: int | None = None) -> str:
    """The columns of these names as trimmed texts c0, c1 and so on."""
    trimmed = (f"{casting.trimmed(identifier(name))} AS c{n}" for n, name in enumerate(names))
    rows = identifier(relation.name) + (f" LIMIT {limit}" if limit else "")
    return f"(SELECT {', '.join(trimmed)} FROM (FROM {rows}))"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What of a column of numbers decides how they are kept."""

    values: int
    finite: int
    whole_digits: int
    places: int


_MEASURED = frozenset({"decimal", "number"})


def _facts(engine: Engine, relation: Relation, names: Sequence[str]) -> dict[str, _Facts]:
    if not names:
        return {}
    asked = ", ".join(_facts_of(f"c{n}") for n in range(len(names)))
    row = engine.row(f"SELECT {asked} FROM {_texts(relation, names)}")
    width = len(fields(_Facts))
    return {name: _Facts(*row[n * width : (n + 1) * width]) for n, name in enumerate(names)}


def _facts_of(t: str) -> str:
    return (
        f"count({t}), count(CASE WHEN {_is_finite(t)} THEN 1 END), "
        f"coalesce(max(length(ltrim(split_part({t}, '.', 1), '-'))), 0), "
        f"coalesce(max(length(split_part({t}, '.', 2))), 0)"
    )


_FIXED = {
    "boolean": Look("BOOLEAN", lambda t: casting.boolean(t, ["true"], ["false"]), "true and false"),
    "integer": Look("BIGINT", lambda t: f"TRY_CAST({t} AS BIGINT)", "whole numbers"),
    "date": Look("DATE", lambda t: f"TRY_CAST({t} AS DATE)", "dates as %Y-%m-%d"),
    "timestamp": Look(
        "TIMESTAMP",
        lambda t: casting.timestamp(t, None),
        "times as ISO 8601; one with a zone is turned into the project's",
    ),
}
_TEXTS = {
    "empty": "text: no value in any row",
    "digits": "text: as numbers they would lose digits",
}


def _look(kind: str, facts: _Facts | None) -> Look:
    if kind in _FIXED:
        return _FIXED[kind]
    if facts is None or not facts.finite:
        return Look("VARCHAR", lambda t: t, _TEXTS.get(kind, "text"), keeps_text=True)
    if kind == "decimal" and facts.whole_digits + facts.places <= _DIGITS:
        type_ = f"DECIMAL({_DIGITS},{facts.places})"
        note = f"decimals, up to {facts.places} places"
        return Look(type_, lambda t: f"TRY_CAST({t} AS {type_})", note)
    missing = facts.values - facts.finite
    note = f"numbers; {missing:,} NaN or infinite are missing" if missing else "numbers"
    return Look("DOUBLE", lambda t: casting.finite(f"TRY_CAST({t} AS DOUBLE)"), note)
