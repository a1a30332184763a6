"""Which words a text names: whole words in any case and script, as an RE2 pattern."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

MOST_WORDS = 200
LONGEST_WORD = 100
MOST_CHARACTERS = 4_000

# Scripts that put no space between words: a border can't be seen, so a word is found anywhere.
_UNSPACED_NAMES = (
    "Han Hiragana Katakana Bopomofo Yi Thai Lao Khmer Myanmar Tibetan "
    "Tai_Le New_Tai_Lue Tai_Tham Javanese Balinese"
)

# The script of a letter by the first word of its Unicode name, where the two differ.
_SCRIPT_OF_NAME = {"CJK": "Han", "NKO": "Nko", "ORIYA": "Oriya"}

_SPACED_NAMES = (
    "Latin Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Nko Devanagari Bengali Gurmukhi "
    "Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Georgian Hangul Ethiopic Cherokee "
    "Mongolian Tifinagh"
)

_UNSPACED = tuple(_UNSPACED_NAMES.split())
_SPACED = tuple(_SPACED_NAMES.split())
_SCRIPTS = frozenset(_UNSPACED + _SPACED)

# What continues a word besides the letters of its script: digits, the underscore of handles,
# accents that didn't compose, and the joiners inside Persian and Indic words.
_CONTINUES = r"\p{Nd}_\x{0300}-\x{036f}\x{200c}\x{200d}"

# Korean writes its particles onto the word: 아이폰을 is the word 아이폰.
_PARTICLES = (
    "은 는 이 가 을 를 의 에 도 만 와 과 로 으로 랑 이랑 나 이나 에서 에게 에는 에도 한테 까지 "
    "부터 보다 처럼 마다 라고 이라고 이다 입니다 이에요 예요 야 이야 들 들은 들이 들을"
)

_APOSTROPHES = "'’ʼ‘`´"
# All that `str.split` takes for white space; RE2 knows less of it.
SPACES = r"[\s\x{b}\x{1c}-\x{1f}\x{85}\p{Z}]+"


@dataclass(frozen=True, slots=True)
class Name:
    """Alternatives that share their borders: RE2 sources of what stands before, in and after."""

    before: str
    words: str
    after: str


def mention_pattern(words: Sequence[str]) -> str:
    """RE2 pattern that is found in an NFC text when it holds one of the words or phrases.

    Words are literals, whole and in any case: letters and digits on one side of a border are of
    one script or it is a border, so `iPhone` stands in `iPhoneが`, `#iPhone`, `@iPhone`,
    `iPhone's` and `iphone.com`, and not in `iphones`, `iPhone15` or `iphone_fan`. In scripts
    without word borders (Han, kana, Thai, Lao, Khmer, Myanmar, …) a word is found anywhere;
    Korean particles may follow a word. White space in a phrase is any run of white space, an
    apostrophe any apostrophe. Use it as `regexp_matches(nfc_normalize(text), pattern)`.

    Raises ValueError, with a sentence, for no words, an empty word and sizes past the limits.
    """
    return "|".join(f"(?:{n.before}{n.words}{n.after})" for n in names(words))


def names(words: Sequence[str]) -> tuple[Name, ...]:
    """The words as RE2 sources, grouped by their borders so that each class stands only once."""
    cleaned = sorted({cleaned_word(word) for word in words}, key=lambda w: (borders(w), w))
    if not cleaned:
        raise ValueError("needs at least one word to look for")
    if len(cleaned) > MOST_WORDS or sum(map(len, cleaned)) > MOST_CHARACTERS:
        raise ValueError(
            f"looks for too much at once: at most {MOST_WORDS} words "
            f"and {MOST_CHARACTERS:,} characters"
        )
    return tuple(
        Name(before, f"(?i:{_alternatives(group)})", after)
        for (before, after), group in groupby(cleaned, key=borders)
    )


def cleaned_word(word: str) -> str:
    """A word as it is looked for: NFC, white space as single blanks; ValueError if unfit."""
    text = " ".join(unicodedata.normalize("NFC", word).split())
    if not text:
        raise ValueError("an empty word would be found in every text")
    if len(text) > LONGEST_WORD:
        raise ValueError(f"the word {text[:20]!r}… is longer than {LONGEST_WORD} characters")
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in text):
        raise ValueError(f"the word {text!a} holds a control character or half a character")
    return text


def literal_pattern(text: str) -> str:
    """RE2 source that matches the text itself, whatever its white space and apostrophes."""
    return "".join(_literal_character(c) for c in text)


def borders(word: str) -> tuple[str, str]:
    """RE2 sources of what must stand before and after the word."""
    outside = _outside(word[0], word), _outside(word[-1], word)
    before = f"(?:^|{outside[0]})" if outside[0] else ""
    after = f"(?:$|{outside[1]})" if outside[1] else ""
    if after and script(word[-1]) == "Hangul":
        after = f"(?:{'|'.join(_PARTICLES.split())})?{after}"
    return before, after


def script(character: str) -> str:
    """The script of a letter by RE2's name; `any` for letters of scripts not known here, else ''.

    The standard library has no script property; the first word of the Unicode name says it.
    """
    if not character.isalpha() and unicodedata.category(character) not in {"Mc", "Mn", "Nd"}:
        return ""
    if character.isdigit():
        return "any"
    parts = unicodedata.name(character, "").replace("-", " ").split()
    if parts[:1] in (["FULLWIDTH"], ["HALFWIDTH"]):
        parts = parts[1:]
    first = parts[0] if parts else ""
    found = _SCRIPT_OF_NAME.get(first, first.capitalize())
    return found if found in _SCRIPTS else "any"


def _outside(edge: str, word: str) -> str:
    """RE2 source of one character that is no part of the word on the side of its edge."""
    own = script(edge)
    if not own or own in _UNSPACED:
        return ""
    if own == "any":  # a digit is at home in the script of its word: 5G, O2
        own = next((s for s in map(script, word) if s in _SPACED), "any")
    if own == "any":
        unspaced = "".join(rf"\p{{{s}}}" for s in _UNSPACED)
        return rf"[^\p{{L}}{_CONTINUES}]|[{unspaced}]"
    return rf"[^\p{{{own}}}{_CONTINUES}]"


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(literal_pattern(word) for word in words)


def _literal_character(character: str) -> str:
    if character == " ":
        return SPACES
    if character in _APOSTROPHES:
        return f"[{_APOSTROPHES}]"
    if character.isalnum() or ord(character) > 127:
        return character
    return rf"\x{{{ord(character):x}}}"
