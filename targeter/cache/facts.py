"""What a run says of a source, as JSON and back; a place in the settings is kept by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from targeter.findings import CODES, Finding, Place
from targeter.settings import Settings
from targeter.sources.reading import Loaded, LoadedColumn

# What reading JSON of another shape raises: whoever reads facts takes it for «not there».
MISSHAPEN = (KeyError, TypeError, ValueError, IndexError)
Names = Mapping[Place, str]


def names_of(settings: Settings) -> Names:
    """What stands where in the settings: lines move, and a finding has to go with them."""
    names: dict[Place, str] = {}
    for source in settings.sources:
        names[source.place] = source.name
        names |= {column.place: f"{source.name}.{column.name}" for column in source.columns}
    return names


def findings_as_json(findings: Sequence[Finding], names: Names) -> list[list[str]] | None:
    """Findings about sources; None where one stands anywhere else, and so can't be kept."""
    shown = []
    for one in findings:
        if one.place is None or one.place not in names or one.graded is not None:
            return None
        shown.append([one.code, one.message, names[one.place], one.help])
    return shown


def findings_from(data: Any, names: Names) -> tuple[Finding, ...]:
    """Findings at the places of today. Raises one of `MISSHAPEN`."""
    places = {name: place for place, name in names.items()}
    found = []
    for code, message, where, help_ in data:
        if code not in CODES:
            raise ValueError(code)
        found.append(Finding(code, _text(message), places[where], _text(help_)))
    return tuple(found)


def loaded_as_json(loaded: Loaded, names: Names) -> dict[str, object] | None:
    """Everything that was said of a source when it was read; None where it can't be kept."""
    findings = findings_as_json(loaded.findings, names)
    if findings is None:
        return None
    return {
        "columns": [[c.name, c.type, c.declared, c.note] for c in loaded.columns],
        "rows": loaded.rows,
        "findings": findings,
        "files": list(loaded.files),
        "notes": list(loaded.notes),
    }


def loaded_from(data: Any, source: str, table: str, names: Names) -> Loaded:
    """The same again. Raises one of `MISSHAPEN`."""
    columns = (
        LoadedColumn(_text(name), _text(type_), bool(declared), _text(note))
        for name, type_, declared, note in data["columns"]
    )
    return Loaded(
        source,
        table,
        tuple(columns),
        int(data["rows"]),
        findings_from(data["findings"], names),
        tuple(map(_text, data["files"])),
        tuple(map(_text, data["notes"])),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()  # half a character is a text for Python and for nobody else
    return value
