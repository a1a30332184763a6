"""Traits as declared: how a column of the profile is computed from one person's rows."""

from __future__ import annotations

from dataclasses import dataclass

from targeter.findings import Finding, Place
from targeter.limits import Span, read_span
from targeter.rules import check_name
from targeter.schema import InCopy
from targeter.yaml_source import Fields, Scalar


@dataclass(frozen=True, slots=True)
class Pick:
    """One column taken from the picked row: the trait's name, and the expression it holds."""

    name: str
    place: Place
    value: Scalar


@dataclass(frozen=True, slots=True)
class Trait:
    """One `traits:` entry. Without `source` its `value` is over the profile itself.

    With a source exactly one of `value` (an aggregate), `exists` and `picks` is given; `where`
    and `last` say which rows count, `first_by` which row a pick takes.
    """

    name: str
    place: Place
    source: str | None = None
    value: Scalar | None = None
    exists: bool = False
    picks: tuple[Pick, ...] = ()
    where: Scalar | None = None
    last: Span | None = None
    first_by: Scalar | None = None
    default: Scalar | None = None
    in_copy: InCopy | None = None
    in_copy_place: Place | None = None
    sensitive: bool = False
    purpose: Scalar | None = None
    source_place: Place | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it gives the profile."""
        return tuple(pick.name for pick in self.picks) or (self.name,)


def read_traits(settings: Fields) -> tuple[Trait, ...]:
    traits = []
    for name, node in settings.named("traits"):
        fields = Fields.of(node, f"trait {name.text!r}", settings.found)
        if fields is None:
            continue
        check_name(name, "a trait", settings.found)
        trait = _trait(name, fields)
        if trait:
            traits.append(trait)
    return tuple(traits)


def _trait(name: Scalar, fields: Fields) -> Trait | None:
    source, copy_scalar = fields.scalar("from"), fields.scalar("in_copy")
    trait = Trait(
        name=name.text,
        place=name.place,
        source=source.text if source else None,
        value=fields.scalar("value"),
        exists=fields.boolean("exists"),
        picks=_picks(fields),
        where=fields.scalar("where"),
        last=read_span(fields, "last"),
        first_by=fields.scalar("first_by"),
        default=fields.scalar("default"),
        in_copy=InCopy(fields.choice("in_copy", list(InCopy), InCopy.DIRECT))
        if copy_scalar
        else None,
        in_copy_place=copy_scalar.place if copy_scalar else None,
        sensitive=fields.boolean("sensitive"),
        purpose=fields.scalar("purpose"),
        source_place=source.place if source else None,
    )
    fields.done()
    return trait if _is_whole(trait, fields) else None


def _is_whole(trait: Trait, fields: Fields) -> bool:
    """Whether its keys go together; what doesn't is found."""
    ways = sum([trait.value is not None, trait.exists, bool(trait.picks)])
    message = ""
    if ways != 1:
        message = "needs exactly one of 'value', 'exists: true' and 'pick'"
    elif trait.source is None and trait.value is None:
        message = "has no 'from': which source?"
    elif trait.source is None and (trait.where or trait.last or trait.first_by):
        message = "has no 'from', so 'where', 'last' and 'first_by' have no rows to choose from"
    elif trait.picks and trait.first_by is None:
        message = "picks one row, so it needs 'first_by': which one?"
    elif trait.first_by and not trait.picks:
        message = "has 'first_by' without 'pick'"
    elif trait.exists and trait.default:
        message = "is true or false for everybody, so 'default' never applies"
    if message:
        fields.found.append(Finding("TG105", f"{fields.what} {message}", fields.entries.place))
    return not message


def _picks(fields: Fields) -> tuple[Pick, ...]:
    picks = []
    for name, node in fields.named("pick"):
        check_name(name, "a picked column", fields.found)
        if isinstance(node, Scalar) and not node.is_null:
            picks.append(Pick(name.text, name.place, node))
        else:
            fields.wrong(node, f"'pick' {name.text!r} must be a column of the source")
    return tuple(picks)
