"""Messages drawn as their channel shows them: a card, a length bar, and what became of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from targeter.cli.drawing.screen import (
    BAD,
    DOUBT,
    GOOD,
    QUIET,
    TITLE,
    Screen,
    cells,
    joined,
    listed,
    styled,
)
from targeter.cli.drawing.words import count, number, safe, safe_lines, value

if TYPE_CHECKING:
    from targeter.previews import Card, Preview

_WIDEST_CARD = 64  # about what a reader's screen shows on a line
_NARROWEST_CARD = 24
_WIDEST_BAR = 28
_NEARLY_FULL = 0.9

_CHOSEN = {
    "shortest": "the shortest, to",
    "longest": "the longest, to",
    "another": "for example, to",
}
_UNITS = {
    "weighted": "weighted characters",
    "graphemes": "characters",
    "codepoints": "characters",
    "utf16": "16-bit units",
    "emoji_bytes": "characters, emoji as bytes",
    "gsm7": "septets",
}


def draw_preview(screen: Screen, one: Preview) -> None:
    """Every card, one below the other, and what is to be said of all of them."""
    for place, card in enumerate(one.cards):
        if place:
            screen.blank()
        _draw_card(screen, card)
    if one.notes and one.cards:
        screen.blank()
    for note in one.notes:
        screen.lines(joined(styled("note: ", DOUBT), note), hang=2)


def _draw_card(screen: Screen, card: Card) -> None:
    screen.lines(_headline(card), hang=2)
    screen.lines(_reader(card), hang=2)
    width = max(min(screen.width - 2, _WIDEST_CARD), _NARROWEST_CARD)
    _edge(screen, "╭", width)
    _row(screen, _author(card), width)
    _row(screen, Text(), width)
    if card.shown is None:
        _row(screen, styled(f"not written: {card.why}", BAD), width)
    for line in safe_lines(card.shown) if card.shown is not None else ():
        _row(screen, Text(line), width)
    if card.beside and card.shown is not None:
        _draw_link_card(screen, card.beside, width)
    _edge(screen, "╰", width)
    if card.shown is not None:
        _draw_length(screen, card)
    _draw_values(screen, card)


def _headline(card: Card) -> Text:
    facts = [styled(card.template, TITLE), styled(card.channel)]
    facts.append(styled(card.language or "one text for all", QUIET))
    if card.by:
        facts.append(styled(f"by {card.by}", QUIET))
    return listed(facts)


def _reader(card: Card) -> Text:
    """Who reads it, and why they are shown."""
    if card.person is None:
        return styled("the same for everybody", QUIET)
    return joined(styled(f"{_CHOSEN.get(card.chosen or '', 'to')} ", QUIET), card.person)


def _author(card: Card) -> Text:
    """The line that a reader sees above a message: the sender, and whether it was paid for."""
    paid = " · Promoted" if card.is_promoted else ""
    return joined(styled("You", TITLE), styled(paid, QUIET))


def _draw_link_card(screen: Screen, link: str, width: int) -> None:
    """The link that goes with a post, as networks show it: below, with its host."""
    host = link.partition("://")[2].partition("/")[0]
    _row(screen, Text(), width)
    _row(screen, joined(styled("▏ ", QUIET), styled(host, TITLE)), width)
    for line in _cut(safe(link), width - 6):
        _row(screen, joined(styled("▏ ", QUIET), styled(line, QUIET)), width)


def _cut(text: str, width: int) -> list[str]:
    """An address has no words to be wrapped at."""
    return [text[at : at + width] for at in range(0, len(text), width)]


def _edge(screen: Screen, corner: str, width: int) -> None:
    screen.lines(styled(corner + "─" * (width - 1), QUIET), indent=2)


def _row(screen: Screen, text: Text, width: int) -> None:
    """A line of a card, wrapped at words; open at the right, where no terminal agrees on widths."""
    for line in text.wrap(screen.console, width - 4) or [Text()]:
        line.rstrip()
        screen.lines(joined(styled("│", QUIET), " " if line.plain else "", line), indent=2)


# -- what it counts --------------------------------------------------------------------------


def _draw_length(screen: Screen, card: Card) -> None:
    is_over = card.length > card.limit
    style = BAD if is_over else DOUBT if card.length > card.limit * _NEARLY_FULL else GOOD
    width = max(min(screen.width - 44, _WIDEST_BAR), 10)
    filled = min(-(-card.length * width // card.limit), width) if card.limit else width
    bar = joined(styled("━" * filled, style), styled("┄" * (width - filled), QUIET))
    said = f"{number(card.length)}/{number(card.limit)}"
    unit = _UNITS.get(card.unit, card.unit)
    over = styled(f"  {number(card.length - card.limit)} too many", BAD) if is_over else Text()
    screen.lines(joined(bar, styled(f"  {said}", style), styled(f" {unit}", QUIET), over), indent=2)
    if card.why and not is_over:
        screen.lines(joined(styled("may not go: ", BAD), card.why), indent=2, hang=2)
    screen.lines(listed(_held(card)), indent=2, hang=2)


def _held(card: Card) -> list[Text]:
    """What is more than text, counted and named."""
    links = count(len(card.links), "link") if card.links else "no link"
    where = " in the text, one beside it" if card.beside else " in the text"
    parts = [styled(links + where, QUIET)]
    if card.mentions:
        parts.append(styled(f"mentions {', '.join(card.mentions)}", QUIET))
    if card.hashtags:
        parts.append(styled(f"tags {', '.join(card.hashtags)}", QUIET))
    return parts


# -- what became of values -------------------------------------------------------------------


def _draw_values(screen: Screen, card: Card) -> None:
    names = [*(one.name for one in card.absent), *(one.name for one in card.changed)]
    width = max((cells(safe(name)) for name in names), default=0)
    for absent in card.absent:
        gap = " " * (width - cells(safe(absent.name)) + 2)
        was = "is missing" if absent.was is None else f"can't be written: {value(absent.was)}"
        screen.lines(joined(absent.name, gap, styled(was, BAD)), indent=2, hang=width + 2)
    for changed in card.changed:
        gap = " " * (width - cells(safe(changed.name)) + 2)
        told = joined(
            changed.name,
            gap,
            styled(value(changed.was), QUIET),
            styled(" is written ", QUIET),
            styled(value(changed.written)),
        )
        screen.lines(told, indent=2, hang=width + 2)
