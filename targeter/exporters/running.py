"""Every channel's messages through its exporter, and every file accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from targeter.database import EngineError, Row
from targeter.errors import TargeterError
from targeter.exporters.handoffs import write_handoffs
from targeter.exporters.interface import Export, Exported, Written
from targeter.exporters.known import BUILT_IN, ExporterFailed, exporter_named, name_of_exporter
from targeter.folders import MANIFEST
from targeter.history import ASSIGNED, FILE, QUARANTINE
from targeter.plans import ASSIGNMENTS, LEAVING
from targeter.settings import ChannelSettings

_MESSAGES = "messages"
# What a batch keeps of itself beside what its exporters write; two of one name would be one.
_OURS = (MANIFEST, FILE, ASSIGNED, QUARANTINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all exporters of a batch wrote: the files in order, and what each one said."""

    files: tuple[Written, ...]
    told: tuple[str, ...]
    notes: tuple[str, ...]
    facts: dict[str, object]


def write_out(export: Export) -> Outcome:
    """Write a plan's messages with the exporters of their channels, in the order of their names,
    and then the lists of who is handed over.

    `export.channels` are all of the project; each exporter is given its own. Raises
    `ExporterFailed` when one of an installed package fails, leaves a file that it doesn't name, or
    takes a name that another one has.
    """
    used = _used(export)
    by_name: dict[str, list[str]] = {}
    for settings in export.channels:
        if settings.channel.name in used:
            by_name.setdefault(name_of_exporter(settings), []).append(settings.channel.name)
    # a batch without a message says so in a file, too
    if not by_name:
        by_name[_MESSAGES] = []
    done = [(name, _run(name, _part(export, by_name[name]))) for name in sorted(by_name)]
    files = (*(file for _, one in done for file in one.files), *write_handoffs(export))
    _told_apart(file.name for file in files)
    return Outcome(
        files,
        tuple(line for _, one in done for line in one.told),
        (*(line for _, one in done for line in one.notes), *_forsaken(export)),
        {name: dict(one.facts) for name, one in done if one.facts},
    )


def _told_apart(names: Iterable[str]) -> None:
    """Raise `ExporterFailed` where one file would be written over by another."""
    taken = set(_OURS)
    for name in names:
        if name in taken:
            message = f"two files of the batch are called {name!r}"
            raise ExporterFailed(message, help="the exporter must call its file otherwise")
        taken.add(name)


def _used(export: Export) -> set[str]:
    """The channels that anybody gets a message on, or leaves an audience of."""
    rows = export.engine.rows(
        f"SELECT DISTINCT channel FROM {ASSIGNMENTS} WHERE outcome = 'message' "
        f"UNION SELECT DISTINCT channel FROM {LEAVING}"
    )
    return {str(channel) for (channel,) in rows}


def _part(export: Export, names: list[str]) -> Export:
    return replace(export, channels=tuple(c for c in export.channels if c.channel.name in names))


def _run(name: str, export: Export) -> Exported:
    exporter = exporter_named(name)
    if exporter is None:
        raise ExporterFailed(f"there is no exporter {name!r}", help="install it, or name another")
    if name in BUILT_IN:
        return exporter.write(export)
    before = {path.name for path in export.folder.iterdir()}
    try:
        exported = exporter.write(export)
        json.dumps(dict(exported.facts))
        named = sorted(file.name for file in exported.files)
    except (TargeterError, EngineError, OSError):
        raise
    except Exception as error:  # whatever an installed package raises
        message = f"the exporter {name!r} failed: {error}"
        raise ExporterFailed(message, help="nothing was written; mend the exporter") from error
    left = sorted(path.name for path in export.folder.iterdir() if path.name not in before)
    if left != named or any((export.folder / one).is_dir() for one in left):
        message = f"the exporter {name!r} wrote {left}, and names {named}"
        raise ExporterFailed(message, help="it must name each file it writes, and no folder")
    return exported


def _forsaken(export: Export) -> Iterator[str]:
    rows = export.engine.rows(f"SELECT channel, count(*) FROM {LEAVING} GROUP BY 1 ORDER BY 1")
    return forsaken(export.channels, rows)


def forsaken(channels: Sequence[ChannelSettings], leaving: Iterable[Row]) -> Iterator[str]:
    """Who leaves an audience that nobody keeps any more: on a channel that is gone, or direct.

    `leaving` are a channel and how many people leave it each.
    """
    kept = {c.channel.name for c in channels if c.channel.delivery == "promoted"}
    for channel, people in leaving:
        if channel not in kept:
            yield (
                f"{people:,} people leave audiences of {channel}, which is no promoted channel of "
                "this project any more: delete its audiences there"
            )
