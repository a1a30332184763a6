"""The closed list of what a condition, trait or derived source may say, a line for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_CHARACTERS = 10_000
MAX_NODES = 500
MAX_DEPTH = 60
MAX_EXPANDED_NODES = 4_000
MAX_EXPANDED_DEPTH = 120
MAX_EXPANDED_SEGMENTS = 500
MAX_SEGMENT_DEPTH = 20

Kind = Literal["scalar", "aggregate", "own"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: how it is called and what it gives, borders included.

    `literal` holds the positions (from 0) of arguments that must be written out in the rule:
    patterns and date parts. `can_raise` says that the engine may stop on some value, so it is
    run as TRY and such a value is missing.
    """

    name: str
    usage: str
    doc: str
    kind: Kind = "scalar"
    least: int = 1
    most: int = 1
    literal: tuple[int, ...] = ()
    can_raise: bool = False


def _table(*functions: Function) -> dict[str, Function]:
    return {function.name: function for function in functions}


SCALARS = _table(
    Function("lower", "lower(text)", "small letters"),
    Function("upper", "upper(text)", "capital letters"),
    Function("trim", "trim(text)", "without spaces at both ends"),
    Function("length", "length(text)", "number of characters"),
    Function("len", "len(list)", "number of entries of a list, NULL entries included"),
    Function("contains", "contains(text, part)", "holds this part, same case", least=2, most=2),
    Function("starts_with", "starts_with(text, part)", "begins with it", least=2, most=2),
    Function("ends_with", "ends_with(text, part)", "ends with it", least=2, most=2),
    Function("left", "left(text, n)", "the first n characters", least=2, most=2, can_raise=True),
    Function("right", "right(text, n)", "the last n characters", least=2, most=2, can_raise=True),
    Function("replace", "replace(text, old, new)", "each old part replaced", least=3, most=3),
    Function(
        "regexp_matches",
        "regexp_matches(text, 'pattern')",
        "the pattern (RE2) is found somewhere in the text",
        least=2,
        most=2,
        literal=(1,),
    ),
    Function("nullif", "nullif(a, b)", "a, or NULL where a equals b", least=2, most=2),
    Function("abs", "abs(number)", "without its sign", can_raise=True),
    Function(
        "round", "round(number, digits)", "rounded, halves away from 0", most=2, can_raise=True
    ),
    Function("floor", "floor(number)", "the whole number below or equal"),
    Function("ceil", "ceil(number)", "the whole number above or equal"),
    Function("sqrt", "sqrt(number)", "the square root; NULL below 0", can_raise=True),
    Function("greatest", "greatest(a, b, …)", "the greatest that is not NULL", most=20),
    Function("least", "least(a, b, …)", "the least that is not NULL", most=20),
    Function(
        "list_contains",
        "list_contains(list, x)",
        "x is in the list",
        least=2,
        most=2,
        can_raise=True,
    ),
    Function(
        "list_has_any",
        "list_has_any(a, b)",
        "a shares an entry with b; NULL entries are not compared",
        least=2,
        most=2,
        can_raise=True,
    ),
    Function(
        "list_has_all",
        "list_has_all(a, b)",
        "a holds every entry of b; NULL entries are not compared",
        least=2,
        most=2,
        can_raise=True,
    ),
    Function("list_value", "[a, b]", "a list", least=0, most=200),
    Function("year", "year(date)", "the year"),
    Function("month", "month(date)", "the month, 1 to 12"),
    Function("day", "day(date)", "the day of the month, 1 to 31"),
    Function("isodow", "isodow(date)", "the weekday, Monday 1 to Sunday 7"),
    Function(
        "date_trunc",
        "date_trunc('month', date)",
        "the first day of the month, quarter, …",
        least=2,
        most=2,
        literal=(0,),
        can_raise=True,
    ),
    Function(
        "date_diff",
        "date_diff('day', a, b)",
        "borders of that part crossed from a to b; for whole months use months_between",
        least=3,
        most=3,
        literal=(0,),
        can_raise=True,
    ),
    Function(
        "date_part",
        "extract(year FROM date)",
        "a part of a date as a number",
        least=2,
        most=2,
        literal=(0,),
        can_raise=True,
    ),
    Function(
        "make_date",
        "make_date(year, month, day)",
        "a date; NULL where there is none",
        least=3,
        most=3,
        can_raise=True,
    ),
)

# As many as every number of the engine keeps exactly.
MOST_DIGITS = 18
# No longer than the engine can compute with.
LONGEST_INTERVAL = 100_000

# How INTERVAL 2 MONTH and its like arrive from the parser; nobody writes these names.
INTERVALS = frozenset(
    {
        "to_seconds",
        "to_minutes",
        "to_hours",
        "to_days",
        "to_weeks",
        "to_months",
        "to_quarters",
        "to_years",
        "trunc",
    }
)

OPERATORS: dict[str, bool] = {
    "+": True,
    "-": True,
    "*": True,
    "/": True,
    "//": True,
    "%": True,
    "||": False,
    "~~": False,
    "!~~": False,
    "~~*": False,
    "!~~*": False,
    "like_escape": False,
    "not_like_escape": False,
    "ilike_escape": False,
    "not_ilike_escape": False,
}
LIKE = frozenset(name for name in OPERATORS if "~" in name or "like" in name)
# Functions and operators whose operands must be of one kind.
ALIKE = frozenset(
    {
        "nullif",
        "greatest",
        "least",
        "list_value",
        "COMPARE_IN",
        "COMPARE_NOT_IN",
        "OPERATOR_COALESCE",
    }
)

AGGREGATES = _table(
    Function("count", "count(x)", "how many are not NULL; also count(DISTINCT x)", "aggregate"),
    Function("count_star", "count(*)", "how many rows; 0 without any", "aggregate", 0, 0),
    Function("sum", "sum(number)", "the sum, the same for every order of rows", "aggregate"),
    Function("avg", "avg(number)", "the mean, the same for every order of rows", "aggregate"),
    Function("min", "min(x)", "the least", "aggregate"),
    Function("max", "max(x)", "the greatest", "aggregate"),
    Function("bool_and", "bool_and(x)", "all that are not NULL are TRUE", "aggregate"),
    Function("bool_or", "bool_or(x)", "at least one is TRUE", "aggregate"),
    Function("median", "median(number)", "the middle value", "aggregate"),
    Function("list", "list(x)", "the values that are not NULL, sorted", "aggregate"),
    Function("arg_max", "arg_max(x, by)", "x of the row with the greatest by", "aggregate", 2, 2),
    Function("arg_min", "arg_min(x, by)", "x of the row with the least by", "aggregate", 2, 2),
)

OWN = _table(
    Function("today", "today()", "the pinned day (as_of), else the day of the run", "own", 0, 0),
    Function(
        "years_between",
        "years_between(from, to)",
        "whole years from a date to a date, rounded down, as one counts an age; somebody born on "
        "29 February is a year older on 28 February of a common year",
        "own",
        2,
        2,
    ),
    Function(
        "months_between",
        "months_between(from, to)",
        "whole months, rounded down: 0 on the day itself, -1 once it is past; a month after "
        "31 January is the last day of February",
        "own",
        2,
        2,
    ),
    Function(
        "days_since",
        "days_since(date)",
        "days from the date to today; negative when it lies ahead",
        "own",
    ),
    Function(
        "mentions",
        "mentions(text, 'word', 'two words', …)",
        "one of the words stands in the text as a whole word, in any case; in scripts without "
        "word borders, anywhere",
        "own",
        2,
        50,
        literal=tuple(range(1, 50)),
    ),
    Function(
        "sentiment",
        "sentiment(column)",
        "-1 to 1, by the built-in word list (see Topics for how weak it is); in traits only",
        "own",
    ),
    Function(
        "stance",
        "stance('topic')",
        "'for', 'against', 'mixed' or 'unknown' about a topic of the settings; never NULL",
        "own",
        literal=(0,),
    ),
    Function(
        "distance_km",
        "distance_km(lat1, lon1, lat2, lon2)",
        "kilometres on a sphere of 6,371 km",
        "own",
        4,
        4,
    ),
    Function(
        "bucket",
        "bucket('salt')",
        "0 to 9999 from the md5 of salt and person: the same person, the same bucket, for ever",
        "own",
        literal=(0,),
    ),
)

# Names that a writer of SQL may reach for, and what to write here instead.
INSTEAD = {
    "now": "today()",
    "current_date": "today()",
    "current_timestamp": "today()",
    "get_current_timestamp": "today()",
    "localtimestamp": "today()",
    "ifnull": "coalesce(a, b)",
    "if": "CASE WHEN … THEN … ELSE … END",
    "datediff": "date_diff('day', a, b), or days_since, months_between, years_between",
    "date_sub": "months_between or years_between",
    "datesub": "months_between or years_between",
    "age": "years_between(born_on, today())",
    "dayofweek": "isodow(date): Monday is 1",
    "weekday": "isodow(date): Monday is 1",
    "random": "bucket('salt') < 5000: the same person, the same answer",
    "hash": "bucket('salt')",
    "md5": "bucket('salt')",
    "regexp_full_match": "regexp_matches(text, '^…$')",
    "substr": "left, right or contains",
    "substring": "left, right or contains",
    "array_contains": "list_contains(list, x)",
    "mode": "arg_max, or a pick with first_by",
    "first": "a pick with first_by",
    "last": "a pick with first_by",
    "any_value": "a pick with first_by",
    "string_agg": "list(x)",
    "row": "a comparison for each value",
    "struct_pack": "a column for each value",
    "try": "nothing: arithmetic that can't be done is missing already",
}

CASTS = {
    "BOOLEAN",
    "BIGINT",
    "INTEGER",
    "SMALLINT",
    "TINYINT",
    "DOUBLE",
    "FLOAT",
    "DECIMAL",
    "NUMERIC",
    "DATE",
    "TIMESTAMP",
    "VARCHAR",
    "TEXT",
    "STRING",
    "INT",
}

PARTS = {"day", "week", "month", "quarter", "year", "isodow", "hour", "doy"}

CLASSES = {
    "COLUMN_REF",
    "CONSTANT",
    "COMPARISON",
    "CONJUNCTION",
    "OPERATOR",
    "BETWEEN",
    "CASE",
    "CAST",
    "FUNCTION",
}
OPERATOR_TYPES = {
    "OPERATOR_NOT",
    "OPERATOR_IS_NULL",
    "OPERATOR_IS_NOT_NULL",
    "OPERATOR_COALESCE",
    "COMPARE_IN",
    "COMPARE_NOT_IN",
    "ARRAY_EXTRACT",
}
LITERAL_KINDS = {"INTEGER", "NUMERIC", "STRING", "BOOLEAN", "NULL_LITERAL"}

REFUSED = {
    "SUBQUERY": "a query inside a condition",
    "WINDOW": "a window function",
    "LAMBDA": "a lambda",
    "PARAMETER": "a parameter",
    "STAR": "a star",
    "POSITIONAL_REFERENCE": "a column by number",
    "COLLATE": "a collation",
    "DEFAULT": "DEFAULT",
}


def known_functions() -> dict[str, Function]:
    """Every function one may write, by name."""
    return {**SCALARS, **AGGREGATES, **OWN}
