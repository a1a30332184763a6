"""What a plan warns of: limits without effect, groups too small to tell, cells that clash."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist

from targeter.database import literal
from targeter.errors import RulesAreWrong
from targeter.findings import Finding, Place
from targeter.limits import Holdout
from targeter.project import SETTINGS
from targeter.reports.endings import Endings
from targeter.reports.tallies import PROMOTED, take_promoted
from targeter.runs import Run

# X allows so many active line items an account, and a cell takes one; half of it is a warning.
MOST_CELLS = 8_000
_WARN_CELLS = MOST_CELLS // 2
# A test that finds a difference by accident once in 20 times, and a real one 4 times of 5.
_ALPHA, _POWER = 0.05, 0.8
# In percent: what is assumed where no base_rate says better.
BASE_RATE = 1.0
_SETTINGS = Place(SETTINGS, 1, 1)


def limit_findings(run: Run, ended: Endings) -> Iterator[Finding]:
    """What the data shows of limits, control groups and cells."""
    yield from _no_history(run)
    yield from _small_pilot(run, ended)
    yield from _small_holdouts(run, ended)
    yield from _many_cells(run)
    yield from _clashing_links(run)


def _no_history(run: Run) -> Iterator[Finding]:
    """Without a history a cap forbids nothing, and nobody should believe it does."""
    limits = run.decisions.limits
    if not limits.asks or run.held.contacts:
        return
    rests = [limits.rest, *(rule.rest for _, rule in limits.rules)]
    names = list(dict.fromkeys(name for rest in rests for name, limit in rest.named if limit))
    names += ["again_after"] * bool(limits.handoffs)
    verb = "holds" if len(names) == 1 else "hold"
    message = f"nobody was contacted before, so {' and '.join(names)} {verb} nobody back yet"
    help_ = "render fills batches/; history: imported: names a source of earlier messages"
    yield Finding("TG721", message, _SETTINGS, help_)


def _small_pilot(run: Run, ended: Endings) -> Iterator[Finding]:
    """An audience goes whole or not at all, so that a pilot may have fewer people than it could."""
    if run.limit is None or not run.outcomes["not_in_pilot"]:
        return
    sent = (row for row in ended.rows if row.outcome == "message")
    chosen = sum(row.people for row in sent if row.status != "staying")
    if chosen < run.limit:
        message = f"the pilot has {chosen:,} of {run.limit:,} people: an audience goes whole or not"
        help_ = "a larger --limit has room for the next audience"
        yield Finding("TG725", message, None, help_)


def refuse_clashes(run: Run) -> None:
    """Nothing is kept or rendered of a plan in which one post would need two links.

    Raises `RulesAreWrong` with every such text.
    """
    take_promoted(run.engine, run.decisions)
    refuse_counted_clashes(run)


def refuse_counted_clashes(run: Run) -> None:
    """The same of promoted texts that were counted already."""
    found = tuple(_clashing_links(run))
    if found:
        texts = "1 promoted text has" if len(found) == 1 else f"{len(found):,} promoted texts have"
        raise RulesAreWrong(f"{texts} more than one link", findings=found)


# -- control groups --------------------------------------------------------------------------


def people_needed(base_rate: float, lift: float, ratio: float) -> int:
    """How many people a control group takes to see a difference between two shares.

    `base_rate` is the share without messages and `lift` what is added, both 0 to 1; `ratio` is how
    many people get a message for each that is held out. The usual formula for two proportions,
    two-sided, at 5 % error and 80 % power.
    """
    normal = NormalDist()
    z = normal.inv_cdf(1 - _ALPHA / 2) + normal.inv_cdf(_POWER)
    treated = base_rate + lift
    spread = base_rate * (1 - base_rate) + treated * (1 - treated) / ratio
    return math.ceil(z * z * spread / (lift * lift))


def _small_holdouts(run: Run, ended: Endings) -> Iterator[Finding]:
    settings = run.project.settings
    held, sent = _counts(run, ended, None)
    if settings.holdout:
        yield from _small(settings.holdout, held, sent, "", _SETTINGS)
    for campaign in settings.campaigns:
        if campaign.holdout and any(r.campaign == campaign.name for r in run.decisions.rules):
            counted = _counts(run, ended, campaign.name)
            name = f" of campaign {campaign.name!r}"
            yield from _small(campaign.holdout, *counted, name, campaign.place)


def _counts(run: Run, ended: Endings, campaign: str | None) -> tuple[int, int]:
    """People held out and people with a message, of one campaign or of all."""
    choices = [c.number for c in run.decisions.choices if campaign in (None, c.rule.campaign)]
    return ended.of_choices(choices, "held_out"), ended.of_choices(choices, "message")


def _small(holdout: Holdout, held: int, sent: int, whose: str, place: Place) -> Iterator[Finding]:
    """A group too small to see even that messages double what people do anyway."""
    if not sent:
        return
    rate = (holdout.base_rate or BASE_RATE) / 100
    lift = min(rate, 1 - rate)
    needed = people_needed(rate, lift, sent / max(held, 1))
    if held >= needed:
        return
    assumed = "" if holdout.base_rate else " (assumed: holdout says no base_rate)"
    people = "1 person" if held == 1 else f"{held:,} people"
    message = (
        f"the control group{whose} has {people}: too few to see even that messages double "
        f"a base rate of {rate * 100:g} %{assumed}; it takes {needed:,}"
    )
    yield Finding("TG722", message, place, "raise percent, or add up several plans")


# -- cells -----------------------------------------------------------------------------------


def _many_cells(run: Run) -> Iterator[Finding]:
    promoted = [c.number for c in run.decisions.choices if c.channel.delivery == "promoted"]
    if not promoted:
        return
    count = int(run.engine.value(f"SELECT count(*) FROM {PROMOTED}"))
    if count > _WARN_CELLS:
        message = f"{count:,} promoted texts, each with an audience: X serves {MOST_CELLS:,}"
        help_ = "fewer values in promoted copy, or larger audiences: min_audience"
        yield Finding("TG723", message, _SETTINGS, help_)


def _clashing_links(run: Run) -> Iterator[Finding]:
    """A promoted text is one post, and a post has one link."""
    links = {c.number: c.link for c in run.decisions.choices if c.channel.delivery == "promoted"}
    if len(set(links.values())) < 2:
        return
    channels = {c.number: c.channel.name for c in run.decisions.choices}
    values = ", ".join(
        f"({n}, {literal(channels[n])}, {literal(link or 'none')})" for n, link in links.items()
    )
    rows = run.engine.rows(
        "SELECT max(r.choice), r.text, list_sort(list(DISTINCT c.link)) FROM "
        f"{PROMOTED} AS r JOIN (VALUES {values}) AS c(choice, channel, link) USING (choice) "
        "GROUP BY c.channel, r.text "
        "HAVING count(DISTINCT c.link) > 1 ORDER BY c.channel, r.text"
    )
    for choice, text, found in rows:
        message = f"one promoted text has {len(found)} links: {', '.join(found)}"
        help_ = f"{text!r} is one post: let its rules share a link, or say something else"
        template = run.decisions.choices[choice].template
        place = template.link.place if template.link else template.place
        yield Finding("TG724", message, place, help_)
