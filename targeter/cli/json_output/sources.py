"""How sources were read, and what was declared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from targeter.cli.json_output.documents import Json
from targeter.cli.json_output.findings import all_findings

if TYPE_CHECKING:
    from targeter.declaring import Declared
    from targeter.sources.reading import Loaded


def sources(loaded: Iterable[Loaded]) -> Json:
    return {"sources": [_source(one) for one in loaded]}


def _source(one: Loaded) -> Json:
    return {
        "name": one.source,
        "rows": one.rows,
        "files": one.files,
        "notes": one.notes,
        "columns": [
            {"name": c.name, "type": c.type, "declared": c.declared, "note": c.note}
            for c in one.columns
        ],
        "findings": all_findings(one.findings),
    }


def declared(one: Declared) -> Json:
    return {"declared": [{"source": name, "columns": number} for name, number in one.columns]}
