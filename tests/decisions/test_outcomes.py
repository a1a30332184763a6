"""Where people end, and why, one law at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter import pipeline
from tests import worlds
from tests.decisions.small import EVERYBODY, KNOWN, crowd, outcome, project, rule, template

HELD = "person_id is not null"


# -- gates -----------------------------------------------------------------------------------


def test_a_handoff_goes_before_every_suppression(tmp_path: Path) -> None:
    rules = EVERYBODY + (
        "handoffs:\n  - {name: unhappy, to: service, when: age = 40}\n"
        "suppressions:\n  - {name: everyone, when: age = 40}\n"
    )
    assert outcome(project(tmp_path, rules)) == "handed_over"


_CONSENTS = ["yes,,,,true,,", "no1,,,,false,,", "no2,,,,false,,", "unknown,,,,,,"]


def _stops(root: Path) -> dict[tuple[str, str], int]:
    report = pipeline.plan(worlds.options(root))
    assert report.outcomes["suppressed"] == sum(stop.people for stop in report.stops)
    return {(stop.name, stop.detail): stop.people for stop in report.stops}


def test_a_requirement_tells_no_from_unknown(tmp_path: Path) -> None:
    rules = EVERYBODY + "require:\n  - {name: agreed, when: consent}\n"
    root = project(tmp_path, rules, _CONSENTS)
    stops = _stops(root)
    assert (stops["agreed", "no"], stops["agreed", "unknown"]) == (2, 1)


def test_a_purpose_tells_no_from_unknown(tmp_path: Path) -> None:
    settings = "purposes:\n  marketing: {when: consent}\n"
    root = project(tmp_path, people=_CONSENTS, settings=settings)
    assert _stops(root) == {("purpose marketing", "no"): 2, ("purpose marketing", "unknown"): 1}


def test_a_suppression_that_is_unknown_suppresses_nobody(tmp_path: Path) -> None:
    rules = EVERYBODY + "suppressions:\n  - {name: old, when: age > 30}\n"
    assert outcome(project(tmp_path, rules, ["anna,,,,,,"])) == "message"


@pytest.mark.parametrize(
    ("setting", "code"), [("address: phonee", "TG202"), ("purpose: marketting", "TG114")]
)
def test_a_channel_whose_address_or_purpose_does_not_exist_is_an_error(
    tmp_path: Path, setting: str, code: str
) -> None:
    root = project(tmp_path, settings="purposes:\n  marketing: {when: consent}\n")
    path = root / "rules/targeter.yaml"
    path.write_text(path.read_text().replace("address: phone", setting))
    assert code in [finding.code for finding in worlds.findings(root)]


# -- what a suppression is only for ----------------------------------------------------------

_TWO_TOPICS = {
    "phones": template("About phones", topic="phones"),
    "towers": template("About towers", topic="towers"),
}


def test_a_suppressed_topic_gives_way_to_the_next_template(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("both", 1, HELD, "phones", "towers")
    rules += "suppressions:\n  - {name: s, when: age = 40, only: {topic: phones}}\n"
    root = project(tmp_path, rules, templates=_TWO_TOPICS)
    assert worlds.results(root)["anna"] == ("message", "both", "About towers")


def test_with_every_topic_suppressed_there_is_no_copy(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("one", 1, HELD, "phones")
    rules += "suppressions:\n  - {name: s, when: age = 40, only: {topic: phones}}\n"
    assert outcome(project(tmp_path, rules, templates=_TWO_TOPICS)) == "no_copy"


def test_with_the_only_channel_suppressed_somebody_is_unreachable(tmp_path: Path) -> None:
    rules = EVERYBODY + "suppressions:\n  - {name: s, when: age = 40, only: {channel: mail}}\n"
    assert outcome(project(tmp_path, rules)) == "unreachable"


def test_a_suppressed_channel_gives_way_to_another(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("both", 1, HELD, "hello", "texted")
    rules += "suppressions:\n  - {name: s, when: age = 40, only: {channel: mail}}\n"
    templates = {"hello": template("Hello you"), "texted": template("Hello by text", "text")}
    root = project(tmp_path, rules, templates=templates)
    assert worlds.results(root)["anna"] == ("message", "both", "Hello by text")


def test_a_suppressed_campaign_gives_way_to_the_next_rule(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("autumn", 2, HELD, "hello", campaign="autumn")
    rules += rule("always", 1, HELD, "hello")
    rules += "suppressions:\n  - {name: s, when: age = 40, only: {campaign: autumn}}\n"
    root = project(tmp_path, rules, settings="campaigns:\n  autumn: {}\n")
    assert worlds.results(root)["anna"][1] == "always"


def test_a_topic_on_a_channel_is_suppressed_only_there(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("both", 1, HELD, "phones", "texted", "towers")
    only = "{topic: phones, channel: mail}"
    rules += f"suppressions:\n  - {{name: s, when: age = 40, only: {only}}}\n"
    templates = {**_TWO_TOPICS, "texted": template("By text", "text", topic="phones")}
    root = project(tmp_path, rules, templates=templates)
    assert worlds.results(root)["anna"][2] == "By text"
    rules = rules.replace("phones, texted, towers", "towers")
    assert outcome(project(tmp_path, rules, templates=templates)) == "message"


# -- rules that take part --------------------------------------------------------------------


def test_a_campaign_runs_on_its_first_and_on_its_last_day(tmp_path: Path) -> None:
    dates = {
        "begins": "{starts: 2026-11-01}",
        "to_come": "{starts: 2026-11-02}",
        "ends": "{ends: 2026-11-01}",
        "over": "{ends: 2026-10-31}",
        "one_day": "{starts: 2026-11-01, ends: 2026-11-01}",
        "always": "{}",
    }
    rules = "rules:\n" + "".join(
        rule(name, number, f"person_id = '{name}'", "hello", campaign=name)
        for number, name in enumerate(dates)
    )
    settings = "campaigns:\n" + "".join(f"  {name}: {days}\n" for name, days in dates.items())
    root = project(tmp_path, rules, [f"{name},,,,,," for name in dates], settings=settings)
    ended = {person: result[0] for person, result in worlds.results(root).items()}
    not_running = dict.fromkeys(("to_come", "over"), "no_rule")
    assert ended == {**dict.fromkeys(dates, "message"), **not_running}


def test_a_rule_that_is_switched_off_takes_no_part(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("off", 2, HELD, "hello", enabled="false")
    rules += rule("on", 1, HELD, "hello")
    assert worlds.results(project(tmp_path, rules))["anna"][1] == "on"


def test_of_equal_priorities_the_first_name_wins(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("b", 5, HELD, "hello") + rule("a", 5, HELD, "hello")
    assert worlds.results(project(tmp_path, rules))["anna"][1] == "a"


def test_unless_that_is_unknown_excuses_nobody(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("young", 1, HELD, "hello", unless="[age > 30]")
    people = ["anna,,,40,,,", "bo,,,,,,", "cy,,,20,,,"]
    ended = {p: r[0] for p, r in worlds.results(project(tmp_path, rules, people)).items()}
    assert ended == {"anna": "no_rule", "bo": "message", "cy": "message"}


# -- who ends with nothing -------------------------------------------------------------------


# For each person the channels of their rule's templates, each of which writes one column.
_FURTHEST: dict[str, tuple[dict[str, str], str]] = {
    # a value is missing; it is there but too long; it is there and nothing is left of it
    "missing,,,,,,": ({"name": "mail"}, "no_copy"),
    "long,Alexandrina Victoria Albertina,,,,,": ({"name": "mail"}, "no_copy"),
    "invisible,\u200b,,,,,": ({"name": "mail"}, "no_copy"),
    # no address; or no value for the one and no address for the other: the further counts
    "silent,Anna,,,,,": ({"name": "text"}, "unreachable"),
    "mixed,,Ashby,,,,": ({"name": "mail", "city": "text"}, "unreachable"),
    # alone on the wall; and beside a template that can't be reached
    "alone,Bo,,,,,": ({"name": "wall"}, "audience_too_small"),
    "lost,Cy,Brint,,,,": ({"city": "text", "name": "wall"}, "audience_too_small"),
}


def test_who_ends_with_nothing_has_the_furthest_their_best_rule_got(tmp_path: Path) -> None:
    templates = {
        f"{column}_{channel}": template(f"Hi {{{{ {column} }}}} there", channel)
        for column in ("name", "city")
        for channel in ("mail", "text", "wall")
    }
    rules = "rules:\n"
    for number, (person, (channels, _)) in enumerate(_FURTHEST.items()):
        key = person.split(",")[0]
        used = [f"{column}_{channel}" for column, channel in channels.items()]
        rules += rule(key, number, f"person_id = '{key}'", *used)
    results = worlds.results(project(tmp_path, rules, list(_FURTHEST), templates=templates))
    expected = {person.split(",")[0]: outcome for person, (_, outcome) in _FURTHEST.items()}
    assert {person: result[0] for person, result in results.items()} == expected


def test_the_best_rule_says_the_outcome_even_if_a_lower_one_got_further(tmp_path: Path) -> None:
    templates = {"named": template("Hi {{ name }} there"), "wall": template("Hi", "wall")}
    rules = "rules:\n" + rule("best", 2, HELD, "named") + rule("lower", 1, HELD, "wall")
    root = project(tmp_path, rules, ["anna,,,,,,"], templates=templates)
    assert outcome(root) == "no_copy"


def test_a_rule_that_cannot_be_written_gives_way_to_the_next(tmp_path: Path) -> None:
    templates = {"named": template("Hi {{ name }} there"), "hello": template("Hello you")}
    rules = "rules:\n" + rule("best", 2, HELD, "named") + rule("lower", 1, HELD, "hello")
    root = project(tmp_path, rules, ["anna,,,,,,"], templates=templates)
    assert worlds.results(root)["anna"][1] == "lower"


def test_a_footer_and_a_link_alone_are_no_message(tmp_path: Path) -> None:
    text = "{% if name %}Hi you{% endif %}"
    templates = {"hello": template(text, "note", link="https://example.com/")}
    settings = "  note: {delivery: direct, unit: codepoints, limit: 60, footer: Reply STOP}\n"
    people = ["anna,,,,,,", "bo,Bo,,,,,"]
    root = project(tmp_path, people=people, settings=settings, templates=templates)
    results = worlds.results(root)
    assert results["anna"][0] == "no_copy"
    assert results["bo"][2] == "Hi you https://example.com/\nReply STOP"


# -- languages -------------------------------------------------------------------------------

_LANGUAGES = "language: {column: language, default: en}\n"


@pytest.mark.parametrize(
    ("default", "variants", "read"),
    [
        ("en", ("en", "de"), {"de": "de", "DE_at ": "de", "fr": "en", "": "en", "dex": "en"}),
        # no variant for anybody else: no copy
        ("en", ("de",), {"de-CH": "de", "fr": None, "": None}),
        ("en", ("", "de"), {"fr": "", "de": "de", "": ""}),
        ("en", ("", "en"), {"": "en", "fr": "en", "en": "en"}),
        (
            "en",
            ("de", "de-AT", "en"),
            {"de-AT": "de-AT", "de-at-1996": "de-AT", "de-CH": "de", "dex": "en"},
        ),
        ("en", ("en", "en-GB"), {"en-GB": "en-GB", "en-US": "en", "": "en"}),
        ("de-AT", ("de", "de-AT"), {"de-AT": "de-AT", "de": "de", "en": "de-AT", "": "de-AT"}),
        ("de-AT", ("de", "en"), {"fr": "de", "en-GB": "en"}),
    ],
)
def test_everybody_reads_the_closest_language_there_is(
    tmp_path: Path, default: str, variants: tuple[str, ...], read: dict[str, str | None]
) -> None:
    templates = {
        f"hello.{one}" if one else "hello": template(f"Hello in {one or 'plain'}")
        for one in variants
    }
    people = [f"p{number},,,,,,{spoken}" for number, spoken in enumerate(read)]
    settings = f"language: {{column: language, default: {default}}}\n"
    root = project(tmp_path, people=people, settings=settings, templates=templates)
    results = worlds.results(root)
    for number, (spoken, expected) in enumerate(read.items()):
        text = None if expected is None else f"Hello in {expected or 'plain'}"
        ended = "message" if text else "no_copy"
        assert results[f"p{number}"] == (ended, "everybody" if text else None, text), spoken


def test_a_language_that_cannot_be_written_is_not_replaced_by_another(tmp_path: Path) -> None:
    templates = {"hello.en": template("Hello you"), "hello.de": template("Hallo {{ name }} du")}
    root = project(tmp_path, people=["anna,,,,,,de"], settings=_LANGUAGES, templates=templates)
    assert outcome(root) == "no_copy"


def test_columns_for_language_and_address_are_found_in_any_case(tmp_path: Path) -> None:
    settings = "language: {column: SPOKEN, default: en}\n"
    settings += "traits:\n  Spoken: {value: lower(language)}\n  Number: {value: phone}\n"
    templates = {"hello.en": template("Hello", "text"), "hello.de": template("Hallo", "text")}
    root = project(tmp_path, people=["anna,,,,,0171,DE"], settings=settings, templates=templates)
    path = root / "rules/targeter.yaml"
    path.write_text(path.read_text().replace("address: phone", "address: NUMBER"))
    assert worlds.results(root)["anna"][2] == "Hallo"


# -- audiences -------------------------------------------------------------------------------

_CITIES = {
    "city": template("Come to {{ city }} today", "wall"),
    "all": template("Come today", "wall"),
}


def test_a_small_cell_closes_and_its_people_take_the_next_template(tmp_path: Path) -> None:
    people = [*crowd(3), "alone,Bo,Brint,40,true,,en", "too,Bo,Corve,40,true,,en"]
    people.append("last,Bo,Durn,40,true,,en")
    rules = "rules:\n" + rule("place", 1, HELD, "city", "all")
    results = worlds.results(project(tmp_path, rules, people, templates=_CITIES))
    assert {results[p][2] for p in ("p0", "p1", "p2")} == {"Come to Ashby today"}
    assert {results[p][2] for p in ("alone", "too", "last")} == {"Come today"}


def test_all_that_are_too_small_close_at_once(tmp_path: Path) -> None:
    # «Come today» has one person when the cells are first counted, so nobody can fall back to it
    people = ["a,,Brint,,,,", "b,,Corve,,,,", "c,,,,,,"]
    rules = "rules:\n" + rule("place", 1, HELD, "city", "all")
    results = worlds.results(project(tmp_path, rules, people, templates=_CITIES))
    assert {outcome for outcome, _, _ in results.values()} == {"audience_too_small"}


def test_a_text_closed_on_one_channel_is_open_on_another(tmp_path: Path) -> None:
    templates = {"one": template("Come today", "wall"), "two": template("Come today", "poster")}
    rules = "rules:\n" + rule("both", 1, HELD, "one", "two")
    settings = "  poster: {like: x_promoted, min_audience: 2}\n"
    root = project(tmp_path, rules, crowd(2), settings=settings, templates=templates)
    assert {result[0] for result in worlds.results(root).values()} == {"message"}


def test_two_templates_with_one_text_fill_one_cell(tmp_path: Path) -> None:
    templates = {"one": template("Come today", "wall"), "two": template("Come today", "wall")}
    rules = "rules:\n" + rule("a", 2, "age = 40", "one") + rule("b", 1, "age = 50", "two")
    people = [*crowd(2), "bo,,,50,,,"]
    results = worlds.results(project(tmp_path, rules, people, templates=templates))
    assert {outcome for outcome, _, _ in results.values()} == {"message"}


def test_the_match_rate_makes_the_smallest_audience_larger(tmp_path: Path) -> None:
    needed = {"1": 3, "0.3": 10, "0.6": 5, "0.7": 5}
    settings, rules, people = "", "rules:\n", list[str]()
    for number, (rate, least) in enumerate(needed.items()):
        settings += f"wall{number}: {{like: x_promoted, min_audience: 3, match_rate: {rate}}}\n  "
        rules += rule(f"r{number}", number, f"age = {number}", f"to{number}")
        for city, count in (("Few", least - 1), ("Many", least)):
            people += [f"{number}{city}{n},,{city},{number},,," for n in range(count)]
    templates = {
        f"to{number}": template("Come to {{ city }} today", f"wall{number}")
        for number in range(len(needed))
    }
    root = project(tmp_path, rules, people, settings=f"  {settings}", templates=templates)
    expected = {True: "message", False: "audience_too_small"}
    assert {p: r[0] for p, r in worlds.results(root).items()} == {
        person.split(",")[0]: expected["Many" in person] for person in people
    }


def test_the_held_out_keep_their_text_and_fill_no_cell(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("place", 1, HELD, "all")
    settings = "holdout: {percent: 50, salt: a}\n"
    root = project(tmp_path, rules, crowd(40), settings=settings, templates=_CITIES)
    results = worlds.results(root)
    assert {text for _, _, text in results.values()} == {"Come today"}
    assert {outcome for outcome, _, _ in results.values()} == {"held_out", "message"}
    held = {person for person, (outcome, _, _) in results.items() if outcome == "held_out"}
    left = [line for line in crowd(40) if line.split(",")[0] not in held][:2]
    people = [*left, *(line for line in crowd(40) if line.split(",")[0] in held)]
    again = worlds.results(project(tmp_path, rules, people, settings=settings, templates=_CITIES))
    assert {outcome for outcome, _, _ in again.values()} == {"audience_too_small"}


def test_the_known_person_gets_the_message(tmp_path: Path) -> None:
    assert outcome(project(tmp_path, people=[KNOWN])) == "message"
