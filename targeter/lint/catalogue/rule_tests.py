"""6xx explained: example people and what they must get."""

from __future__ import annotations

from targeter.lint.catalogue.entry import Entry

RULE_TESTS: dict[str, Entry] = {
    "TG601": Entry(
        "A test gives a person a value that is no column, trait or source.",
        "No rule could ask for it, so the test would pass for the wrong reason.",
        "person: {agee: 70}",
        "person: {age: 70}",
    ),
    "TG602": Entry(
        "A value in a test that can't be what its column is.",
        "The person would be somebody else than was meant.",
        "person: {age: old}",
        "person: {age: 70}",
    ),
    "TG603": Entry(
        "Two tests with the same name.",
        "A failure couldn't say which one it was.",
        "- name: retired\n- name: retired",
        "- name: retired\n- name: retired and abroad",
    ),
    "TG604": Entry(
        "A test that expects nothing.",
        "It could never fail.",
        "expect: {}",
        "expect: {outcome: no_rule}",
    ),
    "TG605": Entry(
        "A test expects a rule, template or outcome that is not there.",
        "It could never pass, or, where something must not happen, never fail.",
        "expect: {rule: welcom}",
        "expect: {rule: welcome}",
    ),
    "TG606": Entry(
        "A test file without tests.",
        "It looks as if something was tested.",
        "tests: []",
        "tests:\n  - name: retired\n    person: {age: 70}\n    expect: {rule: retired}",
    ),
    "TG607": Entry(
        "Tests that depend on the day, and no day is pinned.",
        "They would pass today and fail next month.",
        "tests: …",
        "as_of: 2026-11-01\ntests: …",
    ),
    "TG608": Entry(
        "A test gives a row without its time, or rows found by a handle to somebody without one.",
        "Such rows are left out, so the test would say nothing about them.",
        "rows: {posts: [{text: hello}]}",
        "rows: {posts: [{text: hello, posted_at: 2026-10-01}]}",
    ),
}
