"""Filters for words: cases and blanks, by each script's own rules and some languages'."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

# Turkish and Azerbaijani have an i with a dot and one without (Unicode, SpecialCasing.txt).
_DOTTED_I: Final = frozenset({"tr", "az"})
_TO_LARGE: Final = str.maketrans({"i": "İ"})
_TO_SMALL: Final = str.maketrans({"I": "ı", "İ": "i"})
_APOSTROPHES: Final = "'’"
# What may follow an apostrophe inside a word: Anna's, don't, we'll; but O'Neil and Dell'Acqua.
_ENDINGS: Final = frozenset({"ll", "re", "ve"})


def default(value: Any, _language: str, otherwise: Any = "") -> Any:
    """The value, or the words in brackets where it is missing or blank."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return otherwise
    return value


def upper(value: Any, language: str) -> str:
    """In large letters."""
    text = str(value)
    return _composed((text.translate(_TO_LARGE) if _is_dotted(language) else text).upper())


def lower(value: Any, language: str) -> str:
    """In small letters."""
    text = str(value)
    return _composed((text.translate(_TO_SMALL) if _is_dotted(language) else text).lower())


def capitalize(value: Any, language: str) -> str:
    """The first letter large, the rest as it was."""
    text = str(value)
    return _composed(_large(text[:1], language) + text[1:])


def title(value: Any, language: str) -> str:
    """A name typed all in small or all in large letters, with each word's first letter large. A
    name in both is as its owner writes it and stays: «Ludwig van Beethoven», «McDonald»."""
    text = str(value)
    small = lower(text, language)
    if text not in (small, upper(text, language)):
        return text
    letters = list(small)
    for at, letter in enumerate(small):
        if letter.isalpha() and not _is_inside(small, at):
            letters[at] = _large(letter, language)
            if _main(language) == "nl" and small[at : at + 2] == "ij":
                letters[at + 1] = "J"
    return _composed("".join(letters))


def trim(value: Any, _language: str) -> str:
    """Without white space at both ends."""
    return str(value).strip()


def _is_inside(text: str, at: int) -> bool:
    """Whether a letter continues a word: after a letter, a digit, an accent or a joiner."""
    before = text[at - 1 : at]
    if before and before in _APOSTROPHES:
        return text[at - 2 : at - 1].isalpha() and _is_ending(text, at)
    return bool(before) and (before.isalnum() or unicodedata.category(before)[0] in "MC")


def _is_ending(text: str, at: int) -> bool:
    end = at
    while end < len(text) and text[end].isalpha():
        end += 1
    return end - at == 1 or text[at:end] in _ENDINGS


def _large(letter: str, language: str) -> str:
    """A letter as a word begins with it: ǆ is ǅ there, and ß is Ss."""
    return "İ" if letter == "i" and _is_dotted(language) else letter.title()


def _is_dotted(language: str) -> bool:
    return _main(language) in _DOTTED_I


def _main(language: str) -> str:
    return language.partition("-")[0]


def _composed(text: str) -> str:
    """In NFC, as values enter a text: some letters' other case is written with marks."""
    return unicodedata.normalize("NFC", text)
