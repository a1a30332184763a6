"""Many topics asked about at once: what a text says of one is what it says when asked alone."""

from __future__ import annotations

import pytest

from targeter.database import Engine, Row
from targeter.opinions import judge
from targeter.topics import Topic, alike, sentiment
from tests.topics.labelled_lines import HERE

# Words of one stand in those of others, are shared, or have no borders that can be seen.
TOPICS = (
    Topic("blackberry", ("blackberry",)),
    Topic("iphone", ("iphone", "apple's phone")),
    Topic("nokia", ("nokia",)),
    Topic("phones", ("iphone", "handset")),
    Topic("berry", ("berry",)),
    Topic("liked", (), likes=("BlackBerry",)),
    Topic("greek", ("μήλο",)),
    Topic("chinese", ("黑莓",)),
    Topic("unseen", ("nobody says this",)),
)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """Lines about brands, the same two by two, and about words of other scripts."""
    files = ("labelled.tsv", "fresh.tsv")
    rows = [r for file in files for r in (HERE / file).read_text("utf-8").splitlines()[1:]]
    texts = [row.split("\t")[2] for row in rows]
    pairs = [f"{one} {other}" for one, other in zip(texts, texts[97:], strict=False)]
    foreign = [text.lower().replace("iphone", word) for text in texts[::9] for word in _FOREIGN]
    return list(dict.fromkeys([*texts, *pairs, *foreign]))


_FOREIGN = ("μήλο", "黑莓", "xμήλο", "iphonex")


def judged(engine: Engine, texts: list[str], topics: tuple[Topic, ...], few: int) -> list[Row]:
    scored = ((text, sentiment(text)) for text in texts)
    engine.load("said", {"text": "VARCHAR", "score": "DOUBLE"}, scored)
    judge(engine, topics, TOPICS, "said", "judged", few=few)
    shown = ", ".join(f"opinion_{number}" for number in range(len(topics)))
    return engine.rows(f"SELECT text, {shown} FROM judged ORDER BY text")


@pytest.mark.parametrize(
    "topics", [TOPICS, TOPICS[:3], TOPICS[:1], TOPICS[5:7]], ids=["all", "apart", "one", "none"]
)
def test_asking_together_changes_no_opinion(
    engine: Engine, lines: list[str], topics: tuple[Topic, ...]
) -> None:
    assert judged(engine, lines, topics, few=10**6) == judged(engine, lines, topics, few=0)


def test_texts_about_one_topic_are_told_apart(engine: Engine) -> None:
    texts = ["I would not want a BlackBerry", "never again iPhone", "done with Nokia", "berry nice"]
    said = judged(engine, texts, TOPICS[:3], few=10**6)
    assert [row[1:] for row in said] == [
        (-1, None, None),
        (None, None, None),
        (None, None, -1),
        (None, -1, None),
    ]


def test_topics_are_alike_whose_words_have_the_same_border_before_them() -> None:
    asked = [topic for topic in TOPICS if topic.words]
    names = [[topic.name for topic in group] for group in alike(asked)]
    assert names == [
        ["blackberry", "iphone", "nokia", "phones", "berry", "unseen"],
        ["greek"],
        ["chinese"],
    ]


def test_a_pattern_has_no_more_words_than_one_topic_may_have() -> None:
    many = [Topic(f"t{n}", tuple(f"w{n}x{word}" for word in range(150))) for n in range(3)]
    assert [len(group) for group in alike(many)] == [1, 1, 1]
