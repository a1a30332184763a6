"""Projects begun from files that a test writes, linted and planned as a user would."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from targeter import pipeline
from targeter.reports import PlanReport
from targeter.starter import Started, init
from tests.worlds import findings, options


@dataclass(frozen=True, slots=True)
class Begun:
    """A project that was begun: what `init` said, and the folder it lies in."""

    started: Started
    root: Path

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    @property
    def settings(self) -> str:
        return self.text("rules/targeter.yaml")

    @property
    def codes(self) -> list[str]:
        """The codes of what lint finds, but for traits that wait to be used: they are offers."""
        return [finding.code for finding in findings(self.root) if finding.code != "TG408"]

    def plan(self) -> PlanReport:
        return pipeline.plan(options(self.root, data_roots=self.started.data_roots))

    def outcomes(self) -> dict[str, int]:
        """The outcomes that anybody has."""
        return {name: count for name, count in self.plan().outcomes.items() if count}


def files(folder: Path, texts: Mapping[str, str | bytes]) -> list[Path]:
    """Files written below a folder, gzipped where their name says so."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        content = dedent(text).encode() if isinstance(text, str) else text
        packed = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
        (folder / name).write_bytes(packed)
    return [folder / name for name in texts]


def begin(
    folder: Path, texts: Mapping[str, str | bytes] | Sequence[Path], person: str | None = None
) -> Begun:
    """A project begun in `folder/project` from files in `folder/data`.

    `init` refuses to hand over what would not lint clean, so most tests needn't ask again.
    """
    given = files(folder / "data", texts) if isinstance(texts, Mapping) else texts
    root = folder / "project"
    return Begun(init(root, given, person=person), root)
