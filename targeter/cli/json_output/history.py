"""A contact history, and what was told of its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json

if TYPE_CHECKING:
    from targeter.history import Entry, History, Tidied, Told


def history(listed: History) -> Json:
    return {
        "folder": str(listed.folder),
        "verified": listed.verified,
        "batches": [_entry(entry) for entry in listed.entries],
    }


def _entry(entry: Entry) -> Json:
    from targeter.history import EVENTS

    return {
        "plan_id": entry.plan_id,
        "day": entry.day,
        "format": entry.format,
        **{event: entry.count(event) for event in EVENTS},
        "sent": entry.sent,
        "failed": entry.failed,
        "intact": not entry.faults,
        "faults": [{"file": f.file, "what": f.what, "help": f.help} for f in entry.faults],
    }


def told(said: Told) -> Json:
    return {"sent": said.sent, "failed": said.failed, "known": said.known, "file": said.file}


def tidied(done: Tidied) -> Json:
    return {
        "dropped": done.dropped,
        "reports": done.reports,
        "needed": done.needed,
        "blanked": done.blanked,
    }
