"""What texts make of a topic: an opinion per text, a stance per person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from targeter.database import literal
from targeter.topics.mentions import (
    MOST_CHARACTERS,
    MOST_WORDS,
    cleaned_word,
    mention_pattern,
    names,
)
from targeter.topics.refusals import refusal_exception_pattern, refusal_patterns
from targeter.topics.scoring import LONGEST_TEXT

Stance = Literal["for", "against", "mixed", "unknown"]

# From this score on a text is for its topic, from its negative on against it.
OPINION_SCORE = 0.3


@dataclass(frozen=True, slots=True)
class Topic:
    """A thing people have opinions on: the words that name it in a text, the pages that are it.

    Opinions older than `last_days` don't count (None: all do); fewer than `at_least` are no stance.
    """

    name: str
    words: tuple[str, ...]
    likes: tuple[str, ...] = ()
    last_days: int | None = None
    at_least: int = 1


def stance_of(favour: int, against: int, at_least: int) -> Stance:
    """What somebody makes of a topic, from their opinions for and against it.

    Texts that name the topic and judge nothing are no opinions. Fewer opinions than `at_least`
    (1 or more): unknown; two thirds or more of them on one side: that side; else mixed.
    """
    opinions = favour + against
    if opinions < _at_least(at_least):
        return "unknown"
    if 3 * favour >= 2 * opinions:
        return "for"
    return "against" if 3 * against >= 2 * opinions else "mixed"


def stance_sql(favour: str, against: str, at_least: int) -> str:
    """`stance_of` as an SQL expression over two integer expressions; NULL counts as none."""
    yes, no = f"coalesce({favour}, 0)", f"coalesce({against}, 0)"
    return (
        f"CASE WHEN {yes} + {no} < {_at_least(at_least)} THEN 'unknown' "
        f"WHEN 3 * {yes} >= 2 * ({yes} + {no}) THEN 'for' "
        f"WHEN 3 * {no} >= 2 * ({yes} + {no}) THEN 'against' ELSE 'mixed' END"
    )


def opinion_sql(
    text: str, score: str, topic: Topic, others: Sequence[Topic], refused: str | None = None
) -> str:
    """An SQL expression for the opinion a text holds on a topic: 1, -1, 0 for none.

    `text` and `score` are SQL expressions, the score a number from -1 to 1 or NULL. NULL where the
    text doesn't name the topic. A refusal around the name is -1 whatever the score says. Else the
    score speaks, and only where no other topic is named: nobody can tell which it is about.
    Words that another topic shares with this one don't count as another topic. As `sentiment`
    does, it reads the first 20,000 characters of a text. Who knows already whether the topic is
    refused says so by the SQL `refused`.
    """
    nfc = _read(text)
    number = f"try_cast({score} AS DOUBLE)"
    cases = [
        f"WHEN {named_sql(text, topic)} IS NOT TRUE THEN NULL",
        f"WHEN {refused or refusal_sql(text, topic)} THEN -1",
    ]
    if elsewhere := _words_of_others(topic, others):
        cases.append(f"WHEN {_found(nfc, mention_pattern(elsewhere))} THEN 0")
    cases += [
        f"WHEN isnan({number}) THEN 0",
        f"WHEN {number} >= {OPINION_SCORE:e} THEN 1",
        f"WHEN {number} <= {-OPINION_SCORE:e} THEN -1",
    ]
    return f"CASE {' '.join(cases)} ELSE 0 END"


def named_sql(text: str, topic: Topic) -> str:
    """An SQL expression: the text (an SQL expression) names the topic."""
    return _found(_read(text), mention_pattern(topic.words))


def refusal_sql(text: str, *topics: Topic) -> str:
    """An SQL expression: the text (an SQL expression) refuses a topic in its writer's name.

    Of several topics (those of `alike`) it says of which only where no word of another stands in
    the text, as `also_sql` says: then it is the one whose words do.
    """
    nfc, words = _read(text), [word for topic in topics for word in topic.words]
    refused = " OR ".join(_found(nfc, pattern) for pattern in refusal_patterns(words))
    return f"(({refused}) AND NOT {_found(nfc, refusal_exception_pattern(words))})"


def also_sql(text: str, topic: Topic, others: Sequence[Topic]) -> str:
    """An SQL expression: the letters of a word that is another topic's alone stand in the text."""
    own = {cleaned_word(word) for word in topic.words}
    theirs = {cleaned_word(word) for other in others for word in other.words} - own
    pattern = "|".join(name.words for name in names(sorted(theirs))) if theirs else ""
    return _found(_read(text), pattern) if pattern else "false"


def alike(topics: Sequence[Topic]) -> list[list[Topic]]:
    """Topics that one pattern can ask for: what stands before their words is the same.

    Only so many together as have no more words than a single topic may.
    """
    groups: dict[tuple[str, ...], list[list[Topic]]] = {}
    for topic in topics:
        before = tuple(sorted({name.before for name in names(topic.words)}))
        of_these = groups.setdefault(before, [[]])
        if not _fits([*of_these[-1], topic]):
            of_these.append([])
        of_these[-1].append(topic)
    return [group for of_these in groups.values() for group in of_these]


def _fits(topics: Sequence[Topic]) -> bool:
    words = [word for topic in topics for word in topic.words]
    return len(words) <= MOST_WORDS and sum(map(len, words)) <= MOST_CHARACTERS


def like_sql(page: str, topic: Topic) -> str:
    """An SQL expression: the page (an SQL expression) is one of the topic's, in any case."""
    if not topic.likes:
        return "false"
    pages = ", ".join(_folded(literal(cleaned_word(like))) for like in topic.likes)
    return f"{_folded(page)} IN ({pages})"


def _read(text: str) -> str:
    return f"nfc_normalize(left({text}, {LONGEST_TEXT}))"


def _found(text: str, pattern: str) -> str:
    """Whether a text changes when what the pattern finds, never nothing, is taken out.

    `regexp_matches` says the same as fast, but the engine compiles its pattern three times.
    """
    return f"(regexp_replace({text}, {literal(pattern)}, '') <> {text})"


def _folded(text: str) -> str:
    return f"lower(trim(nfc_normalize({text})))"


def _words_of_others(topic: Topic, others: Sequence[Topic]) -> list[str]:
    """The words of all other topics that aren't words of this one too, in any case."""
    own = {cleaned_word(word).casefold() for word in topic.words}
    theirs = {
        cleaned_word(word) for other in others if other.name != topic.name for word in other.words
    }
    return sorted(word for word in theirs if word.casefold() not in own)


def _at_least(at_least: int) -> int:
    if at_least < 1:
        raise ValueError("a stance needs at least one opinion: `at_least` is 1 or more")
    return at_least
