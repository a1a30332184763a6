"""A value as text that can't act, whatever somebody wrote into it."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from targeter.channels import Channel, channel_named
from targeter.channels.emoji import sequence
from targeter.channels.graphemes import graphemes as clusters

LONGEST: Final = 60
"""How many characters of a value are kept, if nothing else is said."""

# Most names are this: letters and digits with single separators. Nothing to do, nothing to risk.
_PLAIN: Final = re.compile(r"[^\W_]++(?:(?:[ '’-]|, |\. )[^\W_]++)*\.?")
# Letters that draw nothing or join the letter before them: Hangul fillers and conjoining jamo.
_NOT_PLAIN: Final = re.compile("[\u1100-\u11ff\u3164\ua960-\ua97f\ud7b0-\ud7ff\uffa0]")

_VISIBLE: Final = re.compile(r"[\w !-/:-@\[-`{-~£€°·¿¡«»‘’“”–—…]*+")  # and none of these joins
_SPACE: Final = re.compile(r"[\s\x1c-\x1f\u2800]+")
_DROPPED: Final = frozenset("\u115f\u1160\u3164\uffa0\ufffc\ufffd\u034f\u17b4\u17b5")
_DROPPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Me"})
_VARIANTS: Final = re.compile("[\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0100-\U000e01ef]")
# Flags are made of these two by two, and a tone of skin joins the emoji before it.
FLAG_LETTERS_AND_TONES: Final = re.compile("[\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")
VOWEL_JAMO: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Scripts whose letters change shape beside each other, where a joiner is spelling and no trick.
_JOINING: Final = re.compile(
    "[\u0620-\u06ff\u0710-\u074f\u0750-\u085f\u0860-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af"
    "\u1b00-\u1bff\ua840-\ua9ff\uaa00-\uaadf\U00010a00-\U00010aff\U00011000-\U000117ff"
    "\U0001e900-\U0001e95f]"
)
_MOST_MARKS: Final = 6  # Burmese and Tibetan write up to six on one letter
_MOST_ACCENTS: Final = 3  # marks above and below that belong to no script: more are "zalgo"
_ABOVE_AND_BELOW: Final = 200  # combining classes from here on (Unicode, table 4-3)

_AT: Final = re.compile(r"(?<=\w)[@\uff20\ufe6b]+(?=\w)")
_SIGIL: Final = re.compile(
    r"[@\uff20\ufe6b\uff03\ufe5f]"
    r"|(?<![A-Za-z])#|#(?=[\w#])"  # the one in C# stays
    r"|(?<!\w)[$\uff04\ufe69](?!\d)"  # and so does that of $5
)
_SCHEME: Final = re.compile(r":?/{2,}")
_SHORTCODE: Final = re.compile(r"(?<![\w:]):([A-Za-z0-9_]{2,}):(?![\w:])")
DOT: Final = "[.\u2024\ufe52\uff0e]"
GLUED_DOT: Final = re.compile(rf"({DOT})(?=[^\W\d_])|([\u3002\uff61])(?=[A-Za-z])")
_ASCII_WORD: Final = re.compile("[A-Za-z0-9]+")
_AT_THE_EDGE: Final = re.compile(rf"^(?:{DOT}|\s)+|\s+$")

_TYPEWRITER: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
    }
)


def neutralise(value: str, channel: str | Channel = "x", *, graphemes: int = LONGEST) -> str | None:
    """Return a value as text that can't act on the channel, or None if nothing is left of it.

    The result is one line in NFC, of at most ``graphemes`` characters. It holds no mention,
    hashtag, cashtag or link, nothing invisible, no control of direction, no more accents than
    letters carry, and at least one letter, digit or symbol. Between literals that
    ``joint_objection`` accepts it makes none of these either, and its length adds to theirs.
    Neutralising twice changes nothing. On a channel that counts GSM 7-bit, typographic quotes and
    dashes become plain ones, because a single one makes the message twice as long.

    Raises ValueError for a name that is no channel.
    """
    channel = channel_named(channel)
    gsm = channel.unit == "gsm7"
    if len(value) <= graphemes and _is_plain(value) and (value.isascii() or not gsm):
        return value
    text = value[: graphemes * 40]  # a bound on the work; no script writes a character in 40
    if gsm:
        text = text.translate(_TYPEWRITER)
    # What one pass takes away can bring two harmless neighbours together: until nothing changes.
    for _ in range(12):
        again = _pass(text, graphemes)
        if again == text:
            break
        text = again
    else:
        text = " ".join(_ASCII_WORD.findall(text))
    return text if any(_is_something(character) for character in text) else None


def _is_plain(value: str) -> bool:
    if not _PLAIN.fullmatch(value):
        return False
    if value.isascii():
        return True
    return not _NOT_PLAIN.search(value) and unicodedata.is_normalized("NFC", value)


def _is_something(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNS"


def _pass(text: str, most: int) -> str:
    text = unicodedata.normalize("NFC", _SPACE.sub(" ", text))
    if not _VISIBLE.fullmatch(text) or _NOT_PLAIN.search(text):
        text = "".join(_visible(text))
    text = _SIGIL.sub("", _AT.sub(" ", text))
    text = _SHORTCODE.sub(r"\1", _SCHEME.sub(" ", text))
    text = GLUED_DOT.sub(r"\1\2 ", text)
    text = _AT_THE_EDGE.sub("", _SPACE.sub(" ", text))
    if len(text) > most:
        text = "".join(clusters(text)[:most]).rstrip()
    return unicodedata.normalize("NFC", text)


def _visible(text: str) -> Iterator[str]:
    """Yield what can be seen and belongs together: whole emoji, letters with their marks."""
    at = 0
    for joined in sequence().finditer(text):
        if len(joined.group()) > 1 and joined.group()[0] not in "#*":
            yield from _letters(text, at, joined.start())
            yield joined.group()
            at = joined.end()
    yield from _letters(text, at, len(text))


def _letters(text: str, start: int, end: int) -> Iterator[str]:
    base = ""  # the character that marks would sit on; a space carries none
    marks = accents = 0
    for i in range(start, end):
        character = text[i]
        if character in "\u200c\u200d":
            if _joins(text, i):
                yield character
        elif _VARIANTS.match(character):
            if _HAN.match(base) and character >= "\U000e0100" and not marks:
                marks += 1
                yield character
        elif unicodedata.category(character) in {"Mn", "Mc"}:
            marks += 1
            accents += unicodedata.combining(character) >= _ABOVE_AND_BELOW
            within = marks <= _MOST_MARKS and accents <= _MOST_ACCENTS
            if base and within and character not in _DROPPED:
                yield character
        elif not _is_dropped(character) and (base or not VOWEL_JAMO.match(character)):
            base = "" if character == " " else character
            marks = accents = 0
            yield character


def _is_dropped(character: str) -> bool:
    return (
        character in _DROPPED
        or unicodedata.category(character) in _DROPPED_CATEGORIES
        or FLAG_LETTERS_AND_TONES.match(character) is not None
    )


def _joins(text: str, at: int) -> bool:
    """Tell whether a joiner stands inside a word of a script that spells with joiners."""
    if at == 0 or at + 1 == len(text):
        return False
    before, after = text[at - 1], text[at + 1]
    if not _JOINING.match(before) or not _JOINING.match(after):
        return False
    return unicodedata.category(before)[0] in "LM" and unicodedata.category(after)[0] == "L"
