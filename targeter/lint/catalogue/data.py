"""7xx explained: what only data shows."""

from __future__ import annotations

from targeter.lint.catalogue.entry import Entry

DATA: dict[str, Entry] = {
    "TG701": Entry(
        "A rule that holds for nobody in the data.",
        "Perhaps nobody is like that today; perhaps a value is spelt otherwise in the data.",
        "when: network = 'Ours'   # the data says ours",
        "when: network = 'ours'",
    ),
    "TG702": Entry(
        "A rule that holds for people, and always loses.",
        "Rules before it take everybody it would serve.",
        "- name: retired\n  priority: 10   # and everybody has a rule of 20",
        "- name: retired\n  priority: 30",
    ),
    "TG703": Entry(
        "A rule that is not running on this day.",
        "It is switched off, or its campaign is not on.",
        "campaign: easter   # in November",
        "campaign: advent",
    ),
    "TG704": Entry(
        "A template that is written for nobody, though its rules hold.",
        "Another template comes first for all of them, or a value is always missing.",
        "templates: [for_all, for_few]",
        "templates: [for_few, for_all]",
    ),
    "TG705": Entry(
        "Rows that belong to nobody.",
        "Their identifier is not among the people, so nothing is computed from them.",
        "person_id,text\nnobody,hello",
        "person_id,text\np0001,hello",
    ),
    "TG710": Entry(
        "A value that can't be what its column is declared as.",
        "A plan on data that is read wrongly would choose the wrong people.",
        "born_on: date   # and a row says 31/02/1990",
        "born_on: {type: date, on_bad: missing, at_most: 20}",
    ),
    "TG711": Entry(
        "A row that is broken: too many fields, an open quote, no valid JSON.",
        "Everything behind it may be shifted.",
        'p1,"Ann,34',
        'p1,"Ann",34',
    ),
    "TG712": Entry(
        "A person who stands in the base twice.",
        "Two rows would be two people, and one of them gets a message too many.",
        "p1,Ann\np1,Anna",
        "p1,Ann\np2,Anna",
    ),
    "TG713": Entry(
        "An identifier that belongs to two people.",
        "Rows joined by it would be both people's.",
        "p1,@ann\np2,@ann",
        "p1,@ann\np2,@anna",
    ),
    "TG714": Entry(
        "A source without rows.",
        "It may be the wrong file, or an export that failed.",
        "people.csv   # empty",
        "people.csv   # a header, and a row for each person",
    ),
    "TG715": Entry(
        "A source that can't be read.",
        "It is not there, damaged, or the database refuses.",
        "path: data/people.csvv",
        "path: data/people.csv",
    ),
    "TG716": Entry(
        "A column is declared, and the data has none of that name.",
        "It would be missing for everybody.",
        "columns:\n  born: date   # the header says born_on",
        "columns:\n  born_on: date",
    ),
    "TG717": Entry(
        "A row of the base without a key.",
        "Nobody could say later whom it was.",
        ",Ann,34",
        "p1,Ann,34",
    ),
    "TG718": Entry(
        "Values that were dropped, as the settings allow.",
        "Whoever had one is treated as unknown.",
        "born_on: {type: date, on_bad: missing}   # and a thousand are no dates",
        'born_on: {type: date, format: "%d/%m/%Y", on_bad: missing, at_most: 20}',
    ),
    "TG719": Entry(
        "A suppression or requirement that stops everybody.",
        "Nobody gets anything, which is seldom what was meant.",
        "require:\n  - name: adult\n    when: age >= 180",
        "require:\n  - name: adult\n    when: age >= 18",
    ),
    "TG720": Entry(
        "A column that stands twice in the data.",
        "Nobody can tell which of the two is meant.",
        "person_id,name,Name",
        "person_id,name,nickname",
    ),
    "TG721": Entry(
        "Limits on how often people are written to, and nobody who was.",
        "Caps and cooldowns look at the contact history; an empty one holds nobody back.",
        "cooldown: 7 days   # and batches/ is empty",
        "cooldown: 7 days\nhistory:\n  imported:\n    - source: sent_before",
    ),
    "TG722": Entry(
        "A control group that is too small to show anything.",
        "With so few people even twice as many successes could be an accident.",
        "holdout: {percent: 1, salt: autumn}   # of 900 people",
        "holdout: {percent: 20, salt: autumn, base_rate: 5}",
    ),
    "TG723": Entry(
        "Thousands of promoted texts, each with an audience of its own.",
        "A network serves so many at once, and nobody reads so many before they go out.",
        "Hello {{ first_name }}, look at this.   # on a promoted channel",
        "Hello {{ home_area }}, look at this.",
    ),
    "TG724": Entry(
        "One promoted text that goes with two links.",
        "The text is one post for one audience, and a post has one link.",
        "link: https://example.com/?r={rule}   # and two rules use the template",
        "link: https://example.com/?c={campaign}",
    ),
    "TG725": Entry(
        "A pilot with fewer people than were asked for.",
        "A promoted text goes to its whole audience, and the next one has no room.",
        "targeter plan --limit 100   # and every audience has more people",
        "targeter plan --limit 500",
    ),
    "TG726": Entry(
        "Rows whose time is missing.",
        "What is later than the day is invisible, and of these nobody can tell.",
        "handle,text,posted_at\n@ann,Hello,",
        "handle,text,posted_at\n@ann,Hello,2026-10-20",
    ),
    "TG727": Entry(
        "A channel whose messages would take longer than a year by its pace.",
        "Nobody means a message of today for next year, and such a batch isn't written.",
        "pace: 2 per day   # and 900 people get a message",
        "pace: 2000 per day",
    ),
    "TG728": Entry(
        "A source, beside the base, that has no rows.",
        "When the export of complaints failed nobody has one: who needs help gets marketing.",
        "person_id,opened_on   # and no line below the header",
        "person_id,opened_on\np7,2026-10-29",
    ),
}
