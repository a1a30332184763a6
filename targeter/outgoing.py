"""How a channel's messages go out, as declared: which exporter, columns and identifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from targeter.limits import read_pace
from targeter.yaml_source import Fields, Scalar

# What a row says of its message, besides what the profile says of its person.
MESSAGE_COLUMNS = (
    "message_id",
    "person_id",
    "campaign",
    "rule",
    "template",
    "channel",
    "language",
    "text",
    "length",
    "link",
    "variant",
    "status",
    "address",
    "send_on",
)
# What a row says of somebody who is handed over, besides what its handoff asks for.
HANDOFF_COLUMNS = ("person_id", "handoff", "to", "day", "reason", "condition", "holds")
# By what a network may recognise people: X takes these three of its customers' lists.
IDENTIFIERS = ("email", "handle", "phone")
Named = tuple[tuple[str, Scalar], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a channel says of its export.

    `columns` are pairs of a name in the file and what stands there, a column of the message or of
    the profile; without any, the file has them all. `audience_by` are pairs of an identifier and
    its column of the profile. Without `exporter` the delivery decides. `pace` is how many messages
    go out on one day at most; None: all on the day of the plan. `address` is the column that the
    channel writes to, as declared.
    """

    exporter: Scalar | None = None
    columns: Named = ()
    audience_by: Named = ()
    pace: int | None = None
    address: Scalar | None = None

    @property
    def of_profile(self) -> Iterator[Scalar]:
        """What is asked of the profile: a message's own columns go before those of its name."""
        yield from (scalar for _, scalar in self.columns if scalar.text not in MESSAGE_COLUMNS)
        yield from (scalar for _, scalar in self.audience_by)


def read_outgoing(fields: Fields) -> Outgoing:
    """`exporter`, `columns`, `audience_by` and `pace` of a channel, and where its address stands.

    What an address may be is read with the channel itself.
    """
    exporter, pace = fields.scalar("exporter"), read_pace(fields)
    written = fields.entries.get("address")
    address = written if isinstance(written, Scalar) and not written.is_null else None
    return Outgoing(exporter, read_columns(fields), _audience_by(fields), pace, address)


def read_columns(fields: Fields, taken: Sequence[str] = ()) -> Named:
    """`columns`: a name in the file and a column each; names in `taken` stand there already."""
    columns: list[tuple[str, Scalar]] = []
    for name, node in fields.named("columns"):
        if not isinstance(node, Scalar) or node.is_null or not name.text.strip():
            help_ = "for example to: handle, and below it message: text"
            fields.wrong(node, "'columns' are a name in the file and a column each", help_)
            continue
        if name.text.casefold() in taken:
            fields.wrong(node, f"{name.text!r} stands in the file already", "choose another name")
            continue
        if name.text.casefold() in {other.casefold() for other, _ in columns}:
            # many a reader of such files takes the two for one
            fields.wrong(node, f"'columns' has {name.text!r} twice, in another case")
            continue
        columns.append((name.text, node))
    return tuple(columns)


def _audience_by(fields: Fields) -> Named:
    inner = fields.fields("audience_by", f"{fields.what}: 'audience_by'")
    if inner is None:
        return ()
    scalars = [(kind, inner.scalar(kind)) for kind in IDENTIFIERS]
    inner.done()
    given = tuple((kind, scalar) for kind, scalar in scalars if scalar is not None)
    if not given:
        message = f"'audience_by' names at least one of {', '.join(IDENTIFIERS)}"
        fields.wrong(inner.entries, message, "for example email: email_address")
    return given
