"""What can be known of one person of the sample, told from one pinned day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

PINNED_DAY = date(2026, 11, 1)  # `as_of` in rules/targeter.yaml: every story is told from here
OURS = "ours"


class Contract(NamedTuple):
    network: str
    starts_on: date
    ends_on: date
    monthly_fee: str = "24.00"


class Post(NamedTuple):
    days_ago: int
    text: str


class Like(NamedTuple):
    page: str
    days_ago: int = 40


class Visit(NamedTuple):
    area: str
    days_ago: int


class Friend(NamedTuple):
    friend_id: str
    closeness: int  # 1, somebody they know, to 5, family


class Complaint(NamedTuple):
    opened_on: date
    closed_on: date | None
    about: str


class Sent(NamedTuple):
    days_ago: int
    rule: str


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of one person: the columns that are not like everybody's, and what happened."""

    facts: Mapping[str, str] = field(default_factory=dict)
    contracts: tuple[Contract, ...] = ()
    posts: tuple[Post, ...] = ()
    likes: tuple[Like, ...] = ()
    visits: tuple[Visit, ...] = ()
    friends: tuple[Friend, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    sent: tuple[Sent, ...] = ()


def ago(days: int) -> date:
    return PINNED_DAY - timedelta(days=days)


def iso(days: int) -> str:
    return ago(days).isoformat()


def born(age: int, days: int = 100) -> str:
    """The birth date of somebody whose birthday was `days` ago, written day first."""
    day = ago(days)
    return f"{min(day.day, 28):02}/{day.month:02}/{day.year - age}"
