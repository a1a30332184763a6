"""What was written: batches, and plans that were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json

if TYPE_CHECKING:
    from targeter.batches import Rendered
    from targeter.plans import Saved


def rendered(batch: Rendered) -> Json:
    return {
        "plan_id": batch.plan_id,
        "messages": batch.messages,
        "folder": str(batch.folder),
        "copy": str(batch.copy) if batch.copy else None,
        "is_new": batch.is_new,
        "told": batch.told,
        "notes": batch.notes,
        "exports": batch.exports,
        "files": [
            {"name": file.name, "what": file.what, "rows": file.rows, "sha256": file.sha256}
            for file in batch.files
        ],
    }


def saved(plan: Saved) -> Json:
    return {
        "plan_id": plan.plan_id,
        "folder": str(plan.folder),
        "people": plan.people,
        "messages": plan.messages,
        "is_new": plan.is_new,
    }
