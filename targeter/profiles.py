"""One row a person: the base, whose rows are whose, and every trait computed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from targeter.binding import Bound, BoundTrait
from targeter.database import Engine, Parser, Tree, identifier, literal
from targeter.derived import exact_calls
from targeter.errors import WrongUsage
from targeter.expressions import aggregates, trees
from targeter.expressions.compiler import Compiled, guarded, run_text, swapped
from targeter.expressions.scopes import PROFILE, ROW, sentiment_column, stance_column
from targeter.findings import Finding, did_you_mean
from targeter.opinions import add_stances
from targeter.schema import Column
from targeter.sources.declared import Link, Source
from targeter.strays import (
    EXAMPLES,
    Noticed,
    findings_of,
    first_of,
    identifiers_of,
    normalised,
    refuse_keys,
    refuse_shared,
    shared_identifiers,
    wrong_keys,
)
from targeter.topics import sentiment
from targeter.yaml_source import Scalar

PERSON = identifier("person of the row")
# One row a person; the number of the row is the person's number in everything that is decided.
PROFILES = "profiles"
_BASE = "profiles_0"
# Where a project has a column called rowid, the number is a column of this name.
NUMBER = "(number)"
# Whose columns stand on rows of others.
_OTHERS = "other_people"


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profile table of a run: how many people, and what was noticed while making it."""

    table: str
    people: int
    findings: tuple[Finding, ...]


def purpose_column(name: str) -> str:
    """The column that says whether a purpose is given: TRUE, FALSE, or NULL for unknown."""
    return f"purpose({name})"


def rows_of(source: Source) -> str:
    """The relation that holds a source's rows of people, each with its `PERSON`."""
    return f"rows of {source.name}"


def as_computed(profile: str) -> str:
    """A profile table as it was computed: nothing is put in its place."""
    return profile


def build_profiles(
    engine: Engine,
    bound: Bound,
    loaded: Mapping[str, str],
    needed: frozenset[str],
    instead: Callable[[str], str] = as_computed,
) -> Profiles:
    """Make the table of profiles from loaded sources (engine tables by source name).

    `needed` are the columns that anything asks for; traits that nothing needs are left out.
    `instead` is asked after every step for the table to go on with: tests put in values of theirs.
    Raises `BadData` when a person stands twice in the base or has no key.
    """
    builder = _Builder(engine, bound, dict(loaded), instead)
    base = builder.people()
    refuse_keys(base, wrong_keys(engine, base, _BASE))
    for source in bound.project.settings.sources:
        if source.person is not None and source.person.to is not None:
            query = identifiers_of(f"FROM {_BASE}", base, source.person)
            refuse_shared(source, shared_identifiers(engine, query))
    noticed = builder.fill(needed)
    people = int(engine.value(f"SELECT count(*) FROM {PROFILES}"))
    return Profiles(PROFILES, people, tuple(findings_of(bound, noticed)))


def fill_profiles(
    engine: Engine,
    bound: Bound,
    loaded: Mapping[str, str],
    needed: frozenset[str],
    others: str,
) -> tuple[Noticed, ...]:
    """The same for people whose keys and identifiers are their own: what was noticed.

    `others` is a table of the base's rows in which other people stand whom rows name.
    """
    builder = _Builder(engine, bound, dict(loaded))
    builder.people(others)
    return builder.fill(needed)


def _wanted(level: Sequence[BoundTrait], bound: Bound, needed: frozenset[str]) -> list[BoundTrait]:
    """The traits of a level that something asks for, directly or through later traits."""
    asked = set(needed)
    for later in reversed(bound.levels):
        for trait in later:
            if asked & {column.name for column in trait.columns}:
                parts = [*trait.values, *([trait.where] if trait.where else [])]
                asked |= {name for part in parts for alias, name in part.uses if alias == PROFILE}
    return [trait for trait in level if asked & {column.name for column in trait.columns}]


def computed_columns(bound: Bound, needed: frozenset[str]) -> tuple[str, ...]:
    """The columns that `build_profiles` makes for these needs, besides the base's and purposes'."""
    topics = bound.project.settings.topics if bound.posts or bound.likes else ()
    stances = [stance_column(topic.topic.name) for topic in topics]
    traits = (trait for level in bound.levels for trait in _wanted(level, bound, needed))
    made = [column.name for trait in traits for column in trait.columns]
    return (*(name for name in stances if name in needed), *made)


def number_of(bound: Bound) -> str:
    """SQL over a profile `p`: the number of its row, which is the person's number."""
    return f"p.{identifier(NUMBER)}" if _hides_numbers(bound) else "p.rowid"


def _hides_numbers(bound: Bound) -> bool:
    """A column of the project's own may be called as the engine calls the number of a row."""
    return bound.profile.get("rowid") is not None


def nobody_called(engine: Engine, bound: Bound, person: str) -> WrongUsage:
    """What to say of a key that nobody has, with the keys that are spelled most like it."""
    key = identifier(bound.key)
    rows = engine.rows(
        f"SELECT {key} FROM {PROFILES} ORDER BY jaro_winkler_similarity({key}, $1) DESC, {key} "
        "LIMIT 5",
        [person],
    )
    help_ = did_you_mean(person, [str(row[0]) for row in rows])
    return WrongUsage(f"there is nobody called {person!r} in the data", help=help_)


@dataclass(slots=True)
class _Builder:
    engine: Engine
    bound: Bound
    tables: dict[str, str]
    instead: Callable[[str], str] = as_computed
    profile: str = ""
    noticed: list[Noticed] = field(default_factory=list)
    _steps: int = 0

    @property
    def key(self) -> str:
        return identifier(self.bound.key)

    def _text(self, tree: Tree) -> str:
        return run_text(self.bound.parser, [tree])[0]

    def _condition(self, scalar: Scalar) -> str:
        return self._text(self.bound.compiled(scalar).tree)

    def fill(self, needed: frozenset[str]) -> tuple[Noticed, ...]:
        """Everything that follows from the people: what was noticed."""
        for source in self.bound.project.settings.sources:
            if source.person is not None and not source.is_derived:
                self.rows(source)
        for derived in self.bound.derived:
            self.derive(derived.source, derived.sql(self.bound.parser, self.tables))
        self.stances(needed)
        for level in self.bound.levels:
            self.level(_wanted(level, self.bound, needed))
        self.finish()
        return tuple(self.noticed)

    # -- people ------------------------------------------------------------------------------

    def people(self, others: str = "people") -> Source:
        """The base, its typed columns, and for each purpose whether it is given."""
        base = self.bound.project.settings.base
        assert base is not None
        purposes = [
            f"{self._condition(p.when)} AS {identifier(purpose_column(p.name))}"
            for p in self.bound.project.settings.purposes
            if p.when is not None
        ]
        extra = "".join(f", {purpose}" for purpose in purposes)
        self.engine.run(
            f"CREATE OR REPLACE TABLE {_BASE} AS SELECT p.*{extra} "
            f"FROM {identifier(self.tables[base.name])} AS p"
        )
        self.engine.run(f"CREATE OR REPLACE VIEW people AS FROM {_BASE}")
        self.engine.run(f"CREATE OR REPLACE VIEW {_OTHERS} AS FROM {identifier(others)}")
        self.tables[base.name] = "people"
        self.profile = _BASE
        return base

    def finish(self) -> None:
        """The last step under its own name, as a table: its rows are the numbers of people."""
        self.engine.run(f"DROP TABLE IF EXISTS {PROFILES}")
        self.engine.run(f"ALTER TABLE {self.profile} RENAME TO {PROFILES}")
        if self.profile == _BASE:
            self.engine.run(f"CREATE OR REPLACE VIEW people AS FROM {PROFILES}")
        if _hides_numbers(self.bound):
            self.engine.run(
                f"CREATE OR REPLACE TABLE {PROFILES} AS "
                f"SELECT *, row_number() OVER () - 1 AS {identifier(NUMBER)} FROM {PROFILES}"
            )
        self.profile = PROFILES

    def given(self, purposes: Iterable[str], alias: str = PROFILE) -> str:
        """SQL that is TRUE where all purposes are given."""
        tests = [f"{alias}.{identifier(purpose_column(name))}" for name in sorted(purposes)]
        return " AND ".join(tests) or "true"

    # -- whose rows --------------------------------------------------------------------------

    def rows(self, source: Source) -> None:
        """A view of the rows that belong to somebody, may be used, and are not of the future."""
        assert source.person is not None
        table = identifier(self.tables[source.name])
        join = self._join(source, source.person)
        shown = [f"{ROW}.*"]
        joins = []
        if source.person.to is not None:
            shown.append(f"k.{self.key}")
        for other in source.others:
            alias = identifier(f"other {other.name}")
            when = other.when
            agreed = f" AND {self._agreed(when, alias)}" if when is not None else ""
            by = f"{ROW}.{identifier(other.by)}"
            joins.append(f"LEFT JOIN {_OTHERS} AS {alias} ON {alias}.{self.key} = {by}{agreed}")
            shown += [
                f"{alias}.{identifier(c.text)} AS {identifier(f'{other.name}.{c.text}')}"
                for c in other.columns
            ]
        where = [self._in_time(source)]
        if source.purpose is not None:
            where.append(self.given([source.purpose.text], "k"))
        view = rows_of(source)
        self.engine.run(
            f"CREATE OR REPLACE VIEW {identifier(view)} AS "
            f"SELECT {', '.join(shown)}, k.{self.key} AS {PERSON} "
            f"FROM {table} AS {ROW} JOIN people AS k ON {join} {' '.join(joins)} "
            f"WHERE {' AND '.join(where)}"
        )
        strays, examples = self._strays(source, table, join)
        undated = self._undated(source, table)
        self.noticed.append(Noticed(source.name, strays, examples, undated))
        self.tables[source.name] = view

    def _join(self, source: Source, link: Link) -> str:
        column = f"{ROW}.{identifier(link.column)}"
        if link.to is None:
            return f"k.{self.key} = {column}"
        join = f"{normalised(f'k.{identifier(link.to)}')} = {normalised(column)}"
        if link.consent is None:
            return join
        return f"{join} AND {self._agreed(link.consent, 'k')}"

    def _agreed(self, consent: Scalar, alias: str) -> str:
        """A condition on a person's own columns, asked of the person under another alias."""
        tree = self.bound.compiled(consent).tree
        name = alias.strip('"')

        def moved(node: Tree) -> Tree | None:
            if node["class"] != "COLUMN_REF":
                return None
            return {**node, "column_names": [name, node["column_names"][-1]]}

        return f"{self._text(swapped(tree, moved))} IS TRUE"

    def _in_time(self, source: Source) -> str:
        if source.time is None:
            return "true"
        moment = _moment(source.time)
        return f"{moment} < {literal(self.bound.today.isoformat())}::DATE + INTERVAL 1 DAY"

    def _strays(self, source: Source, table: str, join: str) -> tuple[int, tuple[str | None, ...]]:
        """Rows that belong to nobody: counted, with examples."""
        assert source.person is not None
        column = identifier(source.person.column)
        count, examples = self.engine.row(
            f"SELECT count(*), list_sort(list(DISTINCT {column}))[:{EXAMPLES}] FROM {table} "
            f"AS {ROW} WHERE NOT EXISTS (SELECT 1 FROM people AS k WHERE {join})"
        )
        return int(count), first_of(examples or ())

    def _undated(self, source: Source, table: str) -> int:
        """Rows of which nobody knows when they happened, as what is of the future isn't seen."""
        if source.time is None:
            return 0
        return int(
            self.engine.value(
                f"SELECT count(*) FROM {table} AS {ROW} WHERE {_moment(source.time)} IS NULL"
            )
        )

    def derive(self, source: Source, sql: str) -> None:
        table = rows_of(source)
        named = f", {identifier(source.person.column)} AS {PERSON}" if source.person else ""
        self.engine.run(
            f"CREATE OR REPLACE TABLE {identifier(table)} AS SELECT *{named} FROM ({sql})"
        )
        self.tables[source.name] = table

    # -- traits ------------------------------------------------------------------------------

    def stances(self, needed: frozenset[str]) -> None:
        """A column for each topic somebody asks about."""
        with_stances = add_stances(
            self.engine, self.bound, self.tables, self.profile, PERSON, needed
        )
        self.profile = self.instead(with_stances)

    def level(self, traits: Sequence[BoundTrait]) -> None:
        """All traits that need only what is there: one scan for each source, then one join."""
        if not traits:
            return
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
            scan, given = self._scan(source, group, alias)
            columns += given
            joins.append(f"LEFT JOIN ({scan}) AS {alias} ON {alias}.{PERSON} = p.{self.key}")
        self._steps += 1
        table = f"profiles_{self._steps}"
        self.engine.run(
            f"CREATE OR REPLACE TABLE {table} AS SELECT p.*, {', '.join(columns)} "
            f"FROM {self.profile} AS p {' '.join(joins)}"
        )
        self.profile = self.instead(table)

    def _own_value(self, trait: BoundTrait) -> str:
        """A trait over the profile itself."""
        value = self._text(trait.values[0].tree)
        return self._permitted(self._defaulted(trait, value), trait.columns[0])

    def _permitted(self, value: str, column: Column) -> str:
        """NULL for whoever didn't give every purpose the value depends on."""
        if not column.purposes:
            return value
        return f"CASE WHEN {self.given(column.purposes)} THEN {value} END"

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
                permitted = self._permitted(self._defaulted(trait, value), column)
                outer.append(f"{permitted} AS {identifier(column.name)}")
        parts = [part for t in traits for part in (*t.values, t.where) if part is not None]
        relation = self._with_sentiment(source, parts)
        if any(alias == PROFILE for part in parts for alias, _ in part.uses):
            relation += f" JOIN {self.profile} AS {PROFILE} ON p.{self.key} = {ROW}.{PERSON}"
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
        end = f"{literal(self.bound.today.isoformat())}::DATE + INTERVAL 1 DAY"
        test = f"SELECT ({_moment(source.time)} >= {end} - {trait.trait.last.interval})"
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


def _moment(column: str) -> str:
    """When a row happened, as a timestamp; a day so far away that none can hold it is missing."""
    return f"TRY_CAST({ROW}.{identifier(column)} AS TIMESTAMP)"


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
