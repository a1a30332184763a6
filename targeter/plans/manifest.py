"""What a plan says of itself, and how that is written and read back."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import targeter
from targeter.database import Engine
from targeter.decisions import Decisions
from targeter.errors import PlanRefused
from targeter.filters import formats_version
from targeter.folders import MANIFEST, seal_of
from targeter.plans.assignments import plan_id
from targeter.plans.uses import uses_of
from targeter.project import Project
from targeter.runs import Run

FORMAT_VERSION = 1
_LARGEST = 50_000_000  # bytes; a manifest grows with the files of a project, not with people


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan without its rows, which stand in an engine.

    `rules` are the SHA-256 of every file of the project by its path, `uses` what each rule reads,
    `promoted` the channels on which being shown a message is a state and no event. `formats` is
    whose formats of a language its templates use, None where no template uses any.
    """

    plan_id: str
    targeter: str
    engine: str
    as_of: dt.date
    time_zone: str
    people: int
    outcomes: Mapping[str, int]
    rules: Mapping[str, str]
    uses: tuple[Mapping[str, object], ...]
    promoted: tuple[str, ...]
    formats: str | None

    @property
    def messages(self) -> int:
        return self.outcomes.get("message", 0)

    def without(self, plan: str, outcomes: Mapping[str, int]) -> Plan:
        """The same plan for fewer people, under another id."""
        return replace(self, plan_id=plan, outcomes=outcomes, people=sum(outcomes.values()))

    def as_json(self) -> dict[str, object]:
        return {
            "format_version": FORMAT_VERSION,
            "plan_id": self.plan_id,
            "targeter": self.targeter,
            "engine": self.engine,
            "as_of": self.as_of.isoformat(),
            "time_zone": self.time_zone,
            "people": self.people,
            "messages": self.messages,
            "outcomes": dict(self.outcomes),
            "rules": dict(self.rules),
            "uses": list(self.uses),
            "promoted_channels": list(self.promoted),
            "formats": self.formats,
        }


def plan_of(run: Run) -> Plan:
    """What a run says of itself; its rows are the views `assignments` and `leavers`."""
    return plan_called(plan_id(run), run)


def plan_called(plan: str, run: Run) -> Plan:
    """The same of a run whose rows may be elsewhere, with the identity they have there."""
    return Plan(
        plan,
        targeter.__version__,
        engine_version(run.engine),
        run.bound.today,
        run.project.settings.time_zone,
        run.profiles.people,
        run.outcomes,
        files_of(run.project),
        tuple(
            {
                "rule": one.rule,
                "columns": list(one.columns),
                "sources": list(one.sources),
                "purposes": [{"name": name, "basis": basis} for name, basis in one.purposes],
            }
            for one in uses_of(run.bound, run.decisions)
        ),
        promoted_channels(run.decisions),
        _formats(run.decisions),
    )


def promoted_channels(decisions: Decisions) -> tuple[str, ...]:
    """The names of the promoted channels that messages may take, sorted."""
    channels = [choice.channel for choice in decisions.choices]
    return tuple(sorted({c.name for c in channels if c.delivery == "promoted"}))


def _formats(decisions: Decisions) -> str | None:
    """Whose formats of a language the messages may be written in."""
    templates = {choice.template.id: choice.template for choice in decisions.choices}
    return formats_version() if any(t.formats() for t in templates.values()) else None


def engine_version(engine: Engine) -> str:
    return f"DuckDB {engine.value('SELECT version()')}"


def files_of(project: Project) -> dict[str, str]:
    """The SHA-256 of every file of a project, by its path, sorted."""
    files = sorted(project.files, key=lambda file: file.path)
    return {file.path: hashlib.sha256(file.text.encode()).hexdigest() for file in files}


def write_manifest(folder: Path, document: Mapping[str, object]) -> None:
    """Write a manifest, sealed with a digest of itself."""
    whole = {**document, "seal": seal_of(document)}
    # ASCII, since the name of a file can be anything
    (folder / MANIFEST).write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """A manifest as it was written. Raises `PlanRefused` for one that isn't whole."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _LARGEST:
            raise PlanRefused(f"{folder.name} is no plan: its manifest is too large")
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanRefused(
            f"{folder.name} is no plan: it has no {MANIFEST}",
            help="targeter plan --out DIR writes one",
        ) from None
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise PlanRefused(f"{folder.name} can't be read: {reason}") from error
    except (ValueError, RecursionError) as error:
        raise damaged(folder, MANIFEST) from error
    if not isinstance(document, dict) or document.get("format_version") != FORMAT_VERSION:
        raise PlanRefused(
            f"{folder.name} was written by another version of targeter",
            help="plan again with targeter plan --out DIR",
        )
    if document.get("seal") != seal_of(document):
        raise damaged(folder, MANIFEST)
    return document


def plan_from(document: Mapping[str, Any], folder: Path) -> Plan:
    """The plan that a manifest describes."""
    try:
        return Plan(
            str(document["plan_id"]),
            str(document["targeter"]),
            str(document["engine"]),
            dt.date.fromisoformat(document["as_of"]),
            str(document["time_zone"]),
            int(document["people"]),
            {str(name): int(count) for name, count in document["outcomes"].items()},
            {str(path): str(digest) for path, digest in document["rules"].items()},
            tuple(document["uses"]),
            tuple(map(str, document["promoted_channels"])),
            None if document["formats"] is None else str(document["formats"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(folder, MANIFEST) from error


def damaged(folder: Path, name: str) -> PlanRefused:
    """The refusal of a plan whose files aren't what was written."""
    return PlanRefused(
        f"{folder.name} is damaged: {name} is not what was written",
        help="plan again with targeter plan --out DIR",
    )
