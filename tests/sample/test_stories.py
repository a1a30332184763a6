"""The stories of the sample: who must get what, and whether the reasons are the right ones."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from .places import DATA, ROOT
from .runs import Json, explained, messages, named, plan, tell, typed

# person, rule, template, and words of the text
TOLD = (
    ("bank_employee", "investment-banks", "bank_work_better", "people at investment banks work"),
    ("weak_signal", "weak-at-home", "signal_in_area", "Full signal in Harbourside"),
    ("iphone_lover", "iphone-lover", "iphone_love", "We love the iPhone too."),
    ("service_believer", "social-service", "service_belief", "We believe that customer service"),
    ("left_two_years_ago", "come-back", "come_back", "come back to a network you may remember"),
    ("friend_joined", "friend-joined", "friend_named", "Mara has just joined Lapwing"),
    ("combined", "iphone-and-service", "iphone_and_service", "your next iPhone? We love it"),
    ("blackberry_refuser", "keep-your-phone", "sim_only", "Keep the phone you like"),
    ("friend_not_named", "friend-joined", "friend_general", "calls and messages among friends"),
)
DIRECT = {"friend_joined"}
COMPANIONS = 250


@pytest.mark.parametrize(("person", "rule", "template", "words"), TOLD)
def test_a_story_ends_with_its_message(person: str, rule: str, template: str, words: str) -> None:
    path = explained(person)
    assert (path["outcome"], path["rule"]) == ("message", rule)
    assert path["template"].split(".")[0] == template
    assert words in path["text"]
    assert path["length"] <= path["limit"]


@pytest.mark.parametrize(("person", "rule", "template", "words"), TOLD)
def test_what_is_rendered_is_what_was_explained(
    person: str, rule: str, template: str, words: str
) -> None:
    row, path = messages()[person], explained(person)
    assert (row["rule"], row["text"]) == (rule, path["text"])
    assert row["channel"] == ("x_dm" if person in DIRECT else "x_promoted")


@pytest.mark.parametrize("person", [person for person, *_ in TOLD if person not in DIRECT])
def test_a_promoted_story_has_companions_enough(person: str) -> None:
    mine = messages()[person]
    cells = Counter((row["channel"], row["text"]) for row in messages().values())
    assert cells[mine["channel"], mine["text"]] > COMPANIONS


@pytest.mark.parametrize(
    ("person", "conditions"),
    [
        ("bank_employee", {"sector", "household", "children", "salary"}),
        ("weak_signal", {"home_theirs", "home_ours", "weak_days"}),
        ("iphone_lover", {"stance"}),
        ("service_believer", {"believes_in_social_service"}),
        ("left_two_years_ago", {"left_us_on"}),
        ("friend_joined", {"close_friends_joined"}),
        ("combined", {"loves_iphone", "believes_in_social_service", "contract_ending"}),
        ("friend_not_named", {"close_friends_joined"}),
    ],
)
def test_a_story_is_told_by_its_conditions(person: str, conditions: set[str]) -> None:
    path = explained(person)
    rule = named(path["rules"], path["rule"])
    assert rule["holds"] is True
    assert {condition["result"] for condition in rule["conditions"]} == {True}
    texts = " ".join(condition["text"] for condition in rule["conditions"])
    assert all(word in texts for word in conditions)


def test_what_a_condition_saw_is_shown() -> None:
    rule = named(explained("weak_signal")["rules"], "weak-at-home")
    seen = {name: value for c in rule["conditions"] for name, value in c["values"].items()}
    assert (seen["home_theirs"], seen["home_ours"], seen["weak_days"]) == (1, 5, 6)


def test_somebody_at_a_bank_gets_no_discount() -> None:
    text = explained("bank_employee")["text"].casefold()
    assert not any(word in text for word in ("discount", "£", "%", "price", "off"))


def test_two_reasons_make_one_message() -> None:
    path = explained("combined")
    assert "iPhone" in path["text"]
    assert "help where people already talk" in path["text"]
    holding = {rule["name"] for rule in path["rules"] if rule["holds"]}
    assert {"iphone-lover", "social-service", "iphone-contract-ending"} <= holding


def test_a_friend_who_did_not_agree_has_no_name_anywhere() -> None:
    path = explained("friend_not_named")
    assert not any(name in str(path) for name in ("Emre", "Mara", "shy_friend"))


def test_the_sale_holds_for_the_refuser_and_only_the_stance_stops_it(tmp_path: Path) -> None:
    path = explained("blackberry_refuser")
    assert named(path["rules"], "blackberry-sale")["holds"] is True
    assert "BlackBerry" not in path["text"]
    project = without_the_refusal(tmp_path)
    tempted = tell(project, ["blackberry_refuser"]).explained["blackberry_refuser"]
    assert (tempted["outcome"], tempted["rule"]) == ("message", "blackberry-sale")


def test_the_refuser_leaves_no_trace_of_an_iphone() -> None:
    lines = [
        line
        for name in ("people.csv", "posts.jsonl", "likes.csv", "contracts.csv")
        for line in (DATA / name).read_text(encoding="utf-8").splitlines()
        if re.search("blackberry_refuser|omar_types", line, re.IGNORECASE)
    ]
    assert len(lines) == 6
    assert "iphone" not in "".join(lines).casefold()


def without_the_refusal(folder: Path) -> Path:
    """This project without the suppression that reads what people say about BlackBerry."""
    for name in ("rules", "templates", "sample_data"):
        shutil.copytree(ROOT / name, folder / name)
    care = folder / "rules" / "care.yaml"
    text = care.read_text(encoding="utf-8")
    start = text.index("  - name: refuses-blackberry")
    end = text.index("  - name: happy-with-iphone")
    care.write_text(text[:start] + text[end:], encoding="utf-8")
    return folder


def test_somebody_unhappy_is_handed_to_service_though_the_words_are_kind() -> None:
    path = explained("unhappy_customer")
    # Irony reads as praise to a word list; the open complaint knows better.
    assert path["values"]["stance('lapwing')"] == "for"
    assert path["outcome"] == "handed_over"
    assert "service" in path["reason"]
    assert path["text"] is None
    assert "unhappy_customer" not in messages()


def outcome(person: str) -> tuple[str, str]:
    path: Json = explained(person)
    assert path["text"] is None
    assert person not in messages()
    return path["outcome"], path["reason"]


@pytest.mark.parametrize(
    ("said_no", "said_nothing"), [("no_consent", "consent_unknown"), ("minor", "age_unknown")]
)
def test_no_and_unknown_both_get_nothing_and_are_told_apart(
    said_no: str, said_nothing: str
) -> None:
    (first, no), (second, unknown) = outcome(said_no), outcome(said_nothing)
    assert (first, second) == ("suppressed", "suppressed")
    assert "unknown" in unknown
    assert "unknown" not in no


@pytest.mark.parametrize("person", ["no_consent", "consent_unknown", "minor", "age_unknown"])
def test_they_would_have_matched(person: str) -> None:
    assert named(explained(person)["rules"], "iphone-lover")["holds"] is True


def test_nobody_knows_anything_about_no_match() -> None:
    assert outcome("no_match")[0] == "no_rule"
    assert not any(rule["holds"] for rule in explained("no_match")["rules"])


def test_somebody_written_to_lately_is_left_in_peace_until_the_week_is_over() -> None:
    assert outcome("written_to_lately")[0] == "resting"
    path = explained("written_to_lately")
    assert (path["until"], path["because"]) == ("2026-11-04", "got welcome on 2026-10-28")
    assert named(path["rules"], "iphone-lover")["holds"] is True


def test_whoever_had_their_phone_the_longest_has_the_places() -> None:
    sale = named(plan()["rules"], "blackberry-sale")
    assert sale["won"] == 300


def test_the_outcomes_are_those_of_everybody() -> None:
    assert sum(plan()["outcomes"].values()) == plan()["people"] == 9_000
    assert plan()["outcomes"]["message"] == len(messages())


@pytest.mark.parametrize(
    "kind",
    [
        "handed_over",
        "suppressed",
        "resting",
        "no_rule",
        "no_copy",
        "unreachable",
        "over_cap",
        "audience_too_small",
        "held_out",
        "message",
    ],
)
def test_every_kind_of_ending_happens_to_somebody(kind: str) -> None:
    assert plan()["outcomes"][kind] > 0


def test_many_rules_speak_and_many_people_hear_nothing() -> None:
    assert sum(rule["won"] > 0 for rule in plan()["rules"]) >= 12
    assert plan()["outcomes"]["message"] < 0.65 * plan()["people"]


def test_a_text_for_too_few_gives_way_to_the_next_one() -> None:
    texts = {row["template"].split(".")[0] for row in messages().values()}
    assert "iphone_contract" not in texts
    areas = {row["text"] for row in messages().values() if "Full signal in" in row["text"]}
    assert len(areas) == 2


def test_words_follow_the_language() -> None:
    beliefs = {row["text"] for row in messages().values() if row["rule"] == "social-service"}
    assert {text.split()[0] for text in beliefs} == {"We", "Wir"}


def test_the_day_is_pinned() -> None:
    assert plan()["as_of"].startswith("2026-11-01")


def test_the_rules_of_the_sample_pass_their_own_lint() -> None:
    assert typed("lint")["findings"] == []


def test_what_is_typed_is_what_was_tested() -> None:
    assert typed("explain", "combined").items() >= explained("combined").items()
