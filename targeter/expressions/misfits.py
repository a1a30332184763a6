"""What doesn't go together in an expression, said in a user's words where the engine refuses it."""

from __future__ import annotations

from collections.abc import Sequence

from targeter.database import Trouble
from targeter.expressions import kinds, language
from targeter.expressions.checking import place_of, written
from targeter.expressions.drafts import Draft, Part
from targeter.findings import Finding

# Where one of several values is taken, and it differs from person to person which one.
_CHOICES = ("OPERATOR_COALESCE", "list_value", "greatest", "least")
# What the engine calls something else than people write.
_WRITTEN = {"~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE"}


def misfit(draft: Draft, part: Part, trouble: Trouble) -> Finding:
    """The finding for the smallest part that can't be typed: its own parts can."""
    scalar, node = draft.request.scalar, part.original
    place = place_of(scalar, node)
    name = str(node.get("function_name", ""))
    for operands in kinds.alike(part):
        pair = _unlike(operands)
        if pair:
            is_choice = node["class"] == "CASE" or {node["type"], name} & {*_CHOICES}
            together = "values of one thing" if is_choice else "compared"
            help_ = "" if is_choice else kinds.likened(scalar, *pair)
            return Finding("TG203", kinds.unlike(scalar, *pair, together), place, help_)
    given = " and ".join(kinds.spoken(p.type) for p in part.parts if p.type)
    if not given:
        said = _sentence(trouble)
        return Finding("TG203", f"{name}: {said}" if name else said, place)
    if not name or node.get("is_operator"):
        what = "[…]" if node["type"] == "ARRAY_EXTRACT" else _WRITTEN.get(name, name)
        what = what or written(scalar, node).strip()
        return Finding("TG203", f"{what} doesn't go with {given}", place)
    function = language.known_functions().get(name)
    usage = f"called as {function.usage}" if function else ""
    return Finding("TG203", f"{name} can't take {given}", place, usage)


def _unlike(operands: Sequence[Part]) -> tuple[Part, Part] | None:
    """Two operands that are of different kinds."""
    typed = [part for part in operands if part.type and kinds.family(part.type) != "null"]
    return next(
        ((typed[0], one) for one in typed if kinds.family(one.type) != kinds.family(typed[0].type)),
        None,
    )


def _sentence(trouble: Trouble) -> str:
    lines = [line.strip() for line in trouble.message.split("\n") if line.strip()]
    return lines[0] if lines else "this can't be typed"
