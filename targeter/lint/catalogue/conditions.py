"""2xx and 3xx explained: what can't be right in an expression, and what is suspicious."""

from __future__ import annotations

from targeter.lint.catalogue.entry import Entry

CONDITIONS: dict[str, Entry] = {
    "TG201": Entry(
        "The expression can't be parsed.",
        "It is SQL as DuckDB spells it: one expression, without SELECT and without a semicolon.",
        "when: age >= and network = 'ours'",
        "when: age >= 18 and network = 'ours'",
    ),
    "TG202": Entry(
        "A name that is no column, trait or segment here.",
        "A condition on something nobody knows holds for nobody.",
        "when: agee >= 18",
        "when: age >= 18",
    ),
    "TG203": Entry(
        "Values of kinds that don't go together, or a function called in a wrong way.",
        "The engine would refuse it, or cast a column and stop at the first row that can't be.",
        "when: network > 5",
        "when: data_gigabytes > 5",
    ),
    "TG204": Entry(
        "A literal that can't be what it is compared with.",
        "It would stop the whole plan when the first row is looked at.",
        "when: age = 'forty'",
        "when: age = 40",
    ),
    "TG205": Entry(
        "A condition that is not true or false.",
        "What is not a yes-or-no question can't decide who gets a message.",
        "when: age",
        "when: age is not null",
    ),
    "TG206": Entry(
        "Things that need each other in a circle.",
        "There is no order in which they could be computed.",
        "segments:\n  a: b and age > 20\n  b: a or age > 60",
        "segments:\n  a: age > 20\n  b: a or age > 60",
    ),
    "TG207": Entry(
        "A function that is not part of the language.",
        "The functions are a closed list, each with documented borders, so that a rule means the "
        "same on every machine and every day.",
        "when: born_on < current_date - interval 18 year",
        "when: born_on < today() - interval 18 year",
    ),
    "TG208": Entry(
        "A topic that is not declared, or that no template has.",
        "A suppression of a topic that is misspelt suppresses nothing.",
        "only: {topic: blackbery}",
        "only: {topic: blackberry}",
    ),
    "TG210": Entry(
        "A construct of SQL that is not part of the language.",
        "The language is closed: what could read files, make rows or depend on the order of rows "
        "is left out.",
        "when: exists (select 1 from posts)",
        "traits:\n  has_posted: {from: posts, exists: true}",
    ),
    "TG211": Entry(
        "An expression that is too long or too deep.",
        "Nobody can review it, and binding it could take for ever.",
        "when: ((((((((((((… thirty levels …))))))))))))",
        "when:\n  - is_grown\n  - lives_here",
    ),
    "TG212": Entry(
        "A word that SQL keeps for itself stands where a name should.",
        "It must be quoted, or the expression says something else.",
        "when: order > 5",
        'when: |\n  "order" > 5',
    ),
    "TG213": Entry(
        "YAML cut the condition, or made a mapping out of it.",
        "Inside { } and [ ] a comma ends a value, a # after a space starts a comment anywhere, and "
        "a colon with a space makes a mapping.",
        "when: tag = 'a #b'",
        "when: |\n  tag = 'a #b'",
    ),
    "TG214": Entry(
        "A text in double quotes.",
        "In SQL double quotes are for names, single quotes for texts.",
        'when: |\n  network = "ours"',
        "when: |\n  network = 'ours'",
    ),
    "TG215": Entry(
        "A condition on something sensitive.",
        "A column that is declared sensitive, and whatever is computed from it, can't decide who "
        "gets a message.",
        "when: union_member",
        "when: is_member_of_our_club",
    ),
    "TG216": Entry(
        "An aggregate where none can be, or none where a person has many rows.",
        "A value of a profile is one value a person.",
        "traits:\n  last_post: {from: posts, value: posted_at}",
        "traits:\n  last_post: {from: posts, value: max(posted_at)}",
    ),
    "TG217": Entry(
        "A derived source where one person's rows could meet another's.",
        "Whatever is said of somebody comes from their own rows; another person's columns come in "
        "through 'others' only, with that person's consent.",
        "from checkins a join checkins b on a.area = b.area",
        "from checkins a join checkins b on a.person_id = b.person_id",
    ),
    "TG301": Entry(
        "A negation on something that can be missing leaves out whoever has no value.",
        "A condition holds only if it is TRUE, and what is unknown is neither equal nor different.",
        "when: network != 'ours'",
        "when: network is distinct from 'ours'",
    ),
    "TG302": Entry(
        "A suppression or handoff with a negation on something that can be missing.",
        "Whoever has no value would not be protected. As a requirement, unknown is not yes.",
        "suppressions:\n  - name: not-settled\n    when: not is_settled",
        "require:\n  - name: settled\n    when: is_settled",
    ),
    "TG303": Entry(
        "A text read as a double: the text NaN would be greater than every number.",
        "In a column declared as a number NaN is missing, and so it is in a decimal.",
        "when: score::double > 0.9",
        "when: score::decimal > 0.9",
    ),
    "TG304": Entry(
        "A condition that is the same for everybody.",
        "It decides nothing: either it is left over, or it says something else than was meant.",
        "when: 1 = 1",
        "when: age >= 18",
    ),
    "TG305": Entry(
        "Messages about a topic, and nothing that spares those who refuse it.",
        "Whoever wrote that they would not take one for free should not be offered one.",
        "templates: [blackberry_sale]   # topic: blackberry",
        "suppressions:\n  - name: refuses-blackberry\n    when: stance('blackberry') = 'against'\n"
        "    only: {topic: blackberry}",
    ),
}
