"""Templates tried on made-up profiles: what one person's writer says, and what everybody's does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from targeter.binding import Bound
from targeter.channels import Channel
from targeter.database import Engine, identifier
from targeter.decisions import FIRST_CHOICE, Choice, Codes
from targeter.findings import Finding
from targeter.rendering import (
    DRAFT_COLUMNS,
    Listed,
    Message,
    Standing,
    Waiting,
    Writer,
    render_choices,
)
from targeter.rendering.dictionaries import MANY
from targeter.templates import Template, read_template
from targeter.yaml_source import TextFile
from tests import worlds

SETTINGS = """\
facts:
  price: £10
  shop: 12 High Street
  odd: 'a. b'
  count: 3
channels:
  x: {footer: The Lapwing team}
  x_promoted: {}
  x_dm: {}
  bluesky: {}
  mastodon: {}
  threads: {}
  linkedin: {}
  sms: {footer: STOP to 555}
  long_sms: {like: sms, segments: 3}
  short: {like: x_promoted, limit: 30, max_mentions: 0, max_emoji: 0}
  narrow: {delivery: direct, unit: graphemes, limit: 40, byte_limit: 60, link_weight: 23}
  posts: {like: mastodon, limit: 60, max_hashtags: 1}
"""
COLUMNS: Mapping[str, str] = {
    "a": "VARCHAR",
    "b": "VARCHAR",
    "n": "BIGINT",
    "d": "DOUBLE",
    "m": "DECIMAL(18,6)",
    "t": "BOOLEAN",
    "on": "DATE",
    "l": "VARCHAR[]",
}
RULES = """\
rules:
  - name: everybody
    priority: 1
    when: person_id is not null
    templates: [hello]
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """A project to render in: its settings are real, its profiles are what a test says."""

    bound: Bound
    choice: Choice
    engine: Engine

    @property
    def channels(self) -> list[Channel]:
        return [declared.channel for declared in self.bound.project.settings.channels]

    def with_template(self, template: Template, channel: Channel, number: int = 0) -> Choice:
        return replace(self.choice, number=number, template=template, channel=channel)

    def people(self, rows: Sequence[Sequence[object]]) -> None:
        """Make `rows`, each a value for every column, the profiles; everybody waits."""
        columns = {"person_id": "VARCHAR", **COLUMNS}
        numbered = ((f"p{number:05}", *row) for number, row in enumerate(rows))
        self.engine.load("profiles", columns, numbered)
        self.wait(0)

    def wait(self, *choices: int) -> None:
        """Everybody waits, with one of the choices by turns."""
        self.engine.run(
            "CREATE OR REPLACE TABLE waiting AS SELECT rowid::INTEGER AS number, "
            "person_id AS person, "
            f"{list(choices)}[1 + rowid % {len(choices)}]::INTEGER AS choice FROM profiles"
        )

    def drafts(
        self, choices: Iterable[Choice], few: int = 0, many: int = MANY
    ) -> list[tuple[object, ...]]:
        """Person, choice, text, length and why of everybody who waits.

        They are the same whether people wait in a list or each with their profile.
        """
        choices = list(choices)
        found = self._drafts(choices, Listed(self.bound, "waiting"), few, many)
        assert self._drafts(choices, self._standing(choices), few, many) == found
        return found

    def _standing(self, choices: Sequence[Choice]) -> Standing:
        numbered = {choice.number: choice for choice in choices}
        codes = Codes([numbered.get(n, self.choice) for n in range(max(numbered) + 1)])
        cases = " ".join(f"WHEN {number} THEN {codes.of(number)}" for number in numbered)
        stored = identifier(FIRST_CHOICE)
        self.engine.run(f"ALTER TABLE profiles ADD COLUMN IF NOT EXISTS {stored} INTEGER")
        self.engine.run(
            f"UPDATE profiles SET {stored} = CASE (SELECT w.choice FROM waiting AS w "
            f"WHERE w.number = profiles.rowid) {cases} END"
        )
        number = codes.number(stored)
        self.engine.run(
            "CREATE OR REPLACE VIEW standing AS SELECT rowid::INTEGER AS number, "
            f"person_id AS person, {number} AS choice FROM profiles WHERE {stored} IS NOT NULL"
        )
        return Standing(self.bound, codes, "standing")

    def _drafts(
        self, choices: Sequence[Choice], waiting: Waiting, few: int, many: int
    ) -> list[tuple[object, ...]]:
        self.engine.run(f"CREATE OR REPLACE TABLE drafts ({DRAFT_COLUMNS})")
        render_choices(self.engine, self.bound, choices, waiting, "drafts", few=few, many=many)
        return self.engine.rows(
            "SELECT d.* EXCLUDE (number) FROM drafts AS d JOIN profiles AS p "
            "ON p.rowid = d.number AND p.person_id = d.person ORDER BY ALL"
        )

    def writer(self, choice: Choice) -> Writer:
        return Writer(choice.template, choice.channel, self.bound, choice.link)

    def messages(self, choice: Choice, rows: Iterable[Sequence[object]]) -> list[Message]:
        """What the writer says for each row of values."""
        writer = self.writer(choice)
        names = list(COLUMNS)
        return [
            writer.write([row[names.index(column)] for column in writer.columns]) for row in rows
        ]


@contextmanager
def trial(root: Path) -> Iterator[Trial]:
    files = {
        "rules/targeter.yaml": worlds.PEOPLE + SETTINGS,
        "rules/rules.yaml": RULES,
        "templates/hello.j2": "---\nchannel: x_dm\n---\nHello you\n",
        "people.csv": "person_id,name,age\nanna,Anna,40\n",
    }
    with worlds.planned(worlds.write(root, files)) as run:
        engine = Engine(threads=2)
        yield Trial(run.bound, run.decisions.choices[0], engine)
        engine.close()


def template(body: str, *, link: str | None = None, name: str = "try") -> Template | None:
    """The template of a body, None where the language doesn't allow it."""
    found: list[Finding] = []
    matter = "---\nchannel: x\n" + (f"link: {link}\n" if link else "") + "---\n"
    return read_template(TextFile.of(f"templates/{name}.j2", matter + body), found)
