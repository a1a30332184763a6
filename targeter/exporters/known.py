"""Which exporters there are: the built-in ones, and those that installed packages bring."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from targeter.errors import TargeterError
from targeter.exporters import audiences, messages
from targeter.exporters.interface import Exporter
from targeter.settings import ChannelSettings

GROUP: Final = "targeter.exporters"
BUILT_IN: Final[Mapping[str, Exporter]] = {
    "messages": messages.MESSAGES_EXPORTER,
    "x_audiences": audiences.X_AUDIENCES,
}
_DEFAULTS: Final = {"direct": "messages", "promoted": "x_audiences"}


class ExporterFailed(TargeterError):
    """An exporter of an installed package can't be used, or did not do what it promised."""


def name_of_exporter(settings: ChannelSettings) -> str:
    """Which exporter serves a channel: the one it names, or that of its delivery."""
    chosen = settings.outgoing.exporter
    return chosen.text if chosen else _DEFAULTS[settings.channel.delivery]


def known_names() -> tuple[str, ...]:
    """The names of all exporters, sorted; nothing of an installed package is loaded."""
    return tuple(sorted({*BUILT_IN, *(point.name for point in _installed())}))


def exporter_named(name: str) -> Exporter | None:
    """The exporter of that name, or None. A package can't take the name of a built-in one.

    Raises `ExporterFailed` for one that can't be loaded, or is no `Exporter`.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    points = [point for point in _installed() if point.name == name]
    return _loaded(points[0]) if points else None


def _installed() -> list[EntryPoint]:
    return sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))


def _loaded(point: EntryPoint) -> Exporter:
    help_ = "mend or remove the package that brings it, or name another exporter"
    try:
        found = point.load()
    except Exception as error:  # whatever an installed package raises
        message = f"the exporter {point.name!r} can't be loaded: {error}"
        raise ExporterFailed(message, help=help_) from error
    if not isinstance(found, Exporter):
        message = f"the exporter {point.name!r} is no targeter.exporters.Exporter"
        raise ExporterFailed(message, help=help_)
    return found
