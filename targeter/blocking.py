"""The project's block list: which finished texts hold a word that may never go out.

`find_blocked(engine, words, "SELECT text FROM …", "blocked")` makes the table `blocked(text, word)`
of the texts that may not go, each with the first word of the list that it holds, written as the
project wrote it. A text that may go is not in it.

Words and texts are compared in NFKC and case-folded: `spam` finds full-width letters, `strasse`
finds `Straße`. What a word is, is what `mentions()` says. The engine looks, in linear time (RE2);
Python folds only the texts that hold a character which folding changes by more than its case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from targeter.database import Engine, Parser, identifier, literal
from targeter.topics.mentions import MOST_CHARACTERS, MOST_WORDS, mention_pattern

# Folding changes nothing here but the case, which the pattern doesn't look at.
_PLAIN: Final = (
    "[\\n\\x20-\\x5b\\x5d-\\x7e¡-§©«¬®°±¶·»¿-Þà-ÿĀ-įıĴ-ľŁ-ňŊ-žЀ-҂Ҋ-ӿ–—‘’“”•€"
    "ぁ-ゖァ-ヺー、。一-\u9fff가-힣☀-➿\ufe0f\u200d\U0001f300-\U0001faff]*"
)
# Folded in the engine: with these, German and ellipses stay out of Python.
_SPELLED: Final = (("ß", "ss"), ("ẞ", "ss"), ("…", "..."))
# A channel may take some signs with a backslash only; the reader doesn't see it.
_ESCAPED: Final = re.compile(r"\\(?=[^\w\s])")
_FOLDED: Final = {"text": "VARCHAR", "folded": "VARCHAR"}


def folded(text: str) -> str:
    """A text as it is compared: NFKC, case-folded, without a channel's escapes."""
    text = unicodedata.normalize("NFKC", _ESCAPED.sub("", text)).casefold()
    # the small form of the Turkish İ is an i with a dot above, and a dot has an i anyway
    return unicodedata.normalize("NFKC", text.replace("i\u0307", "i"))


def unfit(word: str) -> str | None:
    """Why a word can't be looked for, or None."""
    try:
        mention_pattern([folded(word)])
    except ValueError as error:
        return str(error)
    return None


def find_blocked(engine: Engine, words: Sequence[str], texts: str, blocked: str) -> None:
    """Make the table `blocked` of the texts (a query of one column, `text`) that hold a word."""
    table = identifier(blocked)
    engine.run(f"CREATE OR REPLACE TABLE {table} (text VARCHAR, word VARCHAR)")
    if not words:
        return
    _fold(engine, texts)
    engine.run(
        "CREATE OR REPLACE TABLE blocked_hits AS SELECT * FROM ("
        "SELECT text, folded FROM blocked_seen WHERE is_plain "
        f"UNION ALL SELECT * FROM blocked_folded) WHERE {_holds('folded', words)}"
    )
    # few texts are left, if any, and only these are asked which word it is
    if engine.value("SELECT count(*) FROM blocked_hits"):
        for start in range(0, len(words), MOST_WORDS):
            _name_words(engine, words[start : start + MOST_WORDS], table)
    for kept in ("blocked_seen", "blocked_folded", "blocked_hits"):
        engine.run(f"DROP TABLE {kept}")


def _name_words(engine: Engine, words: Sequence[str], table: str) -> None:
    """Add each hit that isn't in the table yet, with the first of these words that it holds."""
    cases = " ".join(f"WHEN {_holds('folded', [word])} THEN {literal(word)}" for word in words)
    engine.run(
        f"INSERT INTO {table} SELECT * FROM (SELECT text, CASE {cases} END AS word "
        f"FROM blocked_hits WHERE text NOT IN (SELECT text FROM {table})) WHERE word IS NOT NULL"
    )


def _fold(engine: Engine, texts: str) -> None:
    """Make `blocked_seen` (text, folded, is_plain) and, of what isn't plain, `blocked_folded`."""
    spelled = "text"
    for sign, instead in _SPELLED:
        spelled = f"replace({spelled}, {literal(sign)}, {literal(instead)})"
    # most texts are ASCII, which is told faster than by a pattern
    is_ascii = r"strlen(folded) = length(folded) AND NOT contains(folded, '\')"
    is_plain = (
        f"CASE WHEN {is_ascii} THEN true ELSE regexp_full_match(folded, {literal(_PLAIN)}) END"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE blocked_seen AS SELECT *, {is_plain} AS is_plain FROM "
        f"(SELECT text, {spelled} AS folded FROM (SELECT DISTINCT text FROM ({texts})))"
    )
    strange = engine.chunks("SELECT text FROM blocked_seen WHERE NOT is_plain", what="texts")
    rows = ((text, folded(text)) for chunk in strange for (text,) in chunk)
    engine.load("blocked_folded", _FOLDED, rows)


def blocked_word(parser: Parser, words: Sequence[str], text: str) -> str | None:
    """The first word of the list that a text holds, or None."""
    if not words or not _holding(parser, text, [words])[0]:
        return None
    held = _holding(parser, text, [[word] for word in words])
    return next((word for word, holds in zip(words, held, strict=True) if holds), None)


def _holding(parser: Parser, text: str, lists: Iterable[Sequence[str]]) -> list[bool]:
    asked = [_holds(literal(folded(text)), words) for words in lists]
    return [value == "true" for _, value in parser.values(asked)]


def _holds(column: str, words: Sequence[str]) -> str:
    """The SQL condition that a folded text holds one of the words."""
    patterns = (mention_pattern(part) for part in _parts([folded(word) for word in words]))
    asked = (f"regexp_matches({column}, {literal(pattern)})" for pattern in patterns)
    return f"({' OR '.join(asked)})"


def _parts(words: Sequence[str]) -> Iterator[list[str]]:
    """As many words at a time as one pattern may hold."""
    part: list[str] = []
    for word in words:
        if len(part) == MOST_WORDS or sum(map(len, part)) + len(word) > MOST_CHARACTERS:
            yield part
            part = []
        part.append(word)
    if part:
        yield part
