"""The settings of a project, `rules/targeter.yaml`, as declared."""

from __future__ import annotations

import datetime as dt
import functools
import math
import posixpath
import re
import zoneinfo
from dataclasses import dataclass
from decimal import Decimal

from targeter import blocking, policies
from targeter.channels import CHANNELS, Channel, channel_from
from targeter.findings import Finding, Place
from targeter.grading import Grading, read_grading
from targeter.limits import Holdout, Rest, Span, read_count, read_holdout, read_rest, read_span
from targeter.outgoing import Outgoing, read_outgoing
from targeter.policies import Campaign, Purpose
from targeter.sources.declared import Source, read_sources
from targeter.spark_settings import SparkSettings, read_spark
from targeter.topics import Topic
from targeter.traits import Trait, read_traits
from targeter.yaml_source import Entries, Fields, Node, Scalar, plain_value

# An ASCII name of two labels or more (RFC 1123), as it stands in an address.
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")


@dataclass(frozen=True, slots=True)
class Language:
    """Which column says a person's language, and the one that serves everybody else."""

    column: Scalar
    default: str


@dataclass(frozen=True, slots=True)
class DeclaredTopic:
    """A topic and how far back its opinions count."""

    topic: Topic
    place: Place
    last: Span | None


@dataclass(frozen=True, slots=True)
class Opinions:
    """Where opinions come from, each as SOURCE.COLUMN; `score` is a user's own judge, -1 to 1."""

    posts: Scalar | None = None
    likes: Scalar | None = None
    score: Scalar | None = None


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """A channel of the project, the words that end every text on it, and what a message costs.

    `cost` is in the project's own money: for a message, or for a person in a promoted audience.
    """

    channel: Channel
    footer: str | None = None
    place: Place | None = None
    stay: Span | None = None
    cost: Decimal | None = None
    outgoing: Outgoing = Outgoing()


@dataclass(frozen=True, slots=True)
class Imported:
    """Contacts that something else made: a source with person and time, and its rule column."""

    source: Scalar
    rule: Scalar | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Who was contacted when: the folder of what was rendered, and what was imported.

    `keep` is how long a batch is kept at least, `texts` how long its words; None: for good.
    """

    folder: str = "batches"
    imported: tuple[Imported, ...] = ()
    keep: Span | None = None
    keep_place: Place | None = None
    texts: Span | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything `rules/targeter.yaml` says. `as_of` pins the day; None: the day of the run.

    `followers` names the column that says how many people see what a person shares.
    """

    as_of: dt.date | None = None
    time_zone: str = "UTC"
    purposes: tuple[Purpose, ...] = ()
    sources: tuple[Source, ...] = ()
    language: Language | None = None
    opinions: Opinions = Opinions()
    topics: tuple[DeclaredTopic, ...] = ()
    traits: tuple[Trait, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    channels: tuple[ChannelSettings, ...] = ()
    holdout: Holdout | None = None
    rest: Rest = Rest()
    max_people: int | None = None
    history: History = History()
    spark: SparkSettings = SparkSettings()
    followers: Scalar | None = None
    facts: tuple[tuple[str, str], ...] = ()
    fact_places: tuple[Place, ...] = ()
    link_hosts: tuple[str, ...] = ()
    block: tuple[Scalar, ...] = ()
    lint: Grading = Grading()

    @property
    def blocked_words(self) -> tuple[str, ...]:
        """The words and phrases that no text may hold, as they are written."""
        return tuple(scalar.text for scalar in self.block)

    def language_of(self, template: str | None) -> str:
        """Whose formats a template of a language (None: of no language) is written in.

        The default language says which variety: with `default: en-GB`, `en` is British.
        """
        default = self.language.default if self.language else "en"
        language = (template or default).casefold()
        return default if default.startswith(f"{language}-") else language

    @property
    def base(self) -> Source | None:
        return next((source for source in self.sources if source.is_base), None)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The base's columns, besides its key, by which rows find their person."""
        named = {source.person.to for source in self.sources if source.person}
        return tuple(sorted(name for name in named if name))

    def source(self, name: str) -> Source | None:
        return next((source for source in self.sources if source.name == name), None)

    def channel(self, name: str) -> ChannelSettings | None:
        return next((c for c in self.channels if c.channel.name == name), None)

    def campaign(self, name: str) -> Campaign | None:
        return next((c for c in self.campaigns if c.name == name), None)


def read_settings(node: Node | None, found: list[Finding]) -> Settings:
    """The settings of a parsed file; what is wrong goes into `found`."""
    fields = Fields.of(node, "the settings", found)
    if fields is None:
        return Settings()
    facts, fact_places = _facts(fields)
    settings = Settings(
        as_of=policies.day(fields, "as_of"),
        time_zone=_time_zone(fields),
        purposes=policies.read_purposes(fields),
        sources=read_sources(fields),
        language=_language(fields),
        opinions=_opinions(fields),
        topics=_topics(fields),
        traits=read_traits(fields),
        campaigns=policies.read_campaigns(fields),
        channels=_channels(fields),
        holdout=read_holdout(fields),
        rest=read_rest(fields),
        max_people=read_count(fields, "max_people"),
        history=_history(fields),
        spark=read_spark(fields),
        followers=_followers(fields),
        facts=facts,
        fact_places=fact_places,
        link_hosts=_link_hosts(fields),
        block=_block(fields),
        lint=read_grading(fields),
    )
    fields.done()
    return settings


def _history(fields: Fields) -> History:
    node = fields.node("history")
    if isinstance(node, Scalar):
        return History(_folder(node, fields))
    inner = Fields.of(node, "history", fields.found)
    if inner is None:
        return History()
    folder = inner.scalar("folder")
    imported = []
    for one in inner.mappings("imported", "imported history"):
        source, rule = one.scalar("source", required=True), one.scalar("rule")
        one.done()
        if source:
            imported.append(Imported(source, rule))
    keep, kept = read_span(inner, "keep"), inner.entries.get("keep")
    texts = read_span(inner, "texts")
    inner.done()
    name = _folder(folder, inner) if folder else "batches"
    return History(name, tuple(imported), keep, kept.place if kept else None, texts)


def _folder(scalar: Scalar, fields: Fields) -> str:
    """A folder inside of the project."""
    folder = posixpath.normpath(scalar.text)
    if folder.startswith(("..", "/", "~")) or folder == "." or "\\" in folder:
        message = f"{scalar.text!r} is no folder inside of the project"
        help_ = "--history DIR names another one on the command line"
        fields.found.append(Finding("TG110", message, scalar.place, help_))
        return "batches"
    return folder


@functools.cache
def time_zones() -> frozenset[str]:
    """The names of the time zones; finding them opens hundreds of files, so it is done once."""
    return frozenset(zoneinfo.available_timezones())


def _time_zone(fields: Fields) -> str:
    scalar = fields.scalar("time_zone")
    if scalar is None:
        return "UTC"
    if scalar.text in time_zones():
        return scalar.text
    fields.wrong(scalar, f"unknown time zone {scalar.text!r}", "for example Europe/London")
    return "UTC"


def _language(fields: Fields) -> Language | None:
    inner = fields.fields("language", "language")
    if inner is None:
        return None
    column = inner.scalar("column", required=True)
    default = inner.text("default") or "en"
    inner.done()
    return Language(column, default.casefold()) if column else None


def _opinions(fields: Fields) -> Opinions:
    inner = fields.fields("opinions", "opinions")
    if inner is None:
        return Opinions()
    opinions = Opinions(inner.scalar("posts"), inner.scalar("likes"), inner.scalar("score"))
    inner.done()
    return opinions


def _topics(fields: Fields) -> tuple[DeclaredTopic, ...]:
    topics = []
    for name, node in fields.named("topics"):
        inner = Fields.of(node, f"topic {name.text!r}", fields.found)
        if inner is None:
            continue
        words = tuple(s.text for s in inner.texts("words"))
        likes = tuple(s.text for s in inner.texts("likes"))
        last, at_least = read_span(inner, "last"), inner.integer("at_least")
        inner.done()
        if not words and not likes:
            message = f"{inner.what} needs 'words', 'likes' or both"
            fields.found.append(Finding("TG104", message, name.place))
        if at_least is not None and at_least < 1:
            inner.wrong(node, "'at_least' is at least 1")
        topic = Topic(name.text, words, likes, last.days if last else None, max(at_least or 1, 1))
        topics.append(DeclaredTopic(topic, name.place, last))
    return tuple(topics)


def _channels(fields: Fields) -> tuple[ChannelSettings, ...]:
    """The built-in channels, with what the project changes, and the project's own."""
    channels = {name: ChannelSettings(channel) for name, channel in CHANNELS.items()}
    for name, node in fields.named("channels"):
        inner = Fields.of(node, f"channel {name.text!r}", fields.found)
        if inner is None:
            continue
        footer, cost = inner.text("footer"), _cost(inner)
        stay = read_span(inner, "stay")
        outgoing = read_outgoing(inner)
        own = {k.text: plain_value(v) for k, v in _own_pairs(inner.entries)}
        try:
            channel = channel_from(name.text, own, CHANNELS.get(name.text))
        except ValueError as error:
            key = inner.entries.get(getattr(error, "key", None) or "")
            place = key.place if key else name.place
            fields.found.append(Finding("TG105", f"{inner.what}: {error}", place))
            continue
        if stay and channel.delivery != "promoted":
            wrong = inner.entries.get("stay") or inner.entries
            inner.wrong(wrong, "'stay' is for promoted channels: a direct message is no audience")
        if outgoing.pace and channel.delivery != "direct":
            wrong = inner.entries.get("pace") or inner.entries
            inner.wrong(wrong, "'pace' is for direct channels: an audience is there at once")
        channels[name.text] = ChannelSettings(channel, footer, name.place, stay, cost, outgoing)
    return tuple(channels.values())


def _cost(fields: Fields) -> Decimal | None:
    cost = fields.number("cost")
    if cost is None:
        return None
    if math.isfinite(cost) and cost >= 0:
        return Decimal(str(cost))
    node = fields.entries.get("cost")
    assert node is not None
    fields.wrong(node, "'cost' is what a message costs, 0 or more")
    return None


def _followers(fields: Fields) -> Scalar | None:
    inner = fields.fields("reach", "reach")
    if inner is None:
        return None
    column = inner.scalar("followers", required=True)
    inner.done()
    return column


def _own_pairs(entries: Entries) -> list[tuple[Scalar, Node]]:
    served = ("footer", "stay", "pace", "cost", "columns", "exporter", "audience_by")
    return [(key, node) for key, node in entries.pairs if key.text not in served]


def _link_hosts(fields: Fields) -> tuple[str, ...]:
    """The hosts whose addresses a value with the role `url` may hold."""
    hosts = []
    for scalar in fields.texts("link_hosts"):
        if _HOST.fullmatch(scalar.text):
            hosts.append(scalar.text.lower())
            continue
        help_ = "a name such as example.com, without https:// and without a path"
        fields.wrong(scalar, f"{scalar.text!r} is no host", help_)
    return tuple(hosts)


def _block(fields: Fields) -> tuple[Scalar, ...]:
    """Words and phrases that no text may hold."""
    words = []
    for scalar in fields.texts("block"):
        said = blocking.unfit(scalar.text)
        if said is None:
            words.append(scalar)
        else:
            fields.wrong(scalar, f"{scalar.text!r} can't be blocked: {said}")
    return tuple(words)


def _facts(fields: Fields) -> tuple[tuple[tuple[str, str], ...], tuple[Place, ...]]:
    facts, places = [], []
    for name, node in fields.named("facts"):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name.text) or not isinstance(node, Scalar):
            message = f"fact {name.text!r}: a name and one value, for example price: £25"
            fields.found.append(Finding("TG105", message, name.place))
            continue
        facts.append((name.text, node.text))
        places.append(name.place)
    return tuple(facts), tuple(places)
