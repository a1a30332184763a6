"""How long a text message is: septets, or 16-bit units once one character isn't GSM 7-bit."""

from typing import Final

# 3GPP TS 23.038, section 6.2.1: the default alphabet and, after an escape, its extension table.
_ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_BOTH: Final = _ALPHABET | _EXTENSION

_ONE_MESSAGE: Final = {True: 160, False: 70}
_EACH_OF_SEVERAL: Final = {True: 153, False: 67}  # the rest of each is the header that joins them


def is_gsm(text: str) -> bool:
    """Tell whether every character is in the GSM 7-bit alphabet or its extension."""
    return _BOTH.issuperset(text)


def outside_gsm(text: str) -> str:
    """Return the distinct characters that make a message cost 16 bits a character, sorted."""
    return "".join(sorted(set(text) - _BOTH))


def units(text: str) -> int:
    """Count septets (an extension character is two), or UTF-16 units if it isn't GSM 7-bit."""
    return sum(_widths(text))


def counts(text: str) -> tuple[int, int, int]:
    """Count septets, 16-bit units and characters outside the alphabet: what of pieces adds up."""
    septets = len(text) + sum(character in _EXTENSION for character in text)
    wide = len(text) + sum(character > "\uffff" for character in text)
    return septets, wide, sum(character not in _BOTH for character in text)


def limit(text: str, segments: int) -> int:
    """Return how many units fit: 160 or 70 in one segment, 153 or 67 in each of several."""
    return room(segments, is_gsm=is_gsm(text))


def room(segments: int, *, is_gsm: bool) -> int:
    """Return how many units fit into so many segments of one alphabet."""
    per_segment = _ONE_MESSAGE if segments == 1 else _EACH_OF_SEVERAL
    return per_segment[is_gsm] * segments


def segments(text: str) -> int:
    """Count the segments a text is sent in; a character of two units is never cut in half."""
    widths, gsm = _widths(text), is_gsm(text)
    if sum(widths) <= _ONE_MESSAGE[gsm]:
        return 1
    room = _EACH_OF_SEVERAL[gsm]
    count, used = 1, 0
    for width in widths:
        if used + width > room:
            count, used = count + 1, 0
        used += width
    return count


def _widths(text: str) -> list[int]:
    if is_gsm(text):
        return [2 if character in _EXTENSION else 1 for character in text]
    return [2 if character > "\uffff" else 1 for character in text]
