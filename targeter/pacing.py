"""On which day each message goes out where a channel has a pace: what is under way counts, too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from targeter.database import Engine, literal
from targeter.errors import WrongUsage
from targeter.history import CONTACTS, MESSAGE
from targeter.settings import ChannelSettings

# One row for each person whose message has a day by its pace: how many days after the plan's.
SENDING = "sending"
# SQL: where a person stands among those who get a message on a channel by the same rule.
PLACE = "md5_number('pace:' || channel || ':' || person)"
# A batch that takes longer than a year was never meant; and each of its days is a file.
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Paced:
    """A channel's messages over the days: of `days` each is (how many days later, how many).

    `left` are those that have no day within `MOST_DAYS`.
    """

    channel: str
    pace: int
    first: dt.date
    days: tuple[tuple[int, int], ...]
    left: int

    @property
    def messages(self) -> int:
        return self.left + sum(count for _, count in self.days)

    @property
    def last(self) -> dt.date:
        """The day on which the last of them goes out."""
        return self.first + dt.timedelta(self.days[-1][0] if self.days else 0)


def spread(
    under_way: Mapping[dt.date, int], channel: str, pace: int, messages: int, day: dt.date
) -> Paced:
    """So many messages from a day on, as many a day as what is `under_way` leaves room for."""
    days, left = [], messages
    for later in range(min(MOST_DAYS, (dt.date.max - day).days + 1)):
        count = min(left, max(pace - under_way.get(day + dt.timedelta(later), 0), 0))
        left -= count
        if count:
            days.append((later, count))
        if not left:
            break
    return Paced(channel, pace, day, tuple(days), left)


def _under_way(engine: Engine, channel: str) -> Mapping[dt.date, int]:
    """How many messages of earlier batches go out on a channel, by day, as `contacts` say."""
    return dict(
        engine.rows(
            f"SELECT contacted_at::DATE, count(*) FROM {CONTACTS} "
            f"WHERE event = {literal(MESSAGE)} AND channel = $1 GROUP BY 1",
            [channel],
        )
    )


def give_days(
    engine: Engine, channels: Sequence[ChannelSettings], day: dt.date, assignments: str
) -> None:
    """Fill `sending` (person, later) for the messages of a plan for that day.

    Who comes first is settled by the md5 of the person, and every day has its share of each rule.
    Raises `WrongUsage` for a channel that would take longer than a year.
    """
    counts: dict[str, int] = dict(
        engine.rows(
            f"SELECT channel, count(*) FROM {assignments} WHERE outcome = 'message' GROUP BY 1"
        )
    )
    paced = [
        spread(
            _under_way(engine, one.channel.name),
            one.channel.name,
            one.outgoing.pace,
            counts[one.channel.name],
            day,
        )
        for one in channels
        if one.outgoing.pace is not None and one.channel.name in counts
    ]
    for one in paced:
        refuse_endless(one)
    columns = {"channel": "VARCHAR", "first": "BIGINT", "later": "INTEGER"}
    engine.load("sending_days", columns, (row for one in paced for row in _starts(one)))
    engine.run(
        f"CREATE OR REPLACE TABLE {SENDING} AS SELECT person, later FROM (SELECT person, channel, "
        # as far through its rule as through all: so each day has the mix of the whole
        "row_number() OVER (PARTITION BY channel ORDER BY share, place, person) AS n FROM ("
        "SELECT *, (row_number() OVER (PARTITION BY channel, rule ORDER BY place, person) - 5e-1) "
        "/ count(*) OVER (PARTITION BY channel, rule) AS share FROM (SELECT person, channel, rule, "
        f"{PLACE} AS place FROM {assignments} "
        "SEMI JOIN sending_days USING (channel) WHERE outcome = 'message'))) AS m "
        "ASOF JOIN sending_days AS d ON d.channel = m.channel AND m.n >= d.first"
    )


def _starts(paced: Paced) -> Iterator[tuple[str, int, int]]:
    """With which of a channel's messages each of its days begins."""
    first = 1
    for later, count in paced.days:
        yield paced.channel, first, later
        first += count


def refuse_endless(paced: Paced) -> None:
    """Raise `WrongUsage` for messages that have no day within a year."""
    if paced.left:
        message = f"{paced.channel}: {paced.messages:,} messages at {paced.pace:,} per day would "
        message += f"take longer than {MOST_DAYS} days"
        raise WrongUsage(message, help="raise its pace, or render fewer with --limit")
