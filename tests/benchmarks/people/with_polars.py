"""The same answers with polars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import reduce
from typing import Any

from tests.benchmarks.people.asked import Asked
from tests.benchmarks.people.offers import GATES, TODAY, Offer, Test, Text, Value, offers
from tests.benchmarks.people.project import SOURCES

Frame = Any
_NOW = dt.datetime.combine(TODAY, dt.time()) + dt.timedelta(days=1)


def plan(asked: Asked) -> None:
    """The first rule that holds, and its text."""
    _plan(asked, (), offers())


def everything(asked: Asked) -> None:
    """The same, on columns that have to be made of posts, likes and check-ins first."""
    _plan(asked, tuple(SOURCES), offers(with_traits=True))


def _plan(asked: Asked, names: Sequence[str], rules: Sequence[Offer]) -> None:
    import polars as pl

    with asked.timed():
        decided = _decided(_with_sources(asked, names), rules).collect(engine="streaming")
        decided.group_by("rule").len()
    answer = decided.filter(pl.col("rule").is_not_null())
    answer.select(pl.col("person_id").alias("person"), "rule", "text").write_parquet(asked.answer)


def source(asked: Asked, name: str) -> None:
    """The profile with the columns of one source."""
    with asked.timed():
        profile = _with_sources(asked, (name,)).collect(engine="streaming")
    profile.select("person_id", *SOURCES[name].columns).write_parquet(asked.answer)


def render(asked: Asked, file_format: str) -> None:
    """The rows of the batch, sorted and written."""
    import polars as pl

    rows = pl.read_parquet(asked.rows)
    with asked.timed():
        ordered = rows.sort("person_id")
        if file_format == "parquet":
            ordered.write_parquet(asked.answer)
        else:
            ordered.write_ndjson(asked.answer)


# -- sources ---------------------------------------------------------------------------------


def _with_sources(asked: Asked, names: Sequence[str]) -> Frame:
    import polars as pl

    made = {"posts": _posts, "likes": _likes, "checkins": _checkins}
    profile = pl.scan_parquet(asked.data.file("people"))
    for name in names:
        traits = made[name](pl.scan_parquet(asked.data.file(name)))
        profile = profile.join(traits, on="person_id", how="left")
        profile = profile.with_columns(**_shown(name))
    return profile


def _posts(rows: Frame) -> Frame:
    import polars as pl

    rows = rows.filter(pl.col("posted_at") < _NOW)
    at, text, score = pl.col("posted_at"), pl.col("text"), pl.col("score").cast(pl.Float64)
    year = at >= _NOW - dt.timedelta(days=365)
    phones = text.str.contains(r"(?i)\b(which phone|new phone)\b")
    named = text.str.contains(r"(?i)\blapwing\b")
    return rows.group_by("person_id").agg(
        asked_about_phones=(phones & year).sum(),
        posts_lately=(at >= _NOW - dt.timedelta(days=180)).sum(),
        mood=score.filter(year).mean(),
        f=(named & (score >= 0.3)).sum(),
        a=(named & (score <= -0.3)).sum(),
    )


def _likes(rows: Frame) -> Frame:
    import polars as pl

    on = pl.col("liked_on")
    lately = _NOW.date() - dt.timedelta(days=180)
    return (
        rows.filter(on < _NOW.date())
        .group_by("person_id")
        .agg(
            liked_lately=(on >= lately).sum(),
            last_liked_on=on.max(),
            likes_football=(pl.col("page") == "Football").any(),
        )
    )


def _checkins(rows: Frame) -> Frame:
    import polars as pl

    at = pl.col("seen_at")
    rows = rows.filter(at < _NOW)
    lately = (at >= _NOW - dt.timedelta(days=60)).sum()
    begun = dt.datetime.combine(TODAY, dt.time()) - dt.timedelta(weeks=26)
    spots = (
        rows.filter(at >= begun)
        .group_by("person_id", "area")
        .agg(spot_days=at.dt.date().n_unique())
        .group_by("person_id")
        .agg(
            pl.col("area", "spot_days")
            .sort_by("spot_days", "area", descending=[True, False])
            .first()
        )
        .rename({"area": "spot_area"})
    )
    counted = rows.group_by("person_id").agg(checkins_lately=lately)
    return counted.join(spots, on="person_id", how="left")


def _shown(name: str) -> dict[str, Any]:
    import polars as pl

    if name == "likes":
        return {
            "liked_lately": pl.col("liked_lately").fill_null(0),
            "likes_football": pl.col("likes_football").fill_null(False),  # noqa: FBT003
        }
    if name == "checkins":
        agreed = pl.when(pl.col("location_consent"))
        return {
            "checkins_lately": agreed.then(pl.col("checkins_lately").fill_null(0)),
            "spot_area": agreed.then(pl.col("spot_area")),
            "spot_days": agreed.then(pl.col("spot_days")),
        }
    f, a = pl.col("f").cast(pl.Int64).fill_null(0), pl.col("a").cast(pl.Int64).fill_null(0)
    stance = pl.when(f + a < 1).then(pl.lit("unknown")).when(3 * f >= 2 * (f + a))
    against = stance.then(pl.lit("for")).when(3 * a >= 2 * (f + a)).then(pl.lit("against"))
    return {
        "asked_about_phones": pl.col("asked_about_phones").fill_null(0),
        "posts_lately": pl.col("posts_lately").fill_null(0),
        "stance_lapwing": against.otherwise(pl.lit("mixed")),
    }


# -- decisions -------------------------------------------------------------------------------


def _decided(people: Frame, rules: Sequence[Offer]) -> Frame:
    import polars as pl

    choices = [(rule, text) for rule in rules for text in rule.texts]
    chain: Any = pl.when(~_all([_condition(test) for test in GATES]).fill_null(False)).then(None)  # noqa: FBT003
    for number, (rule, text) in enumerate(choices):
        needed = [pl.col(column).is_not_null() for column in text.required]
        tests = [_condition(test) for test in rule.tests]
        chain = chain.when(_all([*tests, *needed])).then(pl.lit(number, dtype=pl.Int32))
    texts: Any = pl
    for text in {text.name: text for _, text in choices}.values():
        numbers = [n for n, (_, other) in enumerate(choices) if other is text]
        texts = texts.when(pl.col("choice").is_in(numbers)).then(_concatenated(text))
    names = {number: rule.name for number, (rule, _) in enumerate(choices)}
    return people.with_columns(choice=chain.otherwise(None)).select(
        "person_id",
        rule=pl.col("choice").replace_strict(names, default=None, return_dtype=pl.String),
        text=texts.otherwise(None),
    )


def _all(tests: Sequence[Any]) -> Any:
    return reduce(lambda left, right: left & right, tests)


def _condition(test: Test) -> Any:
    import polars as pl

    column, values = pl.col(test.column), test.values
    if test.kind == "at_least" or test.kind == "since":
        return column >= values[0]
    if test.kind == "below":
        return column < values[0]
    if test.kind == "between":
        return column.is_between(values[0], values[1])
    if test.kind == "is":
        return column == values[0]
    if test.kind == "one_of":
        return column.is_in(list(values))
    if test.kind == "ends_within":
        days = values[0]
        assert isinstance(days, int)
        return column.is_between(TODAY, TODAY + dt.timedelta(days=days))
    return column


def _concatenated(text: Text) -> Any:
    import polars as pl

    parts = []
    for part in text.parts:
        if isinstance(part, Value):
            value = pl.col(part.column).cast(pl.String)
            parts.append(value.fill_null(pl.lit(part.default)) if part.default else value)
        else:
            parts.append(pl.lit(part))
    return pl.concat_str(parts)
