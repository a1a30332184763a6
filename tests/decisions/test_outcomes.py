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


@pytest.mark.parametrize(("consent", "detail"), [("true", None), ("false", "no"), ("", "unknown")])
def test_a_requirement_tells_no_from_unknown(
    tmp_path: Path, consent: str, detail: str | None
) -> None:
    rules = EVERYBODY + "require:\n  - {name: agreed, when: consent}\n"
    people = [f"anna,Anna,Ashby,40,{consent},0171,en"]
    report = pipeline.plan(worlds.options(project(tmp_path, rules, people)))
    stopped = [(stop.name, stop.detail) for stop in report.stops if stop.people]
    assert stopped == ([("agreed", detail)] if detail else [])
    assert report.outcomes["suppressed"] == (1 if detail else 0)


@pytest.mark.parametrize(("consent", "detail"), [("true", None), ("false", "no"), ("", "unknown")])
def test_a_purpose_tells_no_from_unknown(tmp_path: Path, consent: str, detail: str | None) -> None:
    people = [f"anna,Anna,Ashby,40,{consent},0171,en"]
    settings = "purposes:\n  marketing: {when: consent}\n"
    root = project(tmp_path, people=people, settings=settings)
    report = pipeline.plan(worlds.options(root))
    stopped = [(stop.name, stop.detail) for stop in report.stops if stop.people]
    assert stopped == ([("purpose marketing", detail)] if detail else [])


def test_a_suppression_that_is_unknown_suppresses_nobody(tmp_path: Path) -> None:
    rules = EVERYBODY + "suppressions:\n  - {name: old, when: age > 30}\n"
    assert outcome(project(tmp_path, rules, ["anna,,,,,,"])) == "message"


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


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("{starts: 2026-11-01}", "message"),
        ("{starts: 2026-11-02}", "no_rule"),
        ("{ends: 2026-11-01}", "message"),
        ("{ends: 2026-10-31}", "no_rule"),
        ("{starts: 2026-11-01, ends: 2026-11-01}", "message"),
        ("{}", "message"),
    ],
)
def test_a_campaign_runs_on_its_first_and_on_its_last_day(
    tmp_path: Path, dates: str, expected: str
) -> None:
    rules = "rules:\n" + rule("dated", 1, HELD, "hello", campaign="autumn")
    settings = f"campaigns:\n  autumn: {dates}\n"
    assert outcome(project(tmp_path, rules, settings=settings)) == expected


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


@pytest.mark.parametrize(
    ("person", "channels", "expected"),
    [
        # a value is missing; it is there but too long; it is there and nothing is left of it
        ("anna,,,,,,", {"name": "mail"}, "no_copy"),
        ("anna,Alexandrina Victoria Albertina,,,,,", {"name": "mail"}, "no_copy"),
        ("anna,\u200b,,,,,", {"name": "mail"}, "no_copy"),
        # no address; or no value for the one and no address for the other: the further counts
        ("anna,Anna,,,,,", {"name": "text"}, "unreachable"),
        ("anna,,Ashby,,,,", {"name": "mail", "city": "text"}, "unreachable"),
        # alone on the wall; and beside a template that can't be reached
        ("anna,Anna,,,,,", {"name": "wall"}, "audience_too_small"),
        ("anna,Anna,Ashby,,,,", {"city": "text", "name": "wall"}, "audience_too_small"),
    ],
)
def test_who_ends_with_nothing_has_the_furthest_their_best_rule_got(
    tmp_path: Path, person: str, channels: dict[str, str], expected: str
) -> None:
    written = {
        f"to_{column}": template(f"Hi {{{{ {column} }}}} there", channel)
        for column, channel in channels.items()
    }
    rules = "rules:\n" + rule("best", 2, HELD, *written) + rule("other", 1, "age > 99", *written)
    assert outcome(project(tmp_path, rules, [person], templates=written)) == expected


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
    root = project(tmp_path, people=["anna,,,,,,", "bo,Bo,,,,,"], templates=templates)
    worlds.write(
        root, {"rules/targeter.yaml": (root / "rules/targeter.yaml").read_text() + settings}
    )
    results = worlds.results(root)
    assert results["anna"][0] == "no_copy"
    assert results["bo"][2] == "Hi you https://example.com/\nReply STOP"


# -- languages -------------------------------------------------------------------------------

_LANGUAGES = "language: {column: language, default: en}\n"


@pytest.mark.parametrize(
    ("variants", "spoken", "expected"),
    [
        (("en", "de"), "de", "de"),
        (("en", "de"), "DE_at ", "de"),
        (("en", "de"), "fr", "en"),
        (("en", "de"), "", "en"),
        (("de",), "de-CH", "de"),
        (("de",), "fr", None),  # no variant for anybody else: no copy
        (("", "de"), "fr", ""),
        (("", "de"), "de", "de"),
        (("de", "de-AT", "en"), "de-AT", "de-AT"),
        (("de", "de-AT", "en"), "de-AT-1996", "de-AT"),
        (("de", "de-AT", "en"), "de-CH", "de"),
        (("de", "de-AT", "en"), "dex", "en"),
        (("en", "en-GB"), "en-GB", "en-GB"),
        (("", "en"), "", "en"),
    ],
)
def test_everybody_reads_the_closest_language_there_is(
    tmp_path: Path, variants: tuple[str, ...], spoken: str, expected: str | None
) -> None:
    templates = {
        f"hello.{one}" if one else "hello": template(f"Hello in {one or 'plain'}")
        for one in variants
    }
    people = [f"anna,,,,,,{spoken}"]
    root = project(tmp_path, people=people, settings=_LANGUAGES, templates=templates)
    text = None if expected is None else f"Hello in {expected or 'plain'}"
    assert worlds.results(root)["anna"][2] == text
    assert outcome(root) == ("no_copy" if expected is None else "message")


@pytest.mark.parametrize("spoken", ["de-AT", "en", ""])
def test_the_default_language_may_be_a_variety(tmp_path: Path, spoken: str) -> None:
    templates = {"hello.de": template("Hallo"), "hello.de-AT": template("Servus")}
    settings = "language: {column: language, default: de-AT}\n"
    people = [f"anna,,,,,,{spoken}", "bo,,,,,,de"]
    results = worlds.results(
        project(tmp_path, people=people, settings=settings, templates=templates)
    )
    assert (results["anna"][2], results["bo"][2]) == ("Servus", "Hallo")


def test_a_language_that_cannot_be_written_is_not_replaced_by_another(tmp_path: Path) -> None:
    templates = {"hello.en": template("Hello you"), "hello.de": template("Hallo {{ name }} du")}
    root = project(tmp_path, people=["anna,,,,,,de"], settings=_LANGUAGES, templates=templates)
    assert outcome(root) == "no_copy"


def test_columns_for_language_and_address_are_found_in_any_case(tmp_path: Path) -> None:
    settings = """\
    language: {column: SPOKEN, default: en}
    traits:
      Spoken:
        value: lower(language)
      Number:
        value: phone
    """
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


def test_two_templates_with_one_text_fill_one_cell(tmp_path: Path) -> None:
    templates = {"one": template("Come today", "wall"), "two": template("Come today", "wall")}
    rules = "rules:\n" + rule("a", 2, "age = 40", "one") + rule("b", 1, "age = 50", "two")
    people = [*crowd(2), "bo,,,50,,,"]
    results = worlds.results(project(tmp_path, rules, people, templates=templates))
    assert {outcome for outcome, _, _ in results.values()} == {"message"}


@pytest.mark.parametrize(("rate", "needed"), [("1", 3), ("0.3", 10), ("0.6", 5), ("0.7", 5)])
def test_the_match_rate_makes_the_smallest_audience_larger(
    tmp_path: Path, rate: str, needed: int
) -> None:
    rules = "rules:\n" + rule("place", 1, HELD, "all")
    for count, expected in ((needed - 1, "audience_too_small"), (needed, "message")):
        root = project(tmp_path / str(count), rules, crowd(count), templates=_CITIES)
        path = root / "rules/targeter.yaml"
        path.write_text(
            path.read_text().replace("min_audience: 3", f"min_audience: 3, match_rate: {rate}")
        )
        assert {outcome for outcome, _, _ in worlds.results(root).values()} == {expected}


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
