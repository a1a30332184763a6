"""What is wrong with how channels say their messages go out; nothing is exported for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from targeter.binding import Bound
from targeter.exporters.known import (
    BUILT_IN,
    ExporterFailed,
    exporter_named,
    known_names,
    name_of_exporter,
)
from targeter.findings import Finding, did_you_mean
from targeter.outgoing import MESSAGE_COLUMNS
from targeter.policies import Handoff
from targeter.schema import InCopy
from targeter.settings import ChannelSettings
from targeter.yaml_source import Scalar


def check(bound: Bound) -> Iterator[Finding]:
    """Findings about `exporter`, `address`, `columns` and `audience_by` of every channel, and about
    the `columns` of every handoff."""
    for settings in bound.project.settings.channels:
        yield from _check_exporter(settings)
        yield from _check_delivery(settings)
        for _, scalar in settings.outgoing.columns:
            if scalar.text not in MESSAGE_COLUMNS:
                yield from _check_column(bound, settings, scalar, "columns")
        for _, scalar in settings.outgoing.audience_by:
            yield from _check_column(bound, settings, scalar, "audience_by")
        address = settings.outgoing.address
        if address is not None and bound.profile.get(address.text) is not None:
            yield from _check_column(bound, settings, address, "address")
    for handoff in bound.project.handoffs:
        for _, scalar in handoff.columns:
            yield from _check_handed_over(bound, handoff, scalar)


def columns_of_handoffs(bound: Bound) -> frozenset[str]:
    """The columns of the profile that hand-over lists show, by the names that it has."""
    asked = (scalar.text for one in bound.project.handoffs for _, scalar in one.columns)
    return frozenset(column.name for column in map(bound.profile.get, asked) if column)


def columns_of_exports(bound: Bound) -> frozenset[str] | None:
    """The columns of the profile that exports read; None where other packages may read any."""
    channels, handoffs = bound.project.settings.channels, bound.project.handoffs
    if any(name_of_exporter(one) not in BUILT_IN for one in channels):
        return None
    asked = [one.channel.address for one in channels if one.channel.address]
    asked += [scalar.text for one in channels for scalar in one.outgoing.of_profile]
    shown = {column.name for column in map(bound.profile.get, asked) if column}
    told = {name for one in handoffs for name in bound.condition_columns(one.when)}
    return frozenset({bound.key, *shown, *told, *columns_of_handoffs(bound)})


def _check_handed_over(bound: Bound, handoff: Handoff, scalar: Scalar) -> Iterator[Finding]:
    """A column that is there and may be told to a team. A handoff has no purpose of its own, so
    what was given for one can't go with it."""
    name, what = scalar.text, f"handoff {handoff.name!r}"
    column = bound.profile.get(name)
    if column is None:
        yield _unknown(bound, what, scalar, "columns")
    elif column.sensitive:
        yield _is_sensitive(what, scalar, "columns")
    elif column.purposes:
        message = f"{what}: {name!r} was given for {', '.join(sorted(column.purposes))}, and "
        yield Finding("TG506", f"{message}a hand-over is for none", scalar.place, "leave it out")


def _check_exporter(settings: ChannelSettings) -> Iterator[Finding]:
    scalar, channel = settings.outgoing.exporter, settings.channel
    if scalar is None:
        return
    # another package is only asked where somebody names something that isn't ours
    known = BUILT_IN if scalar.text in BUILT_IN else known_names()
    if scalar.text not in known:
        message = f"channel {channel.name!r}: there is no exporter {scalar.text!r}"
        help_ = did_you_mean(scalar.text, list(known)) or f"there are {', '.join(known)}"
        yield Finding("TG105", message, scalar.place, help_)
        return
    try:
        exporter = exporter_named(scalar.text)
    except ExporterFailed as error:
        yield Finding("TG105", error.message, scalar.place, error.help)
        return
    if exporter is not None and channel.delivery not in exporter.deliveries:
        message = f"channel {channel.name!r}: the exporter {scalar.text!r} is not for "
        message += f"{channel.delivery} channels"
        help_ = "a promoted text has an audience, and who is in it leaves in hashes alone"
        yield Finding("TG105", message, scalar.place, help_)


def _check_delivery(settings: ChannelSettings) -> Iterator[Finding]:
    outgoing, channel = settings.outgoing, settings.channel
    if outgoing.columns and channel.delivery != "direct":
        message = f"channel {channel.name!r}: 'columns' are for direct channels"
        help_ = "a promoted text goes out once, and its audience by audience_by"
        yield Finding("TG105", message, outgoing.columns[0][1].place, help_)
    if outgoing.audience_by and channel.delivery != "promoted":
        message = f"channel {channel.name!r}: 'audience_by' is for promoted channels"
        help_ = "a direct message has an address: name its column with address"
        yield Finding("TG105", message, outgoing.audience_by[0][1].place, help_)


def _check_column(
    bound: Bound, settings: ChannelSettings, scalar: Scalar, key: str
) -> Iterator[Finding]:
    """A column that is there and may leave: as it is under `columns` or as the address, hashed as
    an identifier."""
    name, what = scalar.text, f"channel {settings.channel.name!r}"
    column = bound.profile.get(name)
    if column is None:
        yield _unknown(bound, what, scalar, key, MESSAGE_COLUMNS if key == "columns" else ())
        return
    if column.sensitive:
        yield _is_sensitive(what, scalar, key)
        return
    lacking = column.purposes - {settings.channel.purpose}
    if lacking:
        message = f"{what}: {name!r} was given for {', '.join(sorted(lacking))}, and the channel "
        message += f"is for {settings.channel.purpose}"
        yield Finding("TG506", message, scalar.place, "leave it out")
    elif key == "columns" and column.in_copy is InCopy.NEVER and not _is_address(settings, name):
        message = f"{what}: {name!r} may not leave in {key!r}: it is in_copy: never"
        yield Finding("TG506", message, scalar.place, "leave it out")


def _unknown(
    bound: Bound, what: str, scalar: Scalar, key: str, others: Sequence[str] = ()
) -> Finding:
    known = [one for one in (*bound.profile.names, *others) if "(" not in one]
    message = f"{what}: unknown column {scalar.text!r} in {key!r}"
    return Finding("TG202", message, scalar.place, did_you_mean(scalar.text, known))


def _is_sensitive(what: str, scalar: Scalar, key: str) -> Finding:
    message = f"{what}: {scalar.text!r} is sensitive and may not leave in {key!r}"
    return Finding("TG506", message, scalar.place, "leave it out")


def _is_address(settings: ChannelSettings, name: str) -> bool:
    """Where a message goes is no part of its copy."""
    address = settings.channel.address
    return address is not None and address.casefold() == name.casefold()
