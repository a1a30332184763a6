"""A source as a project declares it: where its rows are, whose they are, what its columns hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from targeter.findings import Finding, Place, did_you_mean
from targeter.schema import TYPES, InCopy
from targeter.sources import number_formats
from targeter.yaml_source import Entries, Fields, Items, Node, Scalar

FORMATS = ("csv", "tsv", "parquet", "json", "jsonl")
SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_VARIABLE = re.compile(r"\$\{(TARGETER_[A-Z0-9_]+)\}")


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """One column as declared. `format` is a strptime pattern for dates and times, one of
    `number_formats` for numbers, and the separator of a list.

    `true_values`, `false_values` and `missing` are the texts that mean yes, no and nothing.
    `on_bad` is "fail" or "missing"; then `at_most` bounds how many values may be dropped
    (a count; None: any number).
    """

    name: str
    place: Place
    type: str = "text"
    format: str | None = None
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    in_copy: InCopy = InCopy.DIRECT
    sensitive: bool = False
    on_bad: str = "fail"
    at_most: int | None = None

    @property
    def engine_type(self) -> str:
        return TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Link:
    """How a row finds its person: its `column`, equal to the base's key or to another identifier.

    `to` is the base's column (None: the key). `consent` is a condition on the profile of that
    person without which the row stays nobody's.
    """

    column: str
    place: Place
    to: str | None = None
    consent: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Others:
    """Another person's columns on a row: who (`by` holds their key), which, and if they agreed."""

    name: str
    place: Place
    by: str
    columns: tuple[Scalar, ...]
    when: Scalar | None


@dataclass(frozen=True, slots=True)
class Source:
    """One source. Exactly one of `path`, `variable` (a database) and `sql` says where rows are;
    without any of them they are in the `table` of a catalogue, which only Spark reads.

    `version` is a query whose answer is another one when the rows of a database are.
    """

    name: str
    place: Place
    path: str | None = None
    format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    table: str | None = None
    query: str | None = None
    variable: str | None = None
    version: str | None = None
    sql: Scalar | None = None
    key: str | None = None
    person: Link | None = None
    time: str | None = None
    purpose: Scalar | None = None
    columns: tuple[DeclaredColumn, ...] = ()
    others: tuple[Others, ...] = ()

    @property
    def is_base(self) -> bool:
        return self.key is not None

    @property
    def is_derived(self) -> bool:
        return self.sql is not None

    @property
    def is_catalogued(self) -> bool:
        """Whether its rows are a table of a catalogue."""
        return self.table is not None and not (self.path or self.variable or self.sql)

    @property
    def owner(self) -> str | None:
        """The column that holds whose row it is, on the base and on rows about people."""
        return self.key or (self.person.column if self.person else None)

    def column(self, name: str) -> DeclaredColumn | None:
        return next((c for c in self.columns if c.name.casefold() == name.casefold()), None)


def read_sources(settings: Fields) -> tuple[Source, ...]:
    """The sources of a project; what is wrong with them goes into the settings' findings."""
    found = settings.found
    sources = [_source(name, node, found) for name, node in settings.named("sources")]
    known = tuple(s for s in sources if s is not None)
    for source in known:
        if source.is_base and source.is_derived:
            message = f"source {source.name!r}: people are read from a file or table, not by 'sql'"
            found.append(Finding("TG105", message, source.place, "take its 'key' out"))
    known = tuple(s for s in known if not (s.is_base and s.is_derived))
    bases = [s for s in known if s.is_base]
    if known and len(bases) != 1:
        place = bases[1].place if bases else known[0].place
        message = f"exactly one source has a 'key' (one row a person), not {len(bases)}"
        found.append(Finding("TG104" if not bases else "TG105", message, place))
    return known


def _source(name: Scalar, node: Node, found: list[Finding]) -> Source | None:
    what = f"source {name.text!r}"
    fields = Fields.of(node, what, found)
    if fields is None:
        return None
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name.text):
        message = f"{what}: a name holds letters, digits and _ only"
        found.append(Finding("TG105", message, name.place))
        return None
    path, sql = fields.scalar("path"), fields.scalar("sql")
    variable, table = _variable(fields), fields.text("table")
    ways = sum(bool(x) for x in (path, sql, variable))
    if ways > 1 or not (ways or table):
        message = f"{what} needs exactly one of 'path', 'sql' and 'database'"
        help_ = "'table' alone names a table of a catalogue, which --runner spark reads"
        found.append(Finding("TG104", message, name.place, help_))
    source = Source(
        name=name.text,
        place=name.place,
        path=path.text if path else None,
        format=_format(fields, path),
        delimiter=fields.text("delimiter"),
        encoding=fields.text("encoding"),
        table=table,
        query=fields.text("query"),
        variable=variable,
        version=fields.text("version"),
        sql=sql,
        key=fields.text("key"),
        person=_link(fields),
        time=fields.text("time"),
        purpose=fields.scalar("purpose"),
        columns=read_columns(fields),
        others=tuple(_others(fields)),
    )
    if variable and not (source.table or source.query):
        found.append(Finding("TG104", f"{what} needs 'table' or 'query'", name.place))
    if source.query and not variable:
        message = f"{what}: 'query' goes with 'database'; a DuckDB file has 'table'"
        found.append(Finding("TG105", message, name.place))
    if source.version and not variable:
        message = f"{what}: 'version' goes with 'database'; a file shows by itself if it changed"
        found.append(Finding("TG105", message, name.place))
    fields.done()
    return source


def _variable(fields: Fields) -> str | None:
    scalar = fields.scalar("database")
    if scalar is None:
        return None
    match = _VARIABLE.fullmatch(scalar.text)
    if match:
        return match[1]
    message = f"{fields.what}: 'database' must be one variable of the form ${{TARGETER_NAME}}"
    help_ = "put the connection string into that environment variable: no secret stands in a file"
    # the value itself may be a secret: its place is shown without the line
    place = scalar.place
    bare = Place(place.path, place.line, place.column)
    fields.found.append(Finding("TG111", message, bare, help_))
    return "TARGETER_"


def _format(fields: Fields, path: Scalar | None) -> str | None:
    declared = fields.scalar("format")
    if declared is not None:
        if declared.text in FORMATS:
            return declared.text
        fields.wrong(declared, f"unknown format {declared.text!r}", f"one of {', '.join(FORMATS)}")
        return None
    if path is None:
        return None
    name = path.text.lower().removesuffix(".gz")
    for suffix, format_ in SUFFIXES.items():
        if name.endswith(suffix):
            return format_
    if name.endswith((".duckdb", ".db", ".ddb")):
        return "duckdb"
    help_ = f"add a line format: with one of {', '.join(FORMATS)}"
    fields.wrong(path, f"{path.text!r} doesn't say what it holds", help_)
    return None


def _link(fields: Fields) -> Link | None:
    node = fields.node("person")
    if node is None:
        return None
    if isinstance(node, Scalar):
        return Link(node.text, node.place)
    if isinstance(node, Items):
        fields.wrong(node, "'person' is one column, or {column: people.identifier}")
        return None
    consent = node.get("consent")
    pairs = [(k, v) for k, v in node.pairs if k.text != "consent"]
    if len(pairs) != 1 or not isinstance(pairs[0][1], Scalar):
        fields.wrong(node, "'person' names one column and the identifier it equals")
        return None
    column, target = pairs[0][0], pairs[0][1]
    to = target.text.partition(".")[2] or target.text
    return Link(column.text, column.place, to, consent if isinstance(consent, Scalar) else None)


def _others(fields: Fields) -> Sequence[Others]:
    result = []
    for name, node in fields.named("others"):
        inner = Fields.of(node, f"others {name.text!r}", fields.found)
        if inner is None:
            continue
        by = inner.text("by", required=True)
        columns = inner.texts("columns")
        when = inner.scalar("when", required=True)
        inner.done()
        if by:
            result.append(Others(name.text, name.place, by, columns, when))
    return result


def read_columns(fields: Fields) -> tuple[DeclaredColumn, ...]:
    """The `columns:` of a source: a name with a type, or with a mapping."""
    node = fields.node("columns")
    if node is None:
        return ()
    if not isinstance(node, Entries):
        fields.wrong(node, "'columns' must be a mapping of names")
        return ()
    columns: dict[str, DeclaredColumn] = {}
    for name, value in node.pairs:
        column = _column(name, value, fields)
        if column.name.casefold() in columns:
            message = f"{fields.what}: column {name.text!r} stands twice (case doesn't count)"
            fields.found.append(Finding("TG102", message, name.place))
        columns.setdefault(column.name.casefold(), column)
    return tuple(columns.values())


def _column(name: Scalar, node: Node, fields: Fields) -> DeclaredColumn:
    if isinstance(node, Scalar):
        type_ = _type(node, fields, name) if not node.is_null else "text"
        return DeclaredColumn(name.text, name.place, type_)
    inner = Fields.of(node, f"column {name.text!r}", fields.found)
    if inner is None:
        return DeclaredColumn(name.text, name.place)
    declared = inner.scalar("type")
    type_ = _type(declared, fields, name) if declared else "text"
    column = DeclaredColumn(
        name=name.text,
        place=name.place,
        type=type_,
        format=_written(inner, type_),
        true_values=tuple(s.text for s in inner.texts("true_values")),
        false_values=tuple(s.text for s in inner.texts("false_values")),
        missing=tuple(s.text for s in inner.texts("missing")),
        in_copy=InCopy(inner.choice("in_copy", list(InCopy), InCopy.DIRECT)),
        sensitive=inner.boolean("sensitive"),
        on_bad=inner.choice("on_bad", ("fail", "missing"), "fail"),
        at_most=inner.integer("at_most"),
    )
    inner.done()
    return column


def _written(column: Fields, type_: str) -> str | None:
    """How the values of a column are written, None for as usual."""
    scalar = column.scalar("format")
    if scalar is None or type_ in ("date", "timestamp", "list"):
        return scalar.text if scalar else None
    if type_ in ("text", "boolean"):
        help_ = "a text is taken as it is, and a boolean has true_values and false_values"
        column.wrong(scalar, f"'format' says nothing of a {type_}", help_)
        return None
    if scalar.text in number_formats.FORMATS:
        return scalar.text
    shown = ", ".join(f'"{one}"' for one in number_formats.FORMATS)
    message = f"numbers can't be written as {scalar.text!r}"
    column.wrong(scalar, message, f"in quotes, one of {shown}; 1234.5 needs none")
    return None


def _type(node: Scalar, fields: Fields, name: Scalar) -> str:
    if node.text in TYPES:
        return node.text
    help_ = did_you_mean(node.text, list(TYPES))
    fields.wrong(node, f"column {name.text!r} has an unknown type {node.text!r}", help_)
    return "text"
