"""The questions asked of everybody, in the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from targeter.binding import Bound
from targeter.database import Engine, identifier, literal
from targeter.decisions.experiments import held_sql
from targeter.decisions.people import Border, Everybody, Line, Shard, is_after, together
from targeter.decisions.planned import Decisions
from targeter.history import moment_sql
from targeter.policies import Campaign
from targeter.profiles import PROFILES, number_of
from targeter.resting import MEMBERS, RESTS, find_resting

DECIDED = "decided"
# Who is held out of anything: few, so that nobody needs to look for the others.
HELD = "held"
# Where what is decided stands in the profiles: the code of everybody's first choice.
FIRST_CHOICE = "(first_choice)"
# What is nobody's isn't kept for everybody.
_NOBODYS = ("false", "NULL::INTEGER", "NULL::DATE")


def decide(
    engine: Engine, bound: Bound, decisions: Decisions, lasting: frozenset[str] | None = None
) -> None:
    """One row a person: number, key, signature, first gate, first choice, held out.

    `stays` is whether they keep their place in the audience of the choice `member_of`, `until`
    until when they rest. Everything decided later knows people by their number. With `lasting`
    columns profiles are a view, and become a table of these and of what is decided, see `Profiles`.
    """
    decide_alone(Shard(engine, bound, decisions), lasting)
    fill_capacities(together(engine, bound, decisions))


def decide_alone(shard: Shard, lasting: frozenset[str] | None = None) -> None:
    """The same for each person alone: as if every handoff had a place for everybody."""
    engine, bound, decisions = shard.engine, shard.bound, shard.decisions
    find_resting(engine, bound, decisions.limits)
    _members_by_choice(engine, bound, decisions)
    if lasting is None:
        number = f"{number_of(bound)}::INTEGER AS number"
        decided = _decided(shard, asked_of(shard), [number], decisions.first_choice())
        engine.run(f"CREATE OR REPLACE TABLE {DECIDED} AS SELECT * {decided}")
    else:
        _read_once(shard, lasting)


def _read_once(shard: Shard, lasting: frozenset[str]) -> None:
    """Profiles become a table of their `lasting` columns and of what is decided, in one scan.

    Values that only conditions ask for are read and let go, which costs a third of keeping them.
    """
    engine, bound, decisions = shard.engine, shard.bound, shard.decisions
    kept = {identifier(name): _ours(name) for name in sorted(lasting - {bound.key})}
    besides = [f"p.{name} AS {ours}" for name, ours in kept.items()]
    asked = asked_of(shard)
    decided = _decided(shard, asked, besides, decisions.first_choice(coded=True))
    stays = "false" if asked["member_of"] in _NOBODYS else "stays"
    asked |= {"stays": stays, "gate": "gate", "first_choice": "first_choice"}
    stored = [name for name, sql in asked.items() if sql not in _NOBODYS]
    columns = [f"person AS {identifier(bound.key)}"]
    columns += [f"{ours} AS {name}" for name, ours in kept.items()]
    columns += [f"{name} AS {_ours(name)}" for name in stored]
    engine.run(f"CREATE TABLE read_once AS SELECT {', '.join(columns)} {decided}")
    engine.run(f"DROP VIEW {PROFILES}")
    engine.run(f"ALTER TABLE read_once RENAME TO {PROFILES}")
    shown = {name: _ours(name) if name in stored else sql for name, sql in asked.items()}
    shown["first_choice"] = decisions.codes.number(identifier(FIRST_CHOICE))
    listed = "".join(f", {sql} AS {name}" for name, sql in shown.items())
    engine.run(
        f"CREATE VIEW {DECIDED} AS SELECT {number_of(bound)}::INTEGER AS number, "
        f"p.{identifier(bound.key)} AS person{listed} FROM {PROFILES} AS p"
    )


def _ours(name: str) -> str:
    """A name in the profiles that no column of the project has, see `can_be_view`."""
    return identifier(f"({name})")


def stands_in_profiles(engine: Engine) -> bool:
    """Whether `decided` is a view: what was decided stands in the profiles."""
    found = engine.value("SELECT count(*) FROM duckdb_views() WHERE view_name = $1", [DECIDED])
    return bool(found)


def let_go(engine: Engine) -> None:
    """Nobody asks about `decided` any more."""
    engine.run(f"DROP {'VIEW' if stands_in_profiles(engine) else 'TABLE'} IF EXISTS {DECIDED}")


def _decided(shard: Shard, asked: Mapping[str, str], besides: Sequence[str], first: str) -> str:
    """FROM everybody with what is `asked`, what follows from it, and other columns `besides`."""
    bound, decisions = shard.bound, shard.decisions
    gate = "CASE WHEN hard IS NOT NULL THEN hard WHEN NOT stays THEN soft END"
    stays = f"hard IS NULL AND NOT {held_of('member_of', bound, decisions)} AND would_stay"
    # rules are asked about inside the branch: nobody whom a gate stops is asked. All leaves come
    # before any question: taken in turns, thousands of them are a fifth slower
    return (
        f"FROM (WITH signatures AS MATERIALIZED ({signatures(shard, asked, besides)}) "
        "SELECT * EXCLUDE (hard, soft, would_stay), "
        f"CASE WHEN gate IS NULL AND NOT stays THEN {first} END AS first_choice "
        f"FROM (SELECT *, {gate} AS gate FROM (SELECT *, {stays} AS stays "
        f"FROM (SELECT *, {decisions.first_gate(resting=False)} AS hard, "
        f"{decisions.first_gate(resting=True)} AS soft, "
        f"{decisions.stays('member_of')} AS would_stay FROM signatures))))"
    )


def signatures(shard: Shard, asked: Mapping[str, str], besides: Sequence[str] = ()) -> str:
    """SQL: everybody's key with what is `asked`, see `asked_of`, and other columns `besides`."""
    key = f"p.{identifier(shard.bound.key)}"
    listed = [f"{sql} AS {name}" for name, sql in asked.items()]
    return (
        f"SELECT {', '.join([*besides, f'{key} AS person', *listed])} "
        f"FROM {PROFILES} AS p LEFT JOIN {RESTS} AS h ON h.person = {key} "
        f"LEFT JOIN member_choices AS m ON m.person = {key}"
    )


def asked_of(shard: Shard) -> dict[str, str]:
    """What is asked of each person, with its SQL: their groups, their place, until when they rest,
    and each leaf once."""
    engine, bound = shard.engine, shard.bound
    key = f"p.{identifier(bound.key)}"
    some_stay, some_rest = (
        bool(engine.value(f"SELECT count(*) FROM {table}")) for table in ("member_choices", RESTS)
    )
    return {
        "held_out": held_sql(bound.project.settings.holdout, key),
        **{f"held_{n}": held_sql(one.holdout, key) for n, one in _campaigns_held(bound)},
        "member_of": "m.choice" if some_stay else "NULL::INTEGER",
        "until": "h.until" if some_rest else "NULL::DATE",
        **dict(shard.decisions.signature.named),
    }


def _campaigns_held(bound: Bound) -> list[tuple[int, Campaign]]:
    campaigns = bound.project.settings.campaigns
    return [(number, one) for number, one in enumerate(campaigns) if one.holdout]


def find_held(shard: Shard) -> None:
    """Fill `held`: the people who are held out of anything, and of what."""
    columns = ["held_out", *(f"held_{number}" for number, _ in _campaigns_held(shard.bound))]
    shard.engine.run(
        f"CREATE OR REPLACE TABLE {HELD} AS SELECT number, {', '.join(columns)} FROM {DECIDED} "
        f"WHERE {' OR '.join(columns)}"
    )


def held_of(choice: str, bound: Bound, decisions: Decisions, alias: str = "") -> str:
    """SQL over a row of `decided` or `held`: whether a person is held out of a choice, by the
    project or by its campaign."""
    campaigns = {one.name: number for number, one in _campaigns_held(bound)}
    cases = [
        f"WHEN {c.number} THEN {alias}held_{campaigns[c.rule.campaign]}"
        for c in decisions.choices
        if c.rule.campaign in campaigns
    ]
    by_campaign = f"coalesce(CASE {choice} {' '.join(cases)} END, false)" if cases else "false"
    return f"({alias}held_out OR {by_campaign})"


def _members_by_choice(engine: Engine, bound: Bound, decisions: Decisions) -> None:
    """Whose place in an audience isn't over yet, by the choice that they entered it by.

    Where the words are gone, as they named somebody who was forgotten, everybody leaves.
    """
    rows = []
    for choice in decisions.choices:
        settings = bound.project.settings.channel(choice.channel.name)
        if settings is not None and settings.stay is not None:
            names = choice.rule.name, choice.template.id, choice.channel.name
            rows.append((choice.number, *names, settings.stay.interval))
    values = ", ".join(f"({', '.join(map(literal, row[:-1]))}, {row[-1]})" for row in rows)
    source = f"(VALUES {values}) AS c(choice, rule, template, channel, stay)"
    now = moment_sql(bound.today)
    engine.run(
        "CREATE OR REPLACE TABLE member_choices AS "
        + (
            f"SELECT m.person, c.choice, m.text FROM {MEMBERS} AS m JOIN {source} "
            "USING (rule, template, channel) WHERE m.text IS NOT NULL "
            f"AND m.contacted_at + c.stay > {now}"
            if rows
            else f"SELECT person, NULL::INTEGER AS choice, text FROM {MEMBERS} WHERE false"
        )
    )


def fill_capacities(people: Everybody) -> None:
    """Who comes after a handoff's capacity, in the order of an md5, is with service unserved."""
    capacities = {h.name: h.capacity for h in people.bound.project.handoffs if h.capacity}
    full = [
        (number, Line(_in_line(number, gate.name), capacities[gate.name]))
        for number, gate in enumerate(people.decisions.gates)
        if gate.outcome == "handed_over" and gate.name in capacities
    ]
    if not full:
        return
    borders = people.borders([line for _, line in full])
    for (number, line), border in zip(full, borders, strict=True):
        if border is not None:
            people.each(turn_away, number, line.query, border)


def _in_line(number: int, name: str) -> str:
    lot = f"md5({literal(f'{name}:')} || person)"
    return f"SELECT {lot} AS k0, person AS k1 FROM {DECIDED} WHERE gate = {number}"


def turn_away(shard: Shard, number: int, query: str, border: Border) -> None:
    """A gate's people who stand after the border go to the gate before it."""
    engine, bound = shard.engine, shard.bound
    table, gate, person = DECIDED, "gate", "person"
    if stands_in_profiles(engine):
        table, gate, person = PROFILES, _ours("gate"), identifier(bound.key)
    engine.run(
        f"UPDATE {table} SET {gate} = {number - 1} WHERE {gate} = {number} AND {person} IN "
        f"(SELECT k1 FROM ({query}) WHERE {is_after(border)})"
    )


def lasting_columns(bound: Bound) -> frozenset[str]:
    """Every profile column that is asked about once everybody was decided about: by copy, and by
    the order in which places are given."""
    names = {v.name for template in bound.project.templates for v in template.variables}
    for rule in bound.project.rules:
        if rule.rank_by is not None:
            names |= {name for _, name in bound.compiled(rule.rank_by).uses}
    return frozenset(column.name for column in bound.profile if column.name in names)


def needed_columns(bound: Bound) -> frozenset[str]:
    """Every profile column that a condition, a template, a channel or the language asks for."""
    project, settings = bound.project, bound.project.settings
    names = {name for one in bound.expressions.values() for alias, name in one.uses}
    names |= {v.name for template in project.templates for v in template.variables}
    asked = [c.channel.address for c in settings.channels if c.channel.address]
    asked += [scalar.text for c in settings.channels for scalar in c.outgoing.of_profile]
    if settings.language:
        asked.append(settings.language.column.text)
    if settings.followers:
        asked.append(settings.followers.text)
    # settings name columns as SQL does, in any case
    names |= {column.name for column in map(bound.profile.get, asked) if column}
    return frozenset(column.name for column in bound.profile if column.name in names)
