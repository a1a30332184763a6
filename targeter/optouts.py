"""Who may not be in an audience any more, taken out of it: daily, and without a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from targeter import batches, history
from targeter.binding import Bound
from targeter.computing import purpose_column
from targeter.database import Engine, identifier, list_literal, literal
from targeter.errors import NothingToCheck
from targeter.exporters.past import HANDED, MEMBERS, load_past
from targeter.exporters.removals import (
    LEAVERS,
    TAKEN_OFF,
    Removals,
    create_removals,
    members_by_audience,
    spare_others,
    write_removals,
)
from targeter.options import Options, Progress, history_of, silent
from targeter.outgoing import IDENTIFIERS
from targeter.pipeline import Profiled, profiled
from targeter.policies import Requirement, Suppression
from targeter.profiles import PROFILES
from targeter.project import Project, read_project
from targeter.signature import Builder

_MUST_LEAVE = "must_leave"
_TOLD = (
    "Send the removals now: who opted out must be out of every audience within 24 hours.",
    "A request is taken whole or not at all.",
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody may not be in an audience: of several that hold, the first counts.

    `kind` is «gone», «forgotten», «purpose», «requirement» or «suppression»; `name` says which.
    """

    kind: str
    name: str
    people: int


@dataclass(frozen=True, slots=True)
class StillIn:
    """How many people may not be in audiences of a channel, and no file of ours takes them out."""

    channel: str
    people: int


@dataclass(frozen=True, slots=True)
class OptOuts:
    """Who must leave: `members` were in exported audiences, `people` of them may not be.

    `removals` is the batch that takes them out, None where there is none to take out so; who is
    `still_in` was handed over by no identifier, or by another package.
    """

    day: dt.date
    members: int
    people: int
    reasons: tuple[Reason, ...] = ()
    removals: Removals | None = None
    still_in: tuple[StillIn, ...] = ()
    told: tuple[str, ...] = ()


def opt_outs(options: Options, progress: Progress = silent) -> OptOuts:
    """Take everybody out of the exported audiences who may not be in them any more.

    That is who isn't in the data, was forgotten, hasn't given the channel's purpose (unknown is not
    yes), doesn't meet a requirement, or whom a suppression keeps from everything or from such a
    message. Done twice, the second finds nobody. Raises `NothingToCheck` where no audience was ever
    exported: then this looks at the wrong history, or too early.
    """
    project = read_project(options.root)
    folder = history_of(project, options)
    if not _was_exported(folder):
        message = f"no audience was exported yet: there is none in {folder.name}"
        raise NothingToCheck(message, help="targeter render exports them; --history DIR names it")
    with batches.writing(folder), profiled(options, progress, project) as made:
        try:
            return _taken_out(made, folder)
        except OSError as error:
            raise batches.BatchFailed(
                f"removals can't be written to {folder.name}: {(error.strerror or '').lower()}",
                help="nothing was left behind; nobody was taken out",
            ) from error


def _was_exported(folder: Path) -> bool:
    """Whether anybody ever came into an audience, whoever exported it."""
    if any((batch / MEMBERS).is_file() for batch in _whole(folder)):
        return True
    with history.opened(folder) as engine:
        entries = history.list_history(engine, folder).entries
    return any(entry.count(history.ENTERED) for entry in entries)


def _whole(folder: Path) -> tuple[Path, ...]:
    """The batches; raises `BadData` where one was lost, which has people, too."""
    return history.whole_batches(folder, (history.FILE,))


def _taken_out(made: Profiled, folder: Path) -> OptOuts:
    engine, day = made.engine, made.bound.today
    _whole(folder)
    load_past(engine, folder)
    history.load_memberships(engine, folder)
    now = members_by_audience(engine)
    _leave_out_unknown(engine, made.bound.project, now)
    whys = list(_whys(made))
    _find(engine, made.bound, whys)
    count = "SELECT count(DISTINCT person) FROM "
    members = int(engine.value(f"{count}{history.IN_AUDIENCE}"))
    people = int(engine.value(f"{count}{_MUST_LEAVE}"))
    reasons, still_in = _reasons(engine, whys), tuple(_still_in(engine, now))
    if not engine.value(f"{count}{_MUST_LEAVE} SEMI JOIN {now} USING (person, channel)"):
        return OptOuts(day, members, people, reasons, still_in=still_in)
    _load(engine, now, day)
    removals = write_removals(engine, folder, day, "opted out")
    return OptOuts(day, members, people, reasons, removals, still_in, _TOLD)


def _leave_out_unknown(engine: Engine, project: Project, now: str) -> None:
    """Leave out who came in where we hand people over, and had no identifier to be handed over by:
    the network doesn't know them."""
    ours = [c.channel.name for c in project.settings.channels if c.outgoing.audience_by]
    engine.run(
        f"DELETE FROM {history.IN_AUDIENCE} AS m WHERE "
        f"(list_contains({list_literal(ours)}::VARCHAR[], m.channel) "
        f"OR EXISTS (FROM {HANDED} AS h WHERE h.channel = m.channel)) AND NOT EXISTS "
        f"(FROM {now} AS n WHERE n.person = m.person AND n.channel = m.channel)"
    )


def _find(engine: Engine, bound: Bound, whys: Sequence[_Why]) -> None:
    """Fill `must_leave`: each membership that may not be, and the number of its reason."""
    cases = " ".join(f"WHEN {why.test} THEN {number}" for number, why in enumerate(whys))
    key = f"p.{identifier(bound.key)}"
    engine.run(
        f"CREATE OR REPLACE TABLE {_MUST_LEAVE} AS SELECT * FROM (SELECT m.*, CASE {cases} END "
        f"AS why FROM {history.IN_AUDIENCE} AS m LEFT JOIN {PROFILES} AS p ON {key} = m.person) "
        "WHERE why IS NOT NULL"
    )


def _load(engine: Engine, now: str, day: dt.date) -> None:
    """Fill the tables of who is taken off what, and who left by which batch they had come."""
    create_removals(engine)
    kinds = ", ".join(f"h.{identifier(kind)}" for kind in IDENTIFIERS)
    engine.run(
        f"INSERT INTO {TAKEN_OFF} SELECT DISTINCT h.person, h.audience, {kinds} FROM {HANDED} AS h "
        f"JOIN {now} AS n USING (person, channel, audience) "
        f"SEMI JOIN {_MUST_LEAVE} AS l ON l.person = h.person AND l.channel = h.channel"
    )
    spare_others(
        engine,
        f"SELECT person, audience FROM {now} ANTI JOIN {_MUST_LEAVE} USING (person, channel)",
    )
    at = f"greatest(contacted_at, {history.moment_sql(day)})"
    engine.run(
        f"INSERT INTO {LEAVERS} SELECT person, {at}, {literal(history.LEFT)}, campaign, rule, "
        f"template, channel, text, batch FROM {_MUST_LEAVE} SEMI JOIN {now} USING (person, channel)"
    )


def _reasons(engine: Engine, whys: Sequence[_Why]) -> tuple[Reason, ...]:
    rows = engine.rows(
        f"SELECT why, count(*) FROM (SELECT person, min(why) AS why FROM {_MUST_LEAVE} GROUP BY 1) "
        "GROUP BY 1 ORDER BY 1"
    )
    return tuple(Reason(whys[why].kind, whys[why].name, people) for why, people in rows)


def _still_in(engine: Engine, now: str) -> Iterator[StillIn]:
    """Who must leave an audience that no file of ours can take them out of."""
    rows = engine.rows(
        f"SELECT channel, count(*) FROM {_MUST_LEAVE} ANTI JOIN {now} USING (person, channel) "
        "GROUP BY 1 ORDER BY 1"
    )
    for channel, people in rows:
        yield StillIn(channel, people)


# -- what keeps somebody out -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Why:
    """A reason to leave, as SQL over a membership `m` and a profile `p`, which may be missing."""

    kind: str
    name: str
    test: str


def _whys(made: Profiled) -> Iterator[_Why]:
    project, key = made.bound.project, f"p.{identifier(made.bound.key)}"
    yield _Why("gone", "no longer in the data", f"{key} IS NULL")
    if made.decisions.forgets:
        yield _Why("forgotten", "forgotten", f"{key} IN (SELECT person FROM {history.FORGOTTEN})")
    yield from _purposes(project)
    segments = {one.name.casefold(): one.when for one in project.segments}
    builder = Builder(made.bound.parser, made.bound.expressions, segments)
    needed, kept_out = project.requirements, project.suppressions
    for requirement, test in zip(needed, _tests(builder, needed), strict=True):
        yield _Why("requirement", requirement.name, f"NOT {test}")
    for suppression, test in zip(kept_out, _tests(builder, kept_out), strict=True):
        concerned = _concerned(project, suppression)
        yield _Why("suppression", suppression.name, f"({test} AND {concerned})")


def _tests(builder: Builder, said: Sequence[Requirement | Suppression]) -> list[str]:
    return builder.tests([one.when for one in said])


def _purposes(project: Project) -> Iterator[_Why]:
    """A channel's purpose that isn't TRUE, be it withdrawn or unknown."""
    declared = [purpose.name for purpose in project.settings.purposes]
    for name in declared:
        channels = [
            settings.channel.name
            for settings in project.settings.channels
            if settings.channel.purpose == name
        ]
        given = f"p.{identifier(purpose_column(name))} IS TRUE"
        if channels:
            test = f"list_contains({list_literal(channels)}, m.channel) AND NOT ({given})"
            yield _Why("purpose", name, f"({test})")


def _concerned(project: Project, suppression: Suppression) -> str:
    """SQL: a suppression is for what somebody came into the audience by."""
    tests = ["true"]
    if suppression.channel:
        tests.append(f"m.channel = {literal(suppression.channel.text)}")
    if suppression.campaign:
        tests.append(f"m.campaign = {literal(suppression.campaign.text)}")
    if suppression.topic:
        topic = suppression.topic.text
        about = [one.id for one in project.templates if one.topic and one.topic.text == topic]
        tests.append(f"list_contains({list_literal(about)}::VARCHAR[], m.template)")
    return " AND ".join(f"coalesce({test}, false)" for test in tests)
