"""What a text says about a topic: whether it names it, refuses it, and how it feels."""

from targeter.topics.mentions import mention_pattern
from targeter.topics.refusals import refusal_exception_pattern, refusal_patterns
from targeter.topics.scoring import sentiment
from targeter.topics.stances import (
    Stance,
    Topic,
    alike,
    also_sql,
    like_sql,
    named_sql,
    opinion_sql,
    refusal_sql,
    stance_of,
    stance_sql,
)

__all__ = [
    "Stance",
    "Topic",
    "alike",
    "also_sql",
    "like_sql",
    "mention_pattern",
    "named_sql",
    "opinion_sql",
    "refusal_exception_pattern",
    "refusal_patterns",
    "refusal_sql",
    "sentiment",
    "stance_of",
    "stance_sql",
]
