"""4xx explained: rules beside each other."""

from __future__ import annotations

from targeter.lint.catalogue.entry import Entry

RULE_SET: dict[str, Entry] = {
    "TG401": Entry(
        "The project has no rules.",
        "Nobody gets anything, and there is nothing to check.",
        "segments:\n  grown: age >= 18",
        "rules:\n  - name: welcome\n    priority: 10\n    when: age >= 18\n"
        "    templates: [welcome]",
    ),
    "TG402": Entry(
        "Two rules of the same priority that could hold for the same person.",
        "Which one wins follows from their names, and nobody decided that.",
        "- name: a\n  priority: 10\n- name: b\n  priority: 10",
        "- name: a\n  priority: 20\n- name: b\n  priority: 10",
    ),
    "TG403": Entry(
        "A rule that can't win: whoever it holds for is taken by rules before it.",
        "It is proved from the conditions alone, so no data can make it win.",
        "- name: grown\n  priority: 20\n  when: age >= 18\n"
        "- name: retired\n  priority: 10\n  when: age >= 67",
        "- name: retired\n  priority: 20\n  when: age >= 67\n"
        "- name: grown\n  priority: 10\n  when: age >= 18",
    ),
    "TG404": Entry(
        "A condition that can't hold for anybody.",
        "It is proved from the conditions alone: no value of the columns fulfils all of it.",
        "when:\n  - age < 18\n  - age > 60",
        "when:\n  any:\n    - age < 18\n    - age > 60",
    ),
    "TG405": Entry(
        "Two rules that hold for exactly the same people.",
        "One of them is a copy that was never finished, or the lower one never gets a turn.",
        "- name: a\n  when: age >= 18\n- name: b\n  when: not age < 18",
        "- name: a\n  when: age >= 18\n- name: b\n  when: age >= 67",
    ),
    "TG406": Entry(
        "A rule that doesn't say why it exists.",
        "Whoever reviews it in a year has only its conditions to guess from.",
        "- name: contract-ending\n  priority: 10",
        "- name: contract-ending\n  why: They are choosing now.\n  priority: 10",
    ),
    "TG407": Entry(
        "A segment that nothing uses.",
        "It looks as if it mattered, and is computed and kept up for nothing.",
        "segments:\n  grown: age >= 18   # and no rule names it",
        "rules:\n  - name: welcome\n    when: grown",
    ),
    "TG408": Entry(
        "A trait that nothing uses.",
        "It looks as if it mattered, and reads people's data for nothing.",
        "traits:\n  posts_a_month: …   # and nothing names it",
        "rules:\n  - name: talks-a-lot\n    when: posts_a_month > 20",
    ),
    "TG409": Entry(
        "A condition that seems to ask for something sensitive: health, religion, politics, …",
        "Networks forbid promotion by such categories, and the law allows it rarely. It is found "
        "by the names of columns, traits and segments, so it may be wrong: then say so.",
        "when: is_catholic",
        "when: likes_church_music",
    ),
    "TG410": Entry(
        "Somebody else's name is taken without their consent to be named.",
        "A friend who didn't agree must not stand in somebody's message.",
        "others:\n  friend: {by: friend_id, columns: [first_name]}",
        "others:\n  friend: {by: friend_id, columns: [first_name], when: may_be_named}",
    ),
}
