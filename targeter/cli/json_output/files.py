"""Files that were written for a user: a project begun, schemas for an editor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json

if TYPE_CHECKING:
    from targeter.editor import EditorFile
    from targeter.starter import Started


def schemas(files: Sequence[EditorFile], *, written: bool) -> Json:
    return {
        "written": written,
        "schemas": [
            {
                "path": file.path,
                "describes": file.describes,
                "modeline": file.modeline,
                "schema": file.schema,
            }
            for file in files
        ],
    }


def started(one: Started) -> Json:
    return {
        "folder": str(one.folder),
        "files": one.files,
        "next": one.next,
        "notes": one.notes,
        "data_roots": [str(root) for root in one.data_roots],
    }
