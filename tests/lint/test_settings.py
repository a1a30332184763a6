"""What a project and the command line want to see, and how severe it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from targeter.findings import CODES
from targeter.grading import codes_of
from targeter.lint.catalogue import CATALOGUE
from tests.cli.bakery import Ran, targeter

from .cases_on_disk import change, project

RULES = "rules/bakery.yaml"


def spotted(tmp_path: Path, lint: str = "") -> Path:
    """A project with an error (TG202) and two warnings (TG402, TG504), and `lint:` settings."""
    root = project("clean", tmp_path)
    change(root, RULES, "age >= 18", "agee >= 18")
    change(root, RULES, "priority: 30", "priority: 20")
    (root / "templates" / "rolls.j2").write_text("---\nchannel: x_promoted\n---\nRolls!\n")
    if lint:
        change(root, "rules/targeter.yaml", "campaigns:", f"lint: {lint}\ncampaigns:")
    return root


def run(root: Path, *words: str) -> Ran:
    return targeter("lint", "--project", root, "--format", "concise", *words)


def codes(ran: Ran) -> list[str]:
    parts = [line.split(": ")[1].split() for line in ran.out.splitlines()]
    return [next(word for word in part if word.startswith("TG")) for part in parts]


@pytest.mark.parametrize(
    ("lint", "words", "expected", "code"),
    [
        ("", (), ["TG202", "TG402", "TG504"], 1),
        ("{ignore: [TG202]}", (), ["TG402", "TG504"], 0),
        ("{ignore: unknown-column}", (), ["TG402", "TG504"], 0),
        ("{select: [TG4, unused-template]}", (), ["TG402", "TG504"], 0),
        ("{select: [TG4]}", ("--select", "TG2,TG5"), ["TG202", "TG504"], 1),
        ("{ignore: [TG4]}", ("--ignore", "TG2", "--ignore", "TG5"), [], 0),
        ("{ignore: [TG2], fail_level: warning}", (), ["TG402", "TG504"], 1),
        ("{fail_level: warning}", ("--fail-level", "error", "--ignore", "TG2"), None, 0),
        ("{severity: {TG2: info, TG402: error}}", (), ["TG202", "TG402", "TG504"], 1),
        ("{severity: {TG2: info}}", (), ["TG202", "TG402", "TG504"], 0),
        ("{severity: {TG2: info}}", ("--fail-level", "info"), None, 1),
        ("{per_file: {'rules/*': [TG2], 'templates/rolls.j2': TG5}}", (), ["TG402"], 0),
        ("{per_file: {'rules/*': {severity: {TG202: info}}}}", (), ["TG202", "TG402", "TG504"], 0),
        (
            "{per_file: {'rules/*': {ignore: TG202}, 'templates/*': {severity: {TG5: error}}}}",
            (),
            ["TG402", "TG504"],
            1,
        ),
        (
            "{severity: {TG2: info}, per_file: {'rules/*': {severity: {TG202: error}}}}",
            (),
            ["TG202", "TG402", "TG504"],
            1,
        ),
    ],
)
def test_settings_and_options_say_what_is_reported_and_what_fails(
    lint: str, words: tuple[str, ...], expected: list[str] | None, code: int, tmp_path: Path
) -> None:
    ran = run(spotted(tmp_path, lint), *words)
    assert ran.code == code
    assert expected is None or codes(ran) == expected


def test_the_longest_word_settles_the_severity(tmp_path: Path) -> None:
    ran = run(spotted(tmp_path, "{severity: {TG202: warning, TG2: info, TG: error}}"))
    lines = ran.out.splitlines()
    assert "warning TG202" in lines[0]
    assert " TG402" in lines[1] and "warning" not in lines[1]
    assert ran.code == 1


@pytest.mark.parametrize(
    ("lint", "sentence"),
    [
        ("{select: [TG9]}", "no code is called 'TG9'"),
        ("{ignore: [unknown-colum]}", "did you mean 'unknown-column'?"),
        ("{ignore: [TG0]}", "'TG0' can't be ignored"),
        ("{severity: {TG202: fatal}}", "'TG202' can't be 'fatal'"),
        ("{fail_level: never}", "'fail_level' can't be 'never'"),
        ("{per_file: {'rules/*': [TG999]}}", "no code is called 'TG999'"),
        ("{per_file: {'rules/*': {severity: {TG202: fatal}}}}", "'TG202' can't be 'fatal'"),
        ("{per_file: {'rules/*': {select: TG2}}}", "has no key 'select'"),
        ("{sellect: [TG2]}", "has no key 'sellect'"),
        ("{ignore: [TG1, TG999]}", "no code is called 'TG999'"),
    ],
)
def test_settings_that_can_not_be_are_found(lint: str, sentence: str, tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    change(root, "rules/targeter.yaml", "campaigns:", f"lint: {lint}\ncampaigns:")
    ran = targeter("lint", "--project", root)
    assert ran.code == 1
    assert sentence in ran.out


@pytest.mark.parametrize(
    "words", [("--select", "TG9"), ("--ignore", "nothing"), ("--ignore", "unused-ignore")]
)
def test_options_that_can_not_be_are_wrong_usage(words: tuple[str, ...], tmp_path: Path) -> None:
    ran = targeter("lint", "--project", project("clean", tmp_path), *words)
    assert (ran.code, ran.out) == (2, "")
    assert words[1] in ran.err


def test_what_is_wrong_with_a_comment_is_reported_whatever_is_selected(tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    change(root, RULES, "segments:", "# targeter: nonsense\nsegments:")
    assert codes(run(root, "--select", "TG4")) == ["TG005"]


def test_a_word_is_a_code_a_name_or_the_beginning_of_codes() -> None:
    assert codes_of("TG202") == codes_of("unknown-column") == {"TG202"}
    assert codes_of("TG") == set(CODES)
    assert codes_of("TG40") < codes_of("TG4")
    assert codes_of("TG2021") == codes_of("unknown") == codes_of("") == frozenset()


def test_every_code_is_explained_and_nothing_else() -> None:
    assert list(CATALOGUE) == list(CODES)
    for entry in CATALOGUE.values():
        assert entry.what.endswith((".", "…")) and entry.why.endswith(".")
        assert entry.wrong and entry.right and entry.wrong != entry.right


def test_explain_shows_one_code_by_its_name() -> None:
    ran = targeter("lint", "--explain", "equal-priority")
    assert ran.code == 0
    assert ran.out == (
        "TG402 equal-priority  warning\n"
        "  Two rules of the same priority that could hold for the same person.\n"
        "  Which one wins follows from their names, and nobody decided that.\n"
        "  wrong\n"
        "    - name: a\n"
        "      priority: 10\n"
        "    - name: b\n"
        "      priority: 10\n"
        "  right\n"
        "    - name: a\n"
        "      priority: 20\n"
        "    - name: b\n"
        "      priority: 10\n"
    )


def test_explain_lists_codes_for_documents() -> None:
    every = targeter("lint", "--explain", "all", "--format", "json").json["codes"]
    assert [one["code"] for one in every] == list(CODES)
    some = targeter("lint", "--explain", "TG5", "--format", "json").json["codes"]
    assert {one["code"][:3] for one in some} == {"TG5"}
    assert all(one[key] for one in some for key in ("name", "severity", "what", "why", "wrong"))


def test_explain_knows_when_it_does_not_know() -> None:
    ran = targeter("lint", "--explain", "unknown-colum")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean 'unknown-column'?" in ran.err
    assert targeter("lint", "--explain", "all", "--format", "sarif").code == 2


# -- sensitive categories ----------------------------------------------------------------------


def chosen_by(tmp_path: Path, name: str, sensitive: str = "") -> Ran:
    """Lint of a project that chooses people by a column of that name."""
    root = project("clean", tmp_path)
    change(root, RULES, "posts_lately >= 2", f"posts_lately >= 2 and {name} = 'any'")
    change(
        root, "rules/targeter.yaml", "      age: integer", f"      age: integer\n      {name}: text"
    )
    if sensitive:
        change(root, "rules/targeter.yaml", "campaigns:", f"lint: {sensitive}\ncampaigns:")
    return run(root)


@pytest.mark.parametrize(
    ("name", "sensitive", "is_found"),
    [
        ("faith", "", True),
        ("faith", "{sensitive: {religion: {except: faith}}}", False),
        ("faith_plan", "{sensitive: {religion: {except: [Faith_Plan]}}}", False),
        ("faith", "{sensitive: {religion: {except: [faith_plan]}}}", True),
        ("home_parish", "", False),
        ("home_parish", "{sensitive: {religion: {add: [parish]}}}", True),
        ("faith", "{sensitive: {religion: {add: [parish]}}}", True),
        ("casino_nights", "{sensitive: {gambling: {add: [casino, betting]}}}", True),
        (
            "faith",
            "{sensitive: {religion: {allowed: We are a church and these are members.}}}",
            False,
        ),
        ("union_member", "{sensitive: {religion: {allowed: We are a church.}}}", True),
    ],
)
def test_a_project_says_by_which_words_a_name_is_sensitive(
    name: str, sensitive: str, is_found: bool, tmp_path: Path
) -> None:
    assert codes(chosen_by(tmp_path, name, sensitive)) == ["TG409"] * is_found


@pytest.mark.parametrize(
    ("sensitive", "sentence"),
    [
        ("{relgion: {except: [faith]}}", "did you mean 'religion'?"),
        ("{religion: {add: [parish council]}}", "'parish council' is not one word"),
        ("{religion: {add: [home_parish]}}", "'home_parish' is not one word"),
        ("{religion: {allowed: true}}", "'allowed' is the reason, in words"),
        ("{religion: {allowed: ''}}", "'allowed' is the reason, in words"),
        ("{religion: {adds: [parish]}}", "has no key 'adds'"),
        ("{religion: off}", "must be a mapping"),
        ("[religion]", "'sensitive' must be a mapping"),
    ],
)
def test_sensitive_settings_that_can_not_be_are_found_where_they_stand(
    sensitive: str, sentence: str, tmp_path: Path
) -> None:
    root = project("clean", tmp_path)
    settings = f"lint: {{sensitive: {sensitive}}}\ncampaigns:"
    change(root, "rules/targeter.yaml", "campaigns:", settings)
    ran = targeter("lint", "--project", root)
    assert ran.code == 1
    assert sentence in ran.out
    assert "rules/targeter.yaml:5" in ran.out
