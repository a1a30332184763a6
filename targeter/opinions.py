"""What each person makes of each topic, from their own posts and likes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from targeter.binding import Bound, Opinion
from targeter.computing import end_of, moment_of
from targeter.database import Engine, identifier, literal
from targeter.expressions.scopes import stance_column
from targeter.settings import DeclaredTopic
from targeter.topics import (
    Topic,
    alike,
    also_sql,
    like_sql,
    mention_pattern,
    named_sql,
    opinion_sql,
    refusal_sql,
    sentiment,
    stance_sql,
)

_TEXTS, _JUDGED = "texts about topics", "texts about topics judged"
_COUNTS = "opinions"
# Below so many texts the patterns of refusals take longer to compile than to be looked for.
FEW = 500


def add_stances(
    engine: Engine,
    bound: Bound,
    tables: Mapping[str, str],
    profile: str,
    person: str,
    needed: frozenset[str],
) -> str:
    """The profile with a stance column for each topic somebody asks about; its new name.

    `tables` are the rows of each source, `person` the (quoted) column of whose they are. Texts
    are judged once each, however often they were posted; every post counts.
    """
    topics = [
        topic
        for topic in bound.project.settings.topics
        if stance_column(topic.topic.name) in needed
    ]
    if not topics or not (bound.posts or bound.likes):
        return profile
    parts = []
    if bound.posts:
        parts.append(_from_posts(engine, bound, bound.posts, tables, topics, person))
    if bound.likes:
        parts.append(_from_likes(bound, bound.likes, tables, topics, person))
    engine.run(f"CREATE OR REPLACE TABLE {_COUNTS} AS {' UNION ALL '.join(parts)}")
    sums = ", ".join(
        f"sum(for_{n}) AS for_{n}, sum(against_{n}) AS against_{n}" for n in range(len(topics))
    )
    stances = ", ".join(
        f"{stance_sql(f'o.for_{n}', f'o.against_{n}', topic.topic.at_least)}"
        f" AS {identifier(stance_column(topic.topic.name))}"
        for n, topic in enumerate(topics)
    )
    table = "profiles_with_stances"
    engine.run(
        f"CREATE OR REPLACE TABLE {table} AS SELECT p.*, {stances} FROM {profile} AS p "
        f"LEFT JOIN (SELECT {person}, {sums} FROM {_COUNTS} GROUP BY 1) AS o "
        f"ON o.{person} = p.{identifier(bound.key)}"
    )
    return table


def _from_posts(
    engine: Engine,
    bound: Bound,
    posts: Opinion,
    tables: Mapping[str, str],
    topics: Sequence[DeclaredTopic],
    person: str,
) -> str:
    """Opinions counted from texts, one row a person; each distinct text is judged once."""
    rows = identifier(tables[posts.source])
    text = identifier(posts.column)
    own_score = f"TRY_CAST(r.{identifier(posts.score)} AS DOUBLE)" if posts.score else None
    _collect_texts(engine, bound, rows, text, own_score)
    everything = [topic.topic for topic in bound.project.settings.topics]
    judge(engine, [declared.topic for declared in topics], everything, _TEXTS, _JUDGED)
    same_score = f" AND t.score IS NOT DISTINCT FROM {own_score}" if own_score else ""
    counts = [
        count
        for number, declared in enumerate(topics)
        for count in _counted(bound, posts, declared, f"t.opinion_{number}", number)
    ]
    return (
        f"SELECT r.{person}, {', '.join(counts)} FROM {rows} AS r "
        f"JOIN {identifier(_JUDGED)} AS t ON t.text = r.{text}{same_score} GROUP BY 1"
    )


def _collect_texts(
    engine: Engine, bound: Bound, rows: str, text: str, own_score: str | None
) -> None:
    """The distinct texts that name any topic, with the user's score or else the built-in one."""
    topics = [d.topic for d in bound.project.settings.topics if d.topic.words]
    text_ = f"nfc_normalize(r.{text})"
    tests = [f"regexp_matches({text_}, {literal(mention_pattern(t.words))})" for t in topics]
    named = " OR ".join(tests) or "false"
    found = f"FROM {rows} AS r WHERE {named}"
    if own_score:
        engine.run(
            f"CREATE OR REPLACE TABLE {identifier(_TEXTS)} AS "
            f"SELECT DISTINCT r.{text} AS text, {own_score} AS score {found}"
        )
        return
    chunks = engine.chunks(f"SELECT DISTINCT r.{text} {found}", what="texts")
    scored = ((t, sentiment(t)) for chunk in chunks for (t,) in chunk)
    engine.load(_TEXTS, {"text": "VARCHAR", "score": "DOUBLE"}, scored)


def judge(
    engine: Engine,
    topics: Sequence[Topic],
    everything: Sequence[Topic],
    texts: str,
    judged: str,
    *,
    few: int = FEW,
) -> None:
    """Make the table `judged` of the table `texts` (text, score): what each says of each topic.

    `everything` are all topics that a text may be about. Fewer than `few` texts change how they
    are asked and never what they say.
    """
    count, is_named = _named(engine, topics, texts)
    named = [topic for topic in topics if topic.name in is_named]
    together = _asked_together(engine, named, texts) if count < few else _Together()
    opinions = ", ".join(
        f"{opinion_sql('text', 'score', topic, everything, together.refusals.get(topic.name))} "
        f"AS opinion_{number}"
        if topic.name in is_named
        else f"NULL AS opinion_{number}"
        for number, topic in enumerate(topics)
    )
    engine.run(
        f"CREATE OR REPLACE TABLE {identifier(judged)} AS SELECT *, {opinions} "
        f"FROM (SELECT *{together.columns} FROM {identifier(texts)})"
    )


def _named(engine: Engine, topics: Sequence[Topic], texts: str) -> tuple[int, frozenset[str]]:
    """How many texts there are, and which topics any of them names.

    The patterns of a refusal take long to compile for nothing.
    """
    asked = [topic for topic in topics if topic.words]
    tests = "".join(f", bool_or({named_sql('text', topic)})" for topic in asked)
    count, *said = engine.row(f"SELECT count(*){tests} FROM {identifier(texts)}")
    pairs = zip(asked, said, strict=True)
    return int(count), frozenset(topic.name for topic, is_named in pairs if is_named)


@dataclass(frozen=True, slots=True)
class _Together:
    """What is asked of each text once for several topics; by topic, SQL for whether it is refused.

    A topic that isn't there is asked for alone.
    """

    columns: str = ""
    refusals: Mapping[str, str] = field(default_factory=dict)


def _asked_together(engine: Engine, topics: Sequence[Topic], texts: str) -> _Together:
    """One question for topics that are alike; a text with words of several has one for each."""
    groups = [group for group in alike(topics) if len(group) > 1]
    pairs = [(topic, number) for number, group in enumerate(groups) for topic in group]
    if not pairs:
        return _Together()
    also = [also_sql("text", topic, groups[number]) for topic, number in pairs]
    tests = ", ".join(
        f"bool_or({named_sql('text', topic)} AND {other})"
        for (topic, _), other in zip(pairs, also, strict=True)
    )
    is_mixed = engine.row(f"SELECT {tests} FROM {identifier(texts)}")
    refusals = {
        topic.name: f"CASE WHEN {other} THEN {refusal_sql('text', topic)} ELSE refuses_{n} END"
        if mixed
        else f"refuses_{n}"
        for (topic, n), other, mixed in zip(pairs, also, is_mixed, strict=True)
    }
    asked = (f", {refusal_sql('text', *group)} AS refuses_{n}" for n, group in enumerate(groups))
    return _Together("".join(asked), refusals)


def _from_likes(
    bound: Bound,
    likes: Opinion,
    tables: Mapping[str, str],
    topics: Sequence[DeclaredTopic],
    person: str,
) -> str:
    """Likes counted: each is an opinion for its topic."""
    page = f"r.{identifier(likes.column)}"
    counts = []
    for number, declared in enumerate(topics):
        opinion = f"CASE WHEN {like_sql(page, declared.topic)} THEN 1 END"
        counts += _counted(bound, likes, declared, f"({opinion})", number)
    rows = identifier(tables[likes.source])
    return f"SELECT r.{person}, {', '.join(counts)} FROM {rows} AS r GROUP BY 1"


def _counted(
    bound: Bound, opinion: Opinion, declared: DeclaredTopic, sql: str, number: int
) -> list[str]:
    recent = _recent(bound, opinion, declared)
    return [
        f"count(*) FILTER (WHERE {sql} = 1 AND {recent}) AS for_{number}",
        f"count(*) FILTER (WHERE {sql} = -1 AND {recent}) AS against_{number}",
    ]


def _recent(bound: Bound, opinion: Opinion, declared: DeclaredTopic) -> str:
    """Whether a row is young enough for the topic; a source without times has no age."""
    source = bound.project.settings.source(opinion.source)
    if source is None or source.time is None or declared.last is None:
        return "true"
    return f"{moment_of(source.time)} >= {end_of(bound.today)} - {declared.last.interval}"
