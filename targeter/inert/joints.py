"""What literals may stand beside a value, so that the two never act together."""

import re
import unicodedata
from typing import Final

from targeter.channels import entities, length, links
from targeter.channels.emoji import ZWJ
from targeter.inert.neutral import DOT, FLAG_LETTERS_AND_TONES, GLUED_DOT, VOWEL_JAMO
from targeter.inert.roles import Role

_FIRST_WORD: Final = re.compile(r"\S*")
_LAST_WORD: Final = re.compile(r"\S*\Z")
_OPEN_NAME: Final = re.compile(rf"{DOT}[^\s!'#%&()*+,/:;<=>?@\[\]^{{|}}~$\\]*\Z")
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
    if word and (word[-1] == ZWJ or FLAG_LETTERS_AND_TONES.match(word[-1])):
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
    dot = GLUED_DOT.search(word)
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
        or VOWEL_JAMO.match(character) is not None
        or FLAG_LETTERS_AND_TONES.match(character) is not None
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
