"""What lint writes for tools: whole, valid, with paths and fingerprints that last."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.findings import CODES, Finding, Place, Severity
from targeter.lint import formats
from targeter.lint.report import Failure, Report, Reported
from tests.cli.bakery import targeter

from .cases_on_disk import change, project
from .documents import valid_json, valid_junit

RULES = "rules/bakery.yaml"
MACHINE = ("json", "jsonl", "gitlab", "sarif", "junit")


def broken(tmp_path: Path) -> Path:
    """A project with an error, a warning and a note on a template of a name with a space."""
    root = project("clean", tmp_path)
    change(root, RULES, "age >= 18", "agee >= 18")
    change(root, RULES, "priority: 30", "priority: 20")
    change(root, "rules/targeter.yaml", "campaigns:", "lint: {severity: {TG504: info}}\ncampaigns:")
    (root / "templates" / "old").mkdir()
    (root / "templates" / "old" / "rolls.j2").write_text("---\nchannel: x_promoted\n---\nRolls!\n")
    return root


def reported(number: int, code: str = "TG202", message: str = "unknown") -> Reported:
    place = Place("rules/a.yaml", number + 1, 3, 4, "   word")
    return Reported(Finding(code, message, place), place.path, "rules/a", str(number), fails=True)


def test_concise_is_a_line_a_finding(tmp_path: Path) -> None:
    ran = targeter("lint", "--project", broken(tmp_path), "--format", "concise")
    assert ran.code == 1
    assert ran.out == (
        "rules/bakery.yaml:9:11: TG202 unknown-column: unknown column 'agee' in the profile\n"
        "rules/bakery.yaml:11:11: warning TG402 equal-priority: "
        "rules 'bread' and 'stollen' have the same priority\n"
        "templates/old/rolls.j2:1:1: note TG504 unused-template: no rule uses template 'rolls'\n"
    )


def test_json_lines_are_the_findings_of_json_and_what_sums_them_up(tmp_path: Path) -> None:
    root = broken(tmp_path)
    whole = targeter("lint", "--project", root, "--format", "json").json
    lines = targeter("lint", "--project", root, "--format", "jsonl").out.splitlines()
    *findings, last = [json.loads(line) for line in lines]
    assert [{"format_version": 1, **one} for one in whole["findings"]] == findings
    assert last["exit_code"] == whole["exit_code"] == 1
    assert [one["severity"] for one in findings] == ["error", "warning", "info"]


def test_sarif_is_valid_and_says_everything(tmp_path: Path) -> None:
    ran = targeter("lint", "--project", broken(tmp_path), "--format", "sarif")
    (run,) = valid_json("sarif", ran.out)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["TG202", "TG402", "TG504"]
    assert [r["level"] for r in run["results"]] == ["error", "warning", "note"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (9, 11, 15)


def test_paths_in_sarif_are_percent_encoded() -> None:
    place = Place("rules/späte Brötchen.yaml", 1, 1, 1, "")
    one = Reported(Finding("TG202", "x", place), place.path, "", "f", fails=True)
    (run,) = valid_json("sarif", formats.sarif(Report((one,))))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "rules/sp%C3%A4te%20Br%C3%B6tchen.yaml"


def test_a_finding_of_the_whole_project_stands_at_the_settings(tmp_path: Path) -> None:
    root = project("TG401-no-rules", tmp_path)
    for format_ in ("sarif", "gitlab"):
        ran = targeter("lint", "--project", root, "--format", format_, "--select", "TG401")
        assert ran.code == 5
        assert "rules/targeter.yaml" in ran.out
        valid_json(format_, ran.out)


def test_gitlab_is_valid_and_tells_equal_findings_apart(tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    change(root, RULES, "posts_lately >= 2", "agee >= 2 and agee < 9 and posts_lately > 1")
    issues = valid_json("gitlab", targeter("lint", "--project", root, "--format", "gitlab").out)
    assert len(issues) == 2
    assert len({issue["fingerprint"] for issue in issues}) == 2
    assert issues[0]["location"] == {"path": RULES, "lines": {"begin": 23}}


def test_junit_is_valid_and_fails_where_lint_fails(tmp_path: Path) -> None:
    root = broken(tmp_path)
    suites = valid_junit(targeter("lint", "--project", root, "--format", "junit").out)
    assert suites.attrib["failures"] == "1"
    (failure,) = suites.iter("failure")
    assert "unknown column 'agee'" in failure.attrib["message"]
    strict = targeter("lint", "--project", root, "--format", "junit", "--fail-level", "info")
    assert valid_junit(strict.out).attrib["failures"] == "3"


def test_junit_of_a_clean_project_has_a_case_a_file(tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    suites = valid_junit(targeter("lint", "--project", root, "--format", "junit").out)
    files = [case.attrib["classname"] for case in suites.iter("testcase")]
    assert files == sorted(files)
    assert {"rules/bakery.yaml", "rules/regulars.sql", "templates/bread.j2"} < set(files)


def test_github_escapes_what_would_end_a_command() -> None:
    place = Place("rules/a,b:c.yaml", 3, 5, 4, "")
    finding = Finding("TG202", "100 % wrong\r\n::error::no", place, "mend it")
    one = Reported(finding, place.path, "", "f", fails=True)
    assert formats.github(Report((one,))) == (
        "::error file=rules/a%2Cb%3Ac.yaml,line=3,endLine=3,col=5,endColumn=9,"
        "title=TG202 unknown-column::100 %25 wrong%0D%0A::error::no%0Ahelp: mend it\n"
    )


def test_github_shows_errors_first_and_says_how_many_it_cut() -> None:
    warnings = [reported(n, "TG402") for n in range(12)]
    errors = [reported(n + 20) for n in range(13)]
    lines = formats.github(Report((*warnings, *errors))).splitlines()
    assert [line.split(" ")[0] for line in lines[:20]] == ["::error"] * 10 + ["::warning"] * 10
    assert not any(line.startswith("::") for line in lines[20:-1])
    assert len(lines) == 20 + 5 + 1
    assert lines[-1].startswith("::notice title=targeter lint::5 more")


def test_github_leaves_room_for_the_notice_among_notices() -> None:
    notes = [reported(n, "TG402") for n in range(11)]
    notes = [replace(n, finding=replace(n.finding, graded=Severity.INFO)) for n in notes]
    lines = formats.github(Report(tuple(notes))).splitlines()
    assert sum(line.startswith("::notice") for line in lines) == 10
    assert lines[-1].endswith(
        "2 more: GitHub shows ten of a kind, the log of this step has them all"
    )


def test_fingerprints_stay_when_lines_move_and_change_with_the_rule(tmp_path: Path) -> None:
    root = broken(tmp_path)

    def fingerprints() -> list[str]:
        found = targeter("lint", "--project", root, "--format", "json").json["findings"]
        return [one["fingerprint"] for one in found]

    before = fingerprints()
    change(root, RULES, "segments:", "# a line\n\n# and another\nsegments:")
    assert fingerprints() == before
    change(root, RULES, "name: stollen", "name: striezel")
    assert fingerprints()[1] != before[1]
    assert fingerprints()[2] == before[2]


def test_paths_begin_at_the_top_of_the_repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    root = broken(tmp_path)
    ran = targeter("lint", "--project", root, "--format", "sarif")
    assert '"uri": "project/rules/bakery.yaml"' in ran.out
    found = targeter("lint", "--project", root, "--format", "json").json["findings"][0]
    assert (found["path"], found["repository_path"]) == (RULES, f"project/{RULES}")


def test_reports_are_written_as_often_as_wanted(tmp_path: Path) -> None:
    root, out = broken(tmp_path), tmp_path / "out" / "deep"
    asked = [f"--report={name}={out / name}" for name in (*MACHINE, "text", "github", "concise")]
    ran = targeter("lint", "--project", root, *asked)
    assert ran.code == 1
    assert (out / "text").read_text(encoding="utf-8") == ran.out
    valid_json("sarif", (out / "sarif").read_text(encoding="utf-8"))
    valid_json("gitlab", (out / "gitlab").read_text(encoding="utf-8"))
    valid_junit((out / "junit").read_text(encoding="utf-8"))
    assert (out / "github").read_text(encoding="utf-8").startswith("::error ")


@pytest.mark.parametrize("word", ["sarif", "=file", "csv=file"])
def test_a_report_that_can_not_be_is_refused(word: str, tmp_path: Path) -> None:
    ran = targeter("lint", "--project", project("clean", tmp_path), "--report", word)
    assert ran.code == 2
    assert "--report sarif=lint.sarif" in ran.err


@pytest.mark.parametrize("words", [("--select", "TG999"), ("--as-of", "soon"), ("--wrong",)])
def test_what_tools_read_is_valid_when_lint_fails(words: tuple[str, ...], tmp_path: Path) -> None:
    root = project("clean", tmp_path)
    file = tmp_path / "lint.sarif"
    given_words = ["lint", "--project", root, "--report", f"sarif={file}", *words, "--format"]
    outs = {name: targeter(*given_words, name) for name in (*MACHINE, "github")}
    assert {ran.code for ran in outs.values()} == {2}
    for document in (outs["sarif"].out, file.read_text(encoding="utf-8")):
        (run,) = valid_json("sarif", document)["runs"]
        assert run["invocations"][0]["executionSuccessful"] is False
        assert run["results"] == []
    assert valid_junit(outs["junit"].out).attrib["errors"] == "1"
    assert len(valid_json("gitlab", outs["gitlab"].out)) == 1
    assert outs["json"].json["errors"]
    assert json.loads(outs["jsonl"].out)["errors"]
    assert outs["github"].out.startswith("::error title=targeter lint::")


def test_there_is_no_project_and_sarif_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = targeter("lint", "--format=sarif")
    assert ran.code == 2
    (run,) = valid_json("sarif", ran.out)["runs"]
    assert "no project here" in json.dumps(run["invocations"])
    assert "no project here" in ran.err


texts = st.text(max_size=40)
places = st.builds(Place, texts, st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), texts)
found = st.builds(Finding, st.sampled_from(sorted(CODES)), texts, st.none() | places, texts)
names = st.text(min_size=1)
ones = st.builds(Reported, found, st.just("rules/a.yaml"), texts, names, st.booleans())
failures = st.none() | st.builds(Failure, texts, texts, st.integers(1, 5))


@settings(max_examples=50, deadline=None)
@given(st.lists(ones, max_size=30), failures)
def test_every_format_holds_whatever_a_finding_says(
    some: list[Reported], failure: Failure | None
) -> None:
    report = Report(tuple(some), files=("rules/a.yaml",), failure=failure)
    valid_junit(formats.junit(report))
    valid_json("gitlab", formats.gitlab(report))
    valid_json("sarif", formats.sarif(report))
    assert len(formats.concise(report).splitlines()) == len(some) + (failure is not None)
    lines = formats.github(report).split("\n")[:-1]
    assert sum(line.startswith("::error ") for line in lines) <= 10
    assert not any("\r" in line for line in lines)


def test_a_failure_is_one_sentence_in_every_format() -> None:
    report = Report(failure=Failure("no project\nhere", "go there", 2))
    assert formats.concise(report) == "error: no project here\n"
    assert formats.github(report) == "::error title=targeter lint::no project%0Ahere%0Ago there\n"
    assert report.exit_code == 2
