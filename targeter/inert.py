"""Values from data made into text that can't act: no mention, hashtag, cashtag, link or trick.

A value is somebody else's writing. A display name such as ``@brand`` or ``evil.com`` would make the
company's own post mention or link what that person chose, so every value is *neutralised* when it
enters a text, as HTML templates escape by default. Where a value is meant to act, the template says
so with a role (``role``), and each role has a strict form.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date
from typing import Final, Literal
from urllib.parse import urlsplit

from targeter.channels import Channel, channel_named, entities, length, links
from targeter.channels.emoji import SEQUENCE, ZWJ
from targeter.channels.graphemes import graphemes as clusters

Role = Literal["text", "handle", "url", "number", "date"]
"""What a value is in a text; ``text`` is the default and the only one that takes anything."""

LONGEST: Final = 60
"""How many characters of a value are kept, if nothing else is said."""

# Most names are this: letters and digits with single separators. Nothing to do, nothing to risk.
_PLAIN: Final = re.compile(r"[^\W_]++(?:(?:[ '’-]|, |\. )[^\W_]++)*+\.?")
# Letters that draw nothing or join the letter before them: Hangul fillers and conjoining jamo.
_NOT_PLAIN: Final = re.compile("[\u1100-\u11ff\u3164\ua960-\ua97f\ud7b0-\ud7ff\uffa0]")

_VISIBLE: Final = re.compile(r"[\w !-/:-@\[-`{-~£€°·¿¡«»‘’“”–—…]*+")  # and none of these joins
_SPACE: Final = re.compile(r"[\s\x1c-\x1f\u2800]+")
_DROPPED: Final = frozenset("\u115f\u1160\u3164\uffa0\ufffc\ufffd\u034f\u17b4\u17b5")
_DROPPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Me"})
_VARIANTS: Final = re.compile("[\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0100-\U000e01ef]")
_FLAG_LETTERS_AND_TONES: Final = re.compile("[\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")
_VOWEL_JAMO: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")
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
_DOT: Final = "[.\u2024\ufe52\uff0e]"
_GLUED_DOT: Final = re.compile(rf"({_DOT})(?=[^\W\d_])|([\u3002\uff61])(?=[A-Za-z])")
_ASCII_WORD: Final = re.compile("[A-Za-z0-9]+")
_AT_THE_EDGE: Final = re.compile(rf"^(?:{_DOT}|\s)+|\s+$")

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
    text = _GLUED_DOT.sub(r"\1\2 ", text)
    text = _AT_THE_EDGE.sub("", _SPACE.sub(" ", text))
    if len(text) > most:
        text = "".join(clusters(text)[:most]).rstrip()
    return unicodedata.normalize("NFC", text)


def _visible(text: str) -> Iterator[str]:
    """Yield what can be seen and belongs together: whole emoji, letters with their marks."""
    at = 0
    for sequence in SEQUENCE.finditer(text):
        if len(sequence.group()) > 1 and sequence.group()[0] not in "#*":
            yield from _letters(text, at, sequence.start())
            yield sequence.group()
            at = sequence.end()
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
        elif not _is_dropped(character) and (base or not _VOWEL_JAMO.match(character)):
            base = "" if character == " " else character
            marks = accents = 0
            yield character


def _is_dropped(character: str) -> bool:
    return (
        character in _DROPPED
        or unicodedata.category(character) in _DROPPED_CATEGORIES
        or _FLAG_LETTERS_AND_TONES.match(character) is not None
    )


def _joins(text: str, at: int) -> bool:
    """Tell whether a joiner stands inside a word of a script that spells with joiners."""
    if at == 0 or at + 1 == len(text):
        return False
    before, after = text[at - 1], text[at + 1]
    if not _JOINING.match(before) or not _JOINING.match(after):
        return False
    return unicodedata.category(before)[0] in "LM" and unicodedata.category(after)[0] == "L"


_NUMBER: Final = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,9})?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ADDRESS: Final = re.compile(
    r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~%!&'()*+,;=:@/-]*)?"
    r"(?:\?[A-Za-z0-9._~%!&'()*+,;=:@/?-]*)?(?:#[A-Za-z0-9._~%=&/-]*)?"
)
_LONGEST_ADDRESS: Final = 2_000


def role(
    value: str, kind: Role, channel: str | Channel = "x", *, hosts: Collection[str] = ()
) -> str | None:
    """Return a value in the strict form of its role, or None if it isn't in that form.

    ``handle`` is a name of the channel, without ``@``; ``url`` an ``https`` address on one of
    ``hosts`` (or below one) that X takes for exactly one link; ``number`` digits with an optional
    sign, groups of three and a fraction; ``date`` a real day as YYYY-MM-DD; ``text`` anything,
    neutralised. Raises ValueError for a name that is no channel.
    """
    channel = channel_named(channel)
    value = value.strip(" ")
    if kind == "text":
        return neutralise(value, channel)
    if kind == "handle":
        return _handle(value.removeprefix("@"), channel)
    if kind == "url":
        return value if _is_address(value, hosts) else None
    if kind == "number":
        return value if _NUMBER.fullmatch(value) else None
    return value if _DATE.fullmatch(value) and _is_day(value) else None


def _handle(value: str, channel: Channel) -> str | None:
    if channel.handle is None or not re.fullmatch(channel.handle, value):
        return None
    return value


def _is_address(value: str, hosts: Collection[str]) -> bool:
    if len(value) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(value):
        return False
    host = (urlsplit(value).hostname or "").rstrip(".")
    if not any(
        host == allowed.lower() or host.endswith(f".{allowed.lower()}") for allowed in hosts
    ):
        return False
    return [link.text for link in links(value)] == [value]


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_FIRST_WORD: Final = re.compile(r"\S*")
_LAST_WORD: Final = re.compile(r"\S*\Z")
_OPEN_NAME: Final = re.compile(rf"{_DOT}[^\s!'#%&()*+,/:;<=>?@\[\]^{{|}}~$\\]*\Z")
_OPEN_SIGIL: Final = re.compile("([@\uff20\ufe6b#\uff03\ufe5f$\uff04\ufe69])\\w*\\Z")
_SIGILS: Final = "@\uff20\ufe6b#\uff03\ufe5f"
_NAMES: Final = {"@": "mention", "#": "hashtag", "$": "cashtag"}

# Inert values chosen to go wrong at a joint, if any does.
_PROBES: Final[dict[Role, tuple[str, ...]]] = {
    "text": (
        "Anna",
        "J. R.",
        "RT",
        "C#",
        "A$",
        "5",
        "😀",
        "🇩🇪",
        "가",
        "é",
        "東",
        "x-",
        "http",
        "(a)",
    ),
    "handle": ("anna_b", "RT", "com"),
    "url": ("https://example.com/a",),
    "number": ("5", "-1,234.50"),
    "date": ("2026-11-21",),
}


def joint_objection(before: str | None, after: str | None, kind: Role = "text") -> str | None:
    """Return why literals around a value would act together with it, or None if they are safe.

    ``before`` and ``after`` are the texts beside the value, ``""`` at the ends of the message, None
    where another value stands directly beside it. With safe joints every inert value leaves the
    message's entities alone, and the weights of literals and values add up to the message's.
    """
    if before is None or after is None:
        return (
            "two values stand directly beside each other, and together they can make a link:"
            " put a space or a word between them"
        )
    first = _FIRST_WORD.match(after)
    last = _LAST_WORD.search(before)
    said = (last and _objection_before(last.group(), kind)) or (
        first and _objection_after(first.group(), kind)
    )
    return said or _objection_of_probes(before, after, kind)


def _objection_before(word: str, kind: Role) -> str | None:
    if word and (word[-1] == ZWJ or _FLAG_LETTERS_AND_TONES.match(word[-1])):
        return f"U+{ord(word[-1]):04X} right before a value can join its first character"
    sigil = _OPEN_SIGIL.search(word)
    if sigil:
        return _objection_to_sigil(sigil, word, kind)
    if any(link.end == len(word) for link in links(word)) or word.endswith("//"):
        return f"the value would become part of the link {word}: write the link in `link:`"
    if kind not in ("number", "date") and _OPEN_NAME.search(word):
        return (
            f"a value right after “{word}” becomes part of a dotted name, and some of these are"
            " links: put a space before the value"
        )
    return None


def _objection_to_sigil(sigil: re.Match[str], word: str, kind: Role) -> str | None:
    sign = unicodedata.normalize("NFKC", sigil.group(1))
    if kind == "handle" and word.endswith("@") and sign == "@":
        return None
    if kind in ("number", "date") and sign == "$" and word.endswith(sigil.group(1)):
        return None
    hint = ": give the value the role handle" if sign == "@" else ": put a space between them"
    return f"“{sigil.group()}” right before a value makes a {_NAMES[sign]} of it{hint}"


def _objection_after(word: str, kind: Role) -> str | None:
    if not word:
        return None
    if _joins_what_is_before(word[0]):
        return f"U+{ord(word[0]):04X} right after a value changes the value's last character"
    if word[0] in _SIGILS:
        sign = unicodedata.normalize("NFKC", word[0])
        return (
            f"“{word}” right after a value is a {_NAMES[sign]} after some values and none after"
            f" others: put a space before {word[0]}"
        )
    dot = _GLUED_DOT.search(word)
    if dot:
        return (
            f"“{word}” right after a value makes a link of the two, such as Anna{word}:"
            " put a space after the full stop"
        )
    if kind == "text" and length(f"J.{word}") != 2 + length(word):
        return (
            f"“{word}” right after a value that ends in a full stop makes a link, such as"
            f" J.{word}: put a space between them"
        )
    return None


def _joins_what_is_before(character: str) -> bool:
    return (
        unicodedata.category(character)[0] == "M"
        or character in f"\u200c{ZWJ}"
        or _VOWEL_JAMO.match(character) is not None
        or _FLAG_LETTERS_AND_TONES.match(character) is not None
    )


def _objection_of_probes(before: str, after: str, kind: Role) -> str | None:
    outside = [entity.kind for part in (before, after) for entity in entities(part)]
    for probe in _PROBES[kind]:
        whole = f"{before}{probe}{after}"
        own = ["mention"] if kind == "handle" and before.endswith("@") else []
        own += [entity.kind for entity in entities(probe)]
        adds_up = length(whole) == sum(length(part) for part in (before, probe, after))
        if not adds_up or sorted(e.kind for e in entities(whole)) != sorted(outside + own):
            return (
                f"the words around the value read differently with a value such as {probe}:"
                " put spaces around it"
            )
    return None
