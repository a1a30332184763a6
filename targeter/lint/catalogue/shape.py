"""1xx explained: YAML, keys and values."""

from __future__ import annotations

from targeter.lint.catalogue.entry import Entry

SHAPE: dict[str, Entry] = {
    "TG101": Entry(
        "The file can't be read as YAML.",
        "Nothing in it can be used, so nothing else is said of it.",
        "when: country = 'DE': true",
        "when: |\n  country = 'DE'",
    ),
    "TG102": Entry(
        "A key stands twice in one mapping.",
        "YAML readers silently keep one of them, and not always the same.",
        "priority: 10\npriority: 20",
        "priority: 20",
    ),
    "TG103": Entry(
        "A key that is not part of the language, often misspelt.",
        "It would be passed over in silence, and the rule would not do what it says.",
        "prioritty: 20",
        "priority: 20",
    ),
    "TG104": Entry(
        "Something that must be said is missing.",
        "There is no value that would be right for everybody.",
        "- name: welcome\n  when: age >= 18\n  templates: [welcome]",
        "- name: welcome\n  priority: 10\n  when: age >= 18\n  templates: [welcome]",
    ),
    "TG105": Entry(
        "A value is of the wrong kind, or none of those that can be.",
        "Guessing what was meant would decide who gets a message.",
        "priority: high",
        "priority: 90",
    ),
    "TG106": Entry(
        "Two things have the same name.",
        "Reports, tests and conditions name things: each name must mean one.",
        "segments:\n  age: age > 60   # a column is called age already",
        "segments:\n  retired: age > 60",
    ),
    "TG107": Entry(
        "A bare word that YAML 1.1 reads as something else than YAML 1.2 does.",
        "targeter reads YAML 1.2: NO is a text, 012 is twelve. Editors and scripts with an older "
        "reader see false and ten, and would write it back so.",
        "true_values: [yes]",
        'true_values: ["yes"]',
    ),
    "TG108": Entry(
        "An anchor, alias, merge key or tag.",
        "They hide what a rule says from whoever reads the change. Conditions are shared as "
        "segments.",
        "when: &grown age >= 18",
        "segments:\n  grown: age >= 18",
    ),
    "TG110": Entry(
        "A path leads out of the project.",
        "A project reads its own folder, and what --data-root names, so that a rule file from "
        "somebody else can't read yours.",
        "path: ../../people.csv",
        "path: data/people.csv",
    ),
    "TG111": Entry(
        "A password or an address of a database stands in the file.",
        "Files go to git, and git keeps everything. The address comes from a variable.",
        "database: postgresql://me:secret@db/crm",
        "database: ${TARGETER_CRM_URL}",
    ),
    "TG112": Entry(
        "A file is not there, not UTF-8, too large, or may not be read.",
        "What it says is unknown, so nothing may be decided without it.",
        "sql: plcaes.sql",
        "sql: places.sql",
    ),
    "TG113": Entry(
        "A source that is not declared.",
        "There are no rows to compute this from.",
        "from: pots",
        "from: posts",
    ),
    "TG114": Entry(
        "A purpose that is not declared.",
        "Without a purpose nobody has agreed, and nobody could be reached.",
        "purpose: marketting",
        "purpose: marketing",
    ),
    "TG115": Entry(
        "A campaign that is not declared.",
        "Its days are unknown, so the rule would never run or always.",
        "campaign: autum",
        "campaign: autumn",
    ),
    "TG116": Entry(
        "Messages go out by a channel whose purpose is not declared, so nobody is asked.",
        "Unknown is not yes. Say under purposes: who may be written to, and on which basis; a "
        "channel that names no purpose has 'marketing'.",
        "# no purposes: at all",
        "purposes:\n  marketing:\n    basis: consent\n    when: marketing_consent",
    ),
    "TG117": Entry(
        "The contact history is kept for a shorter time than a limit looks back.",
        "A contact that is dropped no longer counts, so the limit ends early.",
        "cooldown: 90 days\nhistory: {keep: 2 months}",
        "cooldown: 90 days\nhistory: {keep: 24 months}",
    ),
}
