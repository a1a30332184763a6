"""How many days a channel's messages take by its pace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from targeter.findings import Finding
from targeter.pacing import MOST_DAYS, Paced, spread
from targeter.reports.endings import Endings
from targeter.reports.tallies import UNDER_WAY
from targeter.runs import Run


def paces(run: Run, ended: Endings) -> Iterator[Paced]:
    """Each channel with a pace that somebody gets a message on, in the order of the settings."""
    for settings in run.project.settings.channels:
        name, pace = settings.channel.name, settings.outgoing.pace
        mine = [c.number for c in run.decisions.choices if c.channel.name == name]
        messages = ended.of_choices(mine, "message") if pace else 0
        if pace and messages:
            under_way: dict[dt.date, int] = dict(
                run.engine.rows(f"SELECT day, people FROM {UNDER_WAY} WHERE channel = $1", [name])
            )
            yield spread(under_way, name, pace, messages, run.bound.today)


def pace_findings(run: Run, ended: Endings) -> Iterator[Finding]:
    """The channels that would take longer than a batch may."""
    for one in paces(run, ended):
        settings = run.project.settings.channel(one.channel)
        if one.left and settings is not None:
            message = f"{one.channel}: {one.messages:,} messages at {one.pace:,} per day take "
            message += f"longer than {MOST_DAYS} days, and can't be rendered"
            help_ = "raise the channel's pace, or render fewer people with --limit"
            yield Finding("TG727", message, settings.place, help_)
