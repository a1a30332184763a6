"""What a person's traits are of their rows, as SQL: one scan for each source, then one join."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from targeter.binding import Bound, BoundTrait
from targeter.database import Engine, Parser, Tree, identifier, literal
from targeter.derived import exact_calls
from targeter.expressions import aggregates, trees
from targeter.expressions.compiler import Compiled, guarded, run_text
from targeter.expressions.scopes import PROFILE, ROW, sentiment_column
from targeter.schema import Column
from targeter.topics import sentiment

PERSON = identifier("person of the row")


def purpose_column(name: str) -> str:
    """The column that says whether a purpose is given: TRUE, FALSE, or NULL for unknown."""
    return f"purpose({name})"


def given(purposes: Iterable[str], alias: str = PROFILE) -> str:
    """SQL that is TRUE where all purposes are given."""
    tests = [f"{alias}.{identifier(purpose_column(name))}" for name in sorted(purposes)]
    return " AND ".join(tests) or "true"


def permitted(value: str, column: Column) -> str:
    """SQL that is NULL for whoever didn't give every purpose that a column's value depends on."""
    return f"CASE WHEN {given(column.purposes)} THEN {value} END" if column.purposes else value


def end_of(day: dt.date) -> str:
    """SQL of the moment at which a day is over."""
    return f"{literal(day.isoformat())}::DATE + INTERVAL 1 DAY"


def moment_of(column: str) -> str:
    """When a row happened, as a timestamp; a day so far away that none can hold it is missing."""
    return f"TRY_CAST({ROW}.{identifier(column)} AS TIMESTAMP)"


@dataclass(frozen=True, slots=True)
class Level:
    """Traits that need only what is there: the rows of people, by source, and the profile so far.

    `tables` are the rows of each source, with their `PERSON`; `profile` is a table or a view.
    """

    engine: Engine
    bound: Bound
    tables: Mapping[str, str]
    profile: str

    def query(self, traits: Sequence[BoundTrait]) -> str:
        """SQL for the profile with these traits. Texts are scored for it, where that is asked."""
        key = identifier(self.bound.key)
        by_source: dict[str, list[BoundTrait]] = {}
        for trait in traits:
            by_source.setdefault(trait.trait.source or "", []).append(trait)
        columns = [
            f"{self._own_value(trait)} AS {identifier(trait.columns[0].name)}"
            for trait in by_source.pop("", [])
        ]
        joins = []
        for number, (source, group) in enumerate(sorted(by_source.items())):
            alias = f"t{number}"
            scan, shown = self._scan(source, group, alias)
            columns += shown
            joins.append(f"LEFT JOIN ({scan}) AS {alias} ON {alias}.{PERSON} = p.{key}")
        return f"SELECT p.*, {', '.join(columns)} FROM {self.profile} AS p {' '.join(joins)}"

    def _own_value(self, trait: BoundTrait) -> str:
        """A trait over the profile itself."""
        value = self._text(trait.values[0].tree)
        return permitted(self._defaulted(trait, value), trait.columns[0])

    def _defaulted(self, trait: BoundTrait, value: str) -> str:
        default = trait.trait.default
        if default is None:
            return value
        text = literal(default.text)
        return f"coalesce({value}, TRY_CAST({text} AS {trait.columns[0].type}))"

    def _scan(self, source: str, traits: Sequence[BoundTrait], alias: str) -> tuple[str, list[str]]:
        """One pass over a source's rows for several traits; and the columns made of its result."""
        inner: list[str] = []
        outer: list[str] = []
        for trait in traits:
            for column, value in self._scanned(trait, alias, inner):
                shown = permitted(self._defaulted(trait, value), column)
                outer.append(f"{shown} AS {identifier(column.name)}")
        parts = [part for t in traits for part in (*t.values, t.where) if part is not None]
        relation = self._with_sentiment(source, parts)
        if any(alias == PROFILE for part in parts for alias, _ in part.uses):
            key = identifier(self.bound.key)
            relation += f" JOIN {self.profile} AS {PROFILE} ON p.{key} = {ROW}.{PERSON}"
        listed = ", ".join(f"{sql} AS a{n}" for n, sql in enumerate(inner))
        scan = f"SELECT {ROW}.{PERSON}, {listed} FROM {relation} GROUP BY 1"
        return scan, outer

    def _scanned(
        self, trait: BoundTrait, alias: str, inner: list[str]
    ) -> Iterator[tuple[Column, str]]:
        """The profile columns of one trait; what has to be aggregated is added to `inner`."""
        where = self._where(trait)
        if trait.trait.exists:
            inner.append(f"count(*) FILTER (WHERE {self._filter(where)})")
            yield trait.columns[0], f"coalesce({alias}.a{len(inner) - 1}, 0) > 0"
        elif trait.trait.picks:
            inner.append(self._picked(trait, where))
            picked = f"{alias}.a{len(inner) - 1}"
            for number, column in enumerate(trait.columns):
                yield column, f"{picked}.v{number}"
        else:
            yield trait.columns[0], self._aggregated(trait, where, alias, inner)

    def _where(self, trait: BoundTrait) -> Tree | None:
        """Which rows count: the trait's `where`, and not older than its `last`."""
        where = guarded(trait.where.tree) if trait.where else None
        if trait.trait.last is None:
            return where
        source = self.bound.project.settings.source(str(trait.trait.source))
        assert source is not None and source.time is not None
        young = f"{end_of(self.bound.today)} - {trait.trait.last.interval}"
        test = f"SELECT ({moment_of(source.time)} >= {young})"
        parsed = self.bound.parser.trees([test])[0]
        assert isinstance(parsed, dict)
        recent = trees.single_expression(parsed)
        assert recent is not None
        return recent if where is None else trees.conjunction("CONJUNCTION_AND", where, recent)

    def _filter(self, where: Tree | None) -> str:
        return "true" if where is None else _sql(self.bound.parser, where)

    def _picked(self, trait: BoundTrait, where: Tree | None) -> str:
        """One row taken whole; ties are settled by all its other columns, so by no accident."""
        values = ", ".join(
            f"v{number} := {self._text(value.tree)}" for number, value in enumerate(trait.values)
        )
        named = {name for name, _ in trait.order}
        order = [
            f"{ROW}.{identifier(name)} {'DESC' if descending else 'ASC'} NULLS LAST"
            for name, descending in trait.order
        ]
        rest = sorted(set(self.bound.sources[str(trait.trait.source)].names) - named)
        order += [f"{ROW}.{identifier(name)} ASC NULLS LAST" for name in rest]
        order_by = ", ".join(order)
        picked = f"first(struct_pack({values}) ORDER BY {order_by})"
        return f"{picked} FILTER (WHERE {self._filter(where)})"

    def _aggregated(
        self, trait: BoundTrait, where: Tree | None, alias: str, inner: list[str]
    ) -> str:
        """An expression over aggregates: each is computed in the scan, the rest on its result."""
        compiled = trait.values[0]
        swap: dict[int, Tree] = {}
        exact = exact_calls(compiled, self.bound.parser, where)
        for call in aggregates.of(compiled.tree):
            inner.append(_sql(self.bound.parser, exact[id(call)]))
            column = trees.column(alias, f"a{len(inner) - 1}")
            if str(call["function_name"]) in ("count", "count_star"):
                zero = trees.constant("0", "INTEGER")
                column = trees.operator("OPERATOR_COALESCE", column, zero)
            swap[id(call)] = column
        outer: Tree = trees.replaced(compiled.tree, swap)
        return self._text(outer)

    def _with_sentiment(self, source: str, parts: Sequence[Compiled]) -> str:
        """The rows of a source, with the built-in sentiment of each text that asks for it."""
        table = identifier(self.tables[source])
        wanted = {name for part in parts for alias, name in part.uses if alias == ROW}
        shown, joins = [f"{ROW}.*"], []
        for column in self.bound.sources[source]:
            if sentiment_column(column.name) in wanted:
                scores = score_texts(self.engine, self.tables[source], column.name)
                alias = identifier(f"s {column.name}")
                shown.append(f"{alias}.{identifier(sentiment_column(column.name))}")
                joins.append(
                    f"LEFT JOIN {scores} AS {alias} "
                    f"ON {alias}.text = {ROW}.{identifier(column.name)}"
                )
        if not joins:
            return f"{table} AS {ROW}"
        return f"(SELECT {', '.join(shown)} FROM {table} AS {ROW} {' '.join(joins)}) AS {ROW}"

    def _text(self, tree: Tree) -> str:
        return run_text(self.bound.parser, [tree])[0]


def _sql(parser: Parser, tree: Tree) -> str:
    """A tree as text, as it is: an aggregate can't stand inside TRY."""
    return parser.texts([trees.select_of(tree)])[0].removeprefix("SELECT ")


def score_texts(engine: Engine, table: str, column: str) -> str:
    """A table of distinct texts and their sentiment; each text is scored once."""
    name = identifier(f"scores of {table} {column}")
    hidden = identifier(sentiment_column(column))
    engine.run(f"CREATE OR REPLACE TABLE {name} (text VARCHAR, {hidden} DOUBLE)")
    texts = engine.chunks(
        f"SELECT DISTINCT {identifier(column)} FROM {identifier(table)} "
        f"WHERE {identifier(column)} IS NOT NULL",
        what="texts",
    )
    for chunk in texts:
        engine.append(name.strip('"'), ((text, sentiment(text)) for (text,) in chunk))
    return name
