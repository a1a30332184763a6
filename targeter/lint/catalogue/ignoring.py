"""0xx explained: comments that ignore findings."""

from __future__ import annotations

from targeter.lint.catalogue.entry import Entry

IGNORING: dict[str, Entry] = {
    "TG001": Entry(
        "A comment, or a pattern in the settings, ignores something that is not there.",
        "What it once excused was mended; left standing, it would hide the next mistake.",
        "# targeter: ignore[TG402] one of them ends in March\n- name: only-rule-of-its-priority",
        "- name: only-rule-of-its-priority",
    ),
    "TG002": Entry(
        "A comment stands where it speaks of nothing, or of a whole list of things.",
        "Nobody can tell which finding it means, so it ignores none. It belongs on the line above "
        "a rule, a segment or a condition, or behind a key; a template and an SQL file are one "
        "thing, so there any place will do.",
        "# targeter: ignore[TG402] one of them ends in March\n\nrules:\n  - name: spring",
        "rules:\n  # targeter: ignore[TG402] one of them ends in March\n  - name: spring",
    ),
    "TG003": Entry(
        "A snooze is past its day, and what it hid is shown again.",
        "Whoever wrote it promised to have looked at it by now.",
        "# targeter: snooze[TG402, until=2025-12-31] sorted out in the new year",
        "# targeter: snooze[TG402, until=2027-06-30] sorted out when the campaign ends",
    ),
    "TG004": Entry(
        "A comment ignores a finding and doesn't say why.",
        "The next reader has to know whether the reason still holds.",
        "# targeter: ignore[TG402]",
        "# targeter: ignore[TG402] nobody can have both contracts",
    ),
    "TG005": Entry(
        "A comment begins with «targeter:» and can't be understood.",
        "It ignores nothing, though it looks as if it did.",
        "# targeter: ignore TG402 nobody can have both contracts",
        "# targeter: ignore[TG402] nobody can have both contracts",
    ),
}
