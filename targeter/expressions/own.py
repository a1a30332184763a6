"""Functions of our own, written out in the engine's functions before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from targeter.database import Parser, Tree
from targeter.expressions import trees
from targeter.topics.mentions import mention_pattern

# Months from one date to another: a month is over on the day of the month that it began on, or on
# the last one where the month has no such day.
_MONTHS = (
    '(year("$2"::DATE) - year("$1"::DATE)) * 12 + month("$2"::DATE) - month("$1"::DATE)'
    ' - (day("$2"::DATE) < day("$1"::DATE))::BIGINT * ("$2"::DATE < last_day("$2"::DATE))::BIGINT'
)

# Each template in the engine's words; $1, $2 … are the arguments, $today the pinned day. All of
# them are missing where an argument is.
_TEMPLATES = {
    "years_between": f"floor(({_MONTHS}) / 12)::BIGINT",
    "months_between": _MONTHS,
    "days_since": 'date_diff(\'day\', "$1"::DATE, "$today")',
    "distance_km": (
        # a little less than the haversine: rounded above 1, it would have no arc
        "12742 * asin(sqrt(9.99999999999999e-1 * ("
        'pow(sin(radians("$3"::DOUBLE - "$1"::DOUBLE) / 2), 2)'
        ' + cos(radians("$1"::DOUBLE)) * cos(radians("$3"::DOUBLE))'
        ' * pow(sin(radians("$4"::DOUBLE - "$2"::DOUBLE) / 2), 2))))'
    ),
    # the bucket every engine gives: the first 28 bits of an md5, in ten thousand parts
    "bucket": ("CAST('0x' || substr(md5(\"$1\" || ':' || \"$key\"), 1, 7) AS BIGINT) % 10000"),
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


@cache
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
