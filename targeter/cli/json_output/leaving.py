"""Who was forgotten, and who was taken out of audiences; nobody is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json

if TYPE_CHECKING:
    from targeter.exporters.removals import Removals
    from targeter.forgetting import Forgotten
    from targeter.optouts import OptOuts


def forgotten(done: Forgotten) -> Json:
    return {
        "people": done.people,
        "known": done.known,
        "unknown": done.unknown,
        "batches": [
            {
                "plan_id": one.batch,
                "rows": one.rows,
                "texts": one.texts,
                "removed_files": one.removed,
            }
            for one in done.batches
        ],
        "reports": done.reports,
        "removals": _removals(done.removals),
    }


def opt_outs(done: OptOuts) -> Json:
    return {
        "day": done.day.isoformat(),
        "members": done.members,
        "people": done.people,
        "reasons": [
            {"kind": one.kind, "name": one.name, "people": one.people} for one in done.reasons
        ],
        "removals": _removals(done.removals),
        "still_in": [{"channel": one.channel, "people": one.people} for one in done.still_in],
        "told": done.told,
    }


def _removals(written: Removals | None) -> Json | None:
    if written is None:
        return None
    return {
        "batch": written.batch,
        "folder": str(written.folder),
        "people": written.people,
        "operations": written.operations,
        "files": [{"name": f.name, "what": f.what, "rows": f.rows} for f in written.files],
    }
