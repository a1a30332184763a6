"""Forgetting people: a tombstone first, off the networks next, and then out of every batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from targeter import history
from targeter.database import Engine, identifier
from targeter.exporters.past import HANDED, TAKEN_OUT, load_past
from targeter.exporters.removals import (
    TAKEN_OFF,
    Removals,
    create_removals,
    members_by_audience,
    spare_others,
    write_removals,
)
from targeter.folders import MANIFEST
from targeter.forgetting.blanking import blank_texts
from targeter.forgetting.erasing import Erased, erase, erase_reports
from targeter.forgetting.looking import PEOPLE, addresses_in, known_to, load_names, wanted
from targeter.outgoing import IDENTIFIERS

__all__ = ["Erased", "Forgotten", "blank_texts", "forget"]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done to forget people: `known` of them had a tombstone before.

    `unknown` of them hadn't, and are in no batch: either nothing was ever decided on them, or
    their key is mistyped.

    `batches` are those that were rewritten, `reports` the files of what the sender told.
    `removals` takes them off the networks; None where they are on none.
    """

    people: int
    known: int
    batches: tuple[Erased, ...]
    reports: tuple[str, ...]
    removals: Removals | None
    unknown: int = 0


def forget(engine: Engine, folder: Path, people: Sequence[str], day: dt.date) -> Forgotten:
    """Forget people, by their keys. Who calls this holds the history.

    Whoever stops it in the middle finds a whole history, and may do it again: what is left is
    done then. Raises `BadData` where the history isn't whole; the tombstones are there by then.
    """
    people = tuple(dict.fromkeys(people))
    before = history.read_tombstones(folder)
    stones = history.bury(folder, people)
    history.whole_batches(folder)
    engine.load(PEOPLE, {"person": "VARCHAR"}, ((person,) for person in people))
    load_past(engine, folder)
    removals = _taken_off(engine, folder, stones, people, day)
    forgotten = {person for person in people if person in before}
    met = forgotten | _met(engine, folder)
    batches, reports = _erased(engine, folder, met)
    known = len(forgotten)
    if batches or reports or removals or known < len(people):
        history.note_forgotten(folder, len(people), len(batches))
    unknown = len(people) - len(met)
    return Forgotten(len(people), known, batches, reports, removals, unknown)


def _taken_off(
    engine: Engine,
    folder: Path,
    stones: history.Tombstones,
    people: Sequence[str],
    day: dt.date,
) -> Removals | None:
    """Write what takes people off the networks, once for each of them.

    Off every audience that they were ever handed over for, left or not: a removal from before that
    wasn't sent yet is about to lose what it says of them.
    """
    new = stones.to_take_off(people)
    create_removals(engine)
    engine.load("to_take_off", {"person": "VARCHAR"}, ((person,) for person in new))
    kinds = ", ".join(map(identifier, IDENTIFIERS))
    engine.run(
        f"INSERT INTO {TAKEN_OFF} SELECT DISTINCT person, audience, {kinds} FROM {HANDED} "
        "SEMI JOIN to_take_off USING (person)"
    )
    history.load_memberships(engine, folder)
    members = members_by_audience(engine)
    spare_others(
        engine, f"SELECT person, audience FROM {members} ANTI JOIN {PEOPLE} USING (person)"
    )
    removals = None
    if int(engine.value(f"SELECT count(*) FROM {TAKEN_OFF}")):
        removals = write_removals(engine, folder, day, "forgotten")
    marked = stones.marked(new, taken_off=True)
    if marked != stones:
        history.write_tombstones(folder, marked)
    return removals


def _met(engine: Engine, folder: Path) -> set[str]:
    """Those whom some batch knows. Who stopped this before had a tombstone by then."""
    batches = history.batches_of(folder)
    return {person for batch in batches for person in known_to(engine, batch)}


def _erased(
    engine: Engine, folder: Path, met: Collection[str]
) -> tuple[tuple[Erased, ...], tuple[str, ...]]:
    batches = [batch for batch in history.batches_of(folder) if not _takes_off(batch)]
    addresses: set[str] = set()
    for batch in batches:
        if load_names(engine, batch):
            files = [path.name for path in sorted(batch.iterdir()) if path.name != MANIFEST]
            addresses.update(addresses_in(engine, batch, files))
    # a mistyped key may be any word, and what others read would lose it for good
    looked_for, hashes = wanted(met, addresses), _hashes(engine)
    done = [erase(engine, folder, batch.name, looked_for, hashes) for batch in batches]
    return tuple(filter(None, done)), tuple(erase_reports(engine, folder))


def _takes_off(batch: Path) -> bool:
    """Whether a batch takes forgotten people off a network: it has their hashes and no name."""
    manifest = history.manifest_of(batch, {}) or {}
    return manifest.get("kind") == history.REMOVALS and manifest.get("why") == "forgotten"


def _hashes(engine: Engine) -> set[str]:
    """What they were handed over or taken out by, and nobody else was."""
    listed = ", ".join(map(identifier, IDENTIFIERS))
    theirs, others = (
        f"SELECT unnest([{listed}]) AS hash FROM (SELECT person, {listed} FROM {HANDED} "
        f"UNION SELECT person, {listed} FROM {TAKEN_OUT}) {kind} JOIN {PEOPLE} USING (person)"
        for kind in ("SEMI", "ANTI")
    )
    rows = engine.rows(f"SELECT hash FROM ({theirs}) WHERE hash IS NOT NULL EXCEPT {others}")
    return {str(one) for (one,) in rows}
