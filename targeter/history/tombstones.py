"""Who was forgotten: salted digests of their keys, which name nobody and let nobody come back."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from targeter.database import Engine, literal
from targeter.errors import BadData
from targeter.folders import seal_of, write_whole
from targeter.history.log import was_forgotten

# The table of who was forgotten among the people of a run, and what it is called as a gate.
FORGOTTEN = "forgotten"
TOMBSTONES = "forgotten.json"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The digests of everybody who was forgotten, and whether they were taken off the networks."""

    salt: str = ""
    taken_off: Mapping[str, bool] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.taken_off)

    def __contains__(self, person: str) -> bool:
        return self.digest_of(person) in self.taken_off

    def digest_of(self, person: str) -> str:
        """The digest by which somebody is recognised: sha256(salt || key), in hexadecimal."""
        return hashlib.sha256((self.salt + person).encode()).hexdigest()

    def to_take_off(self, people: Collection[str]) -> tuple[str, ...]:
        """Those of whom no removal was written yet."""
        return tuple(p for p in people if not self.taken_off.get(self.digest_of(p), False))

    def marked(self, people: Collection[str], *, taken_off: bool) -> Tombstones:
        """The same with these people; who was taken off once is never put on again."""
        known = dict(self.taken_off)
        for digest in map(self.digest_of, people):
            known[digest] = known.get(digest, False) or taken_off
        return replace(self, taken_off=known)


def read_tombstones(folder: Path) -> Tombstones:
    """Who was forgotten. Raises `BadData` where the file was lost or isn't what was written."""
    path = folder / TOMBSTONES
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["seal"] != seal_of(document) or document["format_version"] != FORMAT_VERSION:
            raise _damaged(folder, "was altered after it was written")
        people = {str(digest): bool(off) for digest, off in document["people"].items()}
        return Tombstones(str(document["salt"]), people)
    except FileNotFoundError:
        if was_forgotten(folder):
            raise _damaged(folder, "was lost") from None
        return Tombstones()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(folder, "can't be read") from error


def _damaged(folder: Path, what: str) -> BadData:
    message = f"{TOMBSTONES} of the history {folder.name} {what}"
    return BadData(message, help="restore it: without it people who were forgotten would come back")


def write_tombstones(folder: Path, stones: Tombstones) -> None:
    """Write who was forgotten, whole or not at all, for its owner alone to read.

    Sorted, so that nobody can tell who came when.
    """
    document = {
        "format_version": FORMAT_VERSION,
        "salt": stones.salt,
        "people": dict(sorted(stones.taken_off.items())),
    }
    whole = {**document, "seal": seal_of(document)}
    write_whole(folder / TOMBSTONES, (json.dumps(whole, indent=2) + "\n").encode())


def bury(folder: Path, people: Collection[str]) -> Tombstones:
    """Set a tombstone for each of these people; who has one keeps it."""
    stones = read_tombstones(folder)
    if not stones.salt:
        # no result depends on it, and one that could be computed would be none
        stones = Tombstones(secrets.token_hex(16))
    after = stones.marked(people, taken_off=False)
    if after != stones:
        write_tombstones(folder, after)
    return after


def all_tombstones(folders: Iterable[Path]) -> tuple[Tombstones, ...]:
    """Who was forgotten in any of these histories; nothing of one that forgot nobody."""
    return tuple(stones for folder in folders if (stones := read_tombstones(folder)))


def load_forgotten(engine: Engine, graves: Sequence[Tombstones], people: str) -> None:
    """Fill `forgotten` (person) with those of `people` (SQL for a column `person`) who were.

    Without a tombstone nobody is looked at.
    """
    engine.load(FORGOTTEN, {"person": "VARCHAR"}, ())
    for stones in graves:
        engine.load("tombstones", {"digest": "VARCHAR"}, ((digest,) for digest in stones.taken_off))
        engine.run(
            f"INSERT INTO {FORGOTTEN} SELECT DISTINCT person FROM ({people}) AS p "
            f"SEMI JOIN tombstones AS t ON t.digest = sha256({literal(stones.salt)} || p.person) "
            f"ANTI JOIN {FORGOTTEN} USING (person)"
        )
