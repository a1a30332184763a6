"""A plan that was computed and can be asked about, until its engine is closed."""

from __future__ import annotations

from dataclasses import dataclass

from targeter.binding import Bound
from targeter.database import Engine
from targeter.decisions import Decisions
from targeter.findings import Finding
from targeter.history import NOTHING_HELD, Held
from targeter.profiles import Profiles
from targeter.project import Project
from targeter.sources.reading import Loaded


@dataclass(frozen=True, slots=True)
class Run:
    """Everything the stages made. `outcomes` counts people and partitions them."""

    project: Project
    bound: Bound
    engine: Engine
    decisions: Decisions
    profiles: Profiles
    outcomes: dict[str, int]
    loaded: tuple[Loaded, ...]
    is_pinned: bool
    findings: tuple[Finding, ...]
    held: Held = NOTHING_HELD
    limit: int | None = None
