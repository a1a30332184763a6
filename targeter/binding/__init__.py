"""A project's expressions bound to its columns: what can run, and everything that can't."""

from __future__ import annotations

import datetime as dt

from targeter.binding.bound import Assumed, Bound, BoundTrait, Opinion
from targeter.binding.conditions import BindConditions
from targeter.binding.limits import BindLimits
from targeter.binding.sources import BindSources
from targeter.binding.topics import BindTopics
from targeter.binding.traits import BindTraits
from targeter.database import Parser
from targeter.expressions.compiler import Compiler
from targeter.findings import Finding, Place
from targeter.project import Project

__all__ = ["Assumed", "Bound", "BoundTrait", "Opinion", "bind"]


def bind(project: Project, today: dt.date, assumed: Assumed | None = None) -> Bound:
    """Bind a project on a day. `assumed` are columns seen in the data but not declared."""
    bound = Bound(project, today, Parser())
    if project.settings.base is None:
        if not project.settings.sources and not project.findings:
            place = Place("rules/targeter.yaml", 1, 1)
            bound.findings.append(Finding("TG104", "the settings declare no sources", place))
        return bound
    compiler, columns = Compiler(bound.parser), assumed or {}
    for step in (BindSources, BindTopics, BindTraits, BindConditions, BindLimits):
        step(bound, compiler, columns).run()
    return bound
