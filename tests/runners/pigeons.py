"""An exporter as another package may bring one."""

from __future__ import annotations

from targeter.exporters import Export, Exported, Exporter


def write(export: Export) -> Exported:
    """Nothing is written: a pigeon takes no files."""
    return Exported(())


PIGEONS = Exporter(("direct",), write)
