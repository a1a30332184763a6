"""Why a rule does not run."""

from __future__ import annotations

import datetime as dt

from targeter.decisions import running
from targeter.project import Project
from targeter.rules import Rule


def idle_because(rule: Rule, project: Project, day: dt.date) -> str:
    """Why a rule doesn't run on a day, as half a sentence; '' when it does."""
    if running(rule, project, day):
        return ""
    if not rule.enabled:
        return "it is switched off"
    campaign = project.settings.campaign(rule.campaign or "")
    assert campaign is not None
    if campaign.starts and day < campaign.starts:
        return f"its campaign starts on {campaign.starts.isoformat()}"
    assert campaign.ends is not None
    return f"its campaign {campaign.name} ended on {campaign.ends.isoformat()}"
