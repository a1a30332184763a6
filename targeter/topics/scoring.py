"""How a text feels: a word list with negation, a stand-in where no better judge is at hand."""

from __future__ import annotations

import re
from math import sqrt

from targeter.topics.word_list import INTENSITIES, NEGATIONS, PHRASES, SIGNS, TURNS, WORDS

# Read no further: bounds the time of one text, and posts are shorter.
LONGEST_TEXT = 20_000

_NEGATION_REACH = 3
_NEGATED = -0.7
_BEFORE_TURN = 0.5
_EXCLAMATION, _MOST_EXCLAMATIONS = 0.12, 3
# The sum at which a score reaches 0.7: two strong words agree.
_SOFTENING = 20.0

_NOISE = re.compile(r"https?://\S+|www\.\S+|@\w+")
_SIGN = "(?=[{}])(?:{})".format(
    "".join(sorted({re.escape(sign[0]) for sign in SIGNS})),
    "|".join(re.escape(sign) for sign in sorted(SIGNS, key=lambda s: (-len(s), s))),
)
_TOKEN = re.compile(rf"[^\W\d_]+(?:'[^\W\d_]+)*|{_SIGN}|[.!?;:\n]")
# Three of a letter in a row, looked for first: a search with a back reference is slow.
_TRIPLES = tuple(3 * letter for letter in "aeiouhlmnrstwyzgpd")
_LENGTHENED = re.compile(r"(\w)\1{2,}")
_BORDERS = frozenset(".!?;:\n")
_WEIGHTS = WORDS | SIGNS
_KNOWN = frozenset(_WEIGHTS) | NEGATIONS | TURNS | _BORDERS | frozenset(PHRASES)


def sentiment(text: str) -> float:
    """How a text feels, from -1 (bad) to 1 (good), rounded to 4 places; 0.0 where no word says.

    English words, emoji and emoticons of an own list, with negation, intensity, `but` and
    exclamation marks. It knows no irony. Only the first 20,000 characters are read.
    """
    total = _total(_tokens(text[:LONGEST_TEXT].lower().replace("’", "'")))
    if not total:
        return 0.0
    total *= 1 + _EXCLAMATION * min(text.count("!"), _MOST_EXCLAMATIONS)
    return round(total / sqrt(total * total + _SOFTENING), 4)


def _tokens(text: str) -> list[str]:
    """The words, signs and sentence ends of a text; links and handles say nothing."""
    if "@" in text or "://" in text or "www." in text:
        text = _NOISE.sub(" ", text)
    tokens = _TOKEN.findall(text)
    if any(triple in text for triple in _TRIPLES):
        return [_shortened(token) for token in tokens]
    return tokens


def _shortened(token: str) -> str:
    """The known word behind a lengthened one: goooood, looove."""
    if token in _KNOWN or not _LENGTHENED.search(token):
        return token
    double = _LENGTHENED.sub(r"\1\1", token)
    return double if double in _KNOWN else _LENGTHENED.sub(r"\1", token)


def _total(tokens: list[str]) -> float:
    """The weights of all words that have one, each as it stands in its clause, added."""
    total = clause = 0.0
    negated_until = taken = -1
    for at, token in enumerate(tokens):
        if token not in _KNOWN or at == taken:
            continue
        weight = _phrase(tokens, at)
        if weight:
            taken = at + 1
        elif token in NEGATIONS:
            negated_until = at + _NEGATION_REACH
            continue
        elif token in _BORDERS:
            negated_until = -1
            continue
        elif token in TURNS:
            total, clause, negated_until = total + clause * _BEFORE_TURN, 0.0, -1
            continue
        else:
            weight = _WEIGHTS.get(token, 0)
        factor = INTENSITIES.get(tokens[at - 1], 1.0) if at else 1.0
        clause += weight * factor * (_NEGATED if at <= negated_until else 1.0)
    return total + clause


def _phrase(tokens: list[str], at: int) -> int:
    """The weight of the two words that begin here, 0 if they are no phrase."""
    seconds = PHRASES.get(tokens[at])
    return seconds.get(tokens[at + 1], 0) if seconds and at + 1 < len(tokens) else 0
