"""Who is in which group: pure functions of person, salt and shares, the same on every engine.

A group of two is a range of buckets: growing one moves nobody out of it. Among three or more each
person goes to the variant with the lowest score, minus the logarithm of a number from the md5
divided by the share (weighted rendezvous hashing): a variant that grows takes people from the
others, and the others exchange none.
"""

from __future__ import annotations

from collections.abc import Sequence

from targeter.database import literal
from targeter.expressions.own import bucket_sql
from targeter.limits import Holdout
from targeter.rules import Variant


def held_sql(holdout: Holdout | None, key: str) -> str:
    """Whether a person is in a control group, as SQL over the column that holds the key."""
    if holdout is None:
        return "false"
    return f"{bucket_sql(holdout.salt, key)} < {holdout.buckets}"


def variant_sql(variants: Sequence[Variant], number: int, salt: str, key: str) -> str:
    """Whether a person is in a variant of an experiment, as SQL over the key's column."""
    if len(variants) == 2:
        border = round(variants[0].share * 100)
        sign = "<" if number == 0 else ">="
        # a salt of its own, so that a hold-out with the same one is independent
        return f"{bucket_sql(f'variant:{salt}', key)} {sign} {border}"
    scores = [_score(variant, salt, key) for variant in variants]
    tests = [
        f"{scores[number]} {'<' if other < number else '<='} {score}"
        for other, score in enumerate(scores)
        if other != number
    ]
    return f"({' AND '.join(tests)})"


def _score(variant: Variant, salt: str, key: str) -> str:
    start = literal(f"variant:{salt}:{variant.template.text}:")
    # 28 bits of the md5 as a number between 0 and 1, neither of them
    unit = f"((CAST('0x' || substr(md5({start} || {key}), 1, 7) AS BIGINT) + 5e-1) / 268435456e0)"
    return f"(-ln({unit}) / {variant.share!r}e0)"
