"""Where the sample stands in this repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"
TEMPLATES = ROOT / "templates"
DATA = ROOT / "sample_data"
GENERATE = DATA / "generate.py"

STORIES = (
    "bank_employee",
    "weak_signal",
    "iphone_lover",
    "service_believer",
    "left_two_years_ago",
    "friend_joined",
    "combined",
    "blackberry_refuser",
    "unhappy_customer",
    "no_consent",
    "consent_unknown",
    "minor",
    "age_unknown",
    "friend_not_named",
    "written_to_lately",
    "no_match",
)
