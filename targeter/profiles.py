"""One row a person: the base, whose rows are whose, and every trait computed from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from targeter.binding import Bound, BoundTrait
from targeter.computing import PERSON, Level, end_of, given, moment_of, purpose_column
from targeter.database import Engine, Tree, identifier
from targeter.errors import WrongUsage
from targeter.expressions.compiler import run_text, swapped
from targeter.expressions.scopes import PROFILE, ROW, stance_column
from targeter.findings import Finding, did_you_mean
from targeter.opinions import add_stances
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
from targeter.yaml_source import Scalar

# One row a person; the number of the row is the person's number in everything that is decided.
PROFILES = "profiles"
_BASE = "profiles_0"
# Where a project has a column called rowid, the number is a column of this name.
NUMBER = "(number)"
# Whose columns stand on rows of others.
_OTHERS = "other_people"


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of a run: how many people, and what was noticed while making them.

    Where they are `lasting` they aren't a table yet but a view, to be read once: only the columns
    of these names are asked about when everybody was decided about. With `keys_later` nobody has
    looked at the keys yet: the view is read for that once more, the table costs less.
    """

    people: int
    findings: tuple[Finding, ...]
    lasting: frozenset[str] | None = None
    keys_later: bool = False


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
    lasting: frozenset[str] | None = None,
    keys_later: bool = False,
) -> Profiles:
    """Make the table of profiles from loaded sources (engine tables by source name).

    `needed` are the columns that anything asks for; traits that nothing needs are left out.
    `instead` is asked after every step for the table to go on with: tests put in values of theirs.
    With `lasting` columns the profiles may be a view, whose keys aren't looked at if `keys_later`,
    see `Profiles`. Else raises `BadData` as `check_keys` does.
    """
    builder = _Builder(engine, bound, dict(loaded), instead)
    base = builder.people()
    lasting = None if computed_columns(bound, needed) else lasting
    keys_later = keys_later and lasting is not None
    if not keys_later:
        check_keys(engine, bound, _BASE)
    for source in bound.project.settings.sources:
        if source.person is not None and source.person.to is not None:
            query = identifiers_of(f"FROM {_BASE}", base, source.person)
            refuse_shared(source, shared_identifiers(engine, query))
    noticed = builder.fill(needed)
    findings = tuple(findings_of(bound, noticed))
    builder.finish(as_view=lasting is not None)
    people = int(engine.value(f"SELECT count(*) FROM {PROFILES}"))
    return Profiles(people, findings, lasting, keys_later)


def check_keys(engine: Engine, bound: Bound, table: str = PROFILES) -> None:
    """Raise `BadData` when a person stands twice in the base or has no key."""
    base = bound.project.settings.base
    assert base is not None
    refuse_keys(base, wrong_keys(engine, base, table))


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
    noticed = builder.fill(needed)
    builder.finish()
    return noticed


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


def can_be_view(bound: Bound) -> bool:
    """Whether no column of the project's own is called as one of ours may be, once it is read."""
    return not _hides_numbers(bound) and not any(c.name.startswith("(") for c in bound.profile)


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
            f"CREATE OR REPLACE VIEW {_BASE} AS SELECT p.*{extra} "
            f"FROM {identifier(self.tables[base.name])} AS p"
        )
        self.engine.run(f"CREATE OR REPLACE VIEW people AS FROM {_BASE}")
        self.engine.run(f"CREATE OR REPLACE VIEW {_OTHERS} AS FROM {identifier(others)}")
        self.tables[base.name] = "people"
        self.profile = _BASE
        return base

    def finish(self, *, as_view: bool = False) -> None:
        """The last step under its own name, as a table: its rows are the numbers of people."""
        if as_view:
            self.engine.run(f"CREATE VIEW {PROFILES} AS FROM {self.profile}")
            return
        self.engine.run(f"DROP TABLE IF EXISTS {PROFILES}")
        if _hides_numbers(self.bound):
            number = f"row_number() OVER () - 1 AS {identifier(NUMBER)}"
            self.engine.run(f"CREATE TABLE {PROFILES} AS SELECT *, {number} FROM {self.profile}")
        elif self.profile == _BASE:
            self.engine.run(f"CREATE TABLE {PROFILES} AS FROM {_BASE}")
            self.engine.run(f"CREATE OR REPLACE VIEW people AS FROM {PROFILES}")
        else:
            self.engine.run(f"ALTER TABLE {self.profile} RENAME TO {PROFILES}")
        self.profile = PROFILES

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
            where.append(given([source.purpose.text], "k"))
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
        return f"{moment_of(source.time)} < {end_of(self.bound.today)}"

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
                f"SELECT count(*) FROM {table} AS {ROW} WHERE {moment_of(source.time)} IS NULL"
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
        """All traits that need only what is there."""
        if not traits:
            return
        self._steps += 1
        table = f"profiles_{self._steps}"
        level = Level(self.engine, self.bound, self.tables, self.profile)
        self.engine.run(f"CREATE OR REPLACE TABLE {table} AS {level.query(traits)}")
        self.profile = self.instead(table)
