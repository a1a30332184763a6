"""Functions of our own, written out in the engine's functions before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from targeter.database import Parser, Tree
from targeter.expressions import trees
from targeter.topics.mentions import mention_pattern

# Months from one date to another: a month is over on the day of the month that it began on, or on
# the last one where the month has no such day. The named functions are + - * that can't overflow
# here, so they need no TRY as those do.
_MONTHS = (
    'subtract(add(multiply(subtract(year("$2"::DATE), year("$1"::DATE)), 12::BIGINT),'
    ' subtract(month("$2"::DATE), month("$1"::DATE))), multiply('
    '(day("$2"::DATE) < day("$1"::DATE))::BIGINT, ("$2"::DATE < last_day("$2"::DATE))::BIGINT))'
)

_LATITUDES, _LONGITUDES = (
    f'pow(sin(radians(divide(subtract("${to}"::DOUBLE, "${start}"::DOUBLE), 2e0))), 2e0)'
    for start, to in ((1, 3), (2, 4))
)
_COSINES = 'multiply(cos(radians("$1"::DOUBLE)), cos(radians("$3"::DOUBLE)))'
_HAVERSINE = f"add({_LATITUDES}, multiply({_COSINES}, {_LONGITUDES}))"
# a little less than the haversine: rounded above 1, it would have no arc
_ARC = f"asin(sqrt(multiply(9.99999999999999e-1, {_HAVERSINE})))"

# Each template in the engine's words; $1, $2 … are the arguments, $today the pinned day. All of
# them are missing where an argument is.
_TEMPLATES = {
    "years_between": f"floor(divide({_MONTHS}, 12e0))::BIGINT",
    "months_between": _MONTHS,
    "days_since": 'date_diff(\'day\', "$1"::DATE, "$today")',
    "distance_km": f"nullif(multiply(12742e0, {_ARC}), 'nan'::DOUBLE)",
    # the bucket every engine gives: the first 28 bits of an md5, in ten thousand parts
    "bucket": "mod(CAST('0x' || substr(md5(\"$1\" || ':' || \"$key\"), 1, 7) AS BIGINT), 10000)",
    "mentions": 'regexp_matches(nfc_normalize("$1"), "$pattern")',
}

WANTED: dict[str, tuple[str, ...]] = {
    "years_between": ("date", "date"),
    "months_between": ("date", "date"),
    "days_since": ("date",),
    "distance_km": ("number", "number", "number", "number"),
    "mentions": ("text",),
    "sentiment": ("text",),
}


def bucket_sql(salt: str, key: str) -> str:
    """The bucket of a person, 0 to 9999, as SQL over the column that holds the key."""
    quoted = salt.replace("'", "''")
    return f"CAST('0x' || substr(md5('{quoted}:' || {key}), 1, 7) AS BIGINT) % 10000"


@lru_cache(maxsize=1)
def _parsed(parser: Parser) -> dict[str, Tree]:
    names = list(_TEMPLATES)
    parsed = parser.trees([f"SELECT ({_TEMPLATES[name]})" for name in names])
    result = {}
    for name, tree in zip(names, parsed, strict=True):
        assert isinstance(tree, dict), (name, tree)
        expression = trees.single_expression(tree)
        assert expression is not None
        result[name] = expression
    return result


def expanded(parser: Parser, name: str, arguments: Sequence[Tree], today: str, key: Tree) -> Tree:
    """The tree that stands for a call of ours; `arguments` are already rewritten."""
    if name == "today":
        return trees.date(today)
    values = {f"${n}": argument for n, argument in enumerate(arguments, start=1)}
    values["$today"] = trees.date(today)
    values["$key"] = key
    if name == "mentions":
        words = [str(word["literal"]["text"]) for word in arguments[1:]]
        values["$pattern"] = trees.constant(mention_pattern(words))
    template = _parsed(parser)[name]
    swap = {
        id(node): values[node["column_names"][0]]
        for node in trees.walk(template)
        if node["class"] == "COLUMN_REF"
    }
    result: Tree = trees.replaced(template, swap)
    return result
