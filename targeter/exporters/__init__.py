"""Exporters: what turns the messages of a plan into the files that somebody else takes.

Two are built in. Others are found by the entry points of installed packages, in the group
`targeter.exporters`; each names an `Exporter`.
"""

from targeter.exporters.checking import check, columns_of_exports, columns_of_handoffs
from targeter.exporters.interface import By, Export, Exported, Exporter, Format, Written
from targeter.exporters.known import ExporterFailed, exporter_named, known_names
from targeter.exporters.running import Outcome, write_out

__all__ = [
    "By",
    "Export",
    "Exported",
    "Exporter",
    "ExporterFailed",
    "Format",
    "Outcome",
    "Written",
    "check",
    "columns_of_exports",
    "columns_of_handoffs",
    "exporter_named",
    "known_names",
    "write_out",
]
