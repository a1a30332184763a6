"""Caps, cooldowns and audiences over days: people come back by themselves, on the right one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from targeter import batches, pipeline, plans, reports
from targeter.errors import RulesAreWrong
from targeter.explain.asking import end_of
from targeter.resting import RESTS, RULE_RESTS
from targeter.runs import Run
from tests import worlds
from tests.decisions.model import Contact
from tests.decisions.on_disk import write_history
from tests.decisions.small import EVERYBODY, KNOWN, crowd, project, rule, template

DAY = worlds.DAY
HELD = "person_id is not null"


def _at(day: dt.date, days_ago: int, hour: int | None = None) -> dt.datetime:
    time = dt.time.max if hour is None else dt.time(hour)
    return dt.datetime.combine(day - dt.timedelta(days_ago), time)


def _got(*days_ago: int, rule: str = "everybody", hour: int | None = None) -> list[Contact]:
    return [
        Contact("anna", _at(DAY, days, hour), "message", rule, "hello", "mail", "Hello you")
        for days in days_ago
    ]


def _ended(root: Path, contacts: Iterable[Contact] = ()) -> tuple[str, object, object]:
    write_history(root / "batches", list(contacts))
    with worlds.planned(root) as run:
        end = end_of(run, "anna")
        assert end is not None
        return end.outcome, end.until, end.because


# -- at the borders --------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "outcome"), [(0, "resting"), (6, "resting"), (7, "message")])
def test_a_cooldown_ends_when_its_time_is_over(tmp_path: Path, days: int, outcome: str) -> None:
    root = project(tmp_path, settings="cooldown: 7 days\n")
    assert _ended(root, _got(days))[0] == outcome


def test_a_plan_says_when_they_come_back(tmp_path: Path) -> None:
    root = project(tmp_path, settings="cooldown: 7 days\n")
    write_history(root / "batches", _got(3))
    with worlds.planned(root) as run:
        told = reports.plan_report(run, 0).back
        assert told == reports.Back(DAY + dt.timedelta(4), DAY + dt.timedelta(4))
    with worlds.planned(project(tmp_path / "new", settings="cooldown: 7 days\n")) as run:
        assert reports.plan_report(run, 0).back is None


def test_the_first_contact_changes_no_column(tmp_path: Path) -> None:
    rests = "cooldown: 7 days\nfrequency_cap: 2 per 28 days\n"
    rules = "rules:\n" + rule("everybody", 1, HELD, "hello", cooldown="3 days")
    columns = []
    for number, contacts in enumerate(([], _got(3))):
        root = project(tmp_path / str(number), rules, settings=rests)
        write_history(root / "batches", contacts)
        with worlds.planned(root) as run:
            columns.append([run.engine.columns_of(name) for name in (RESTS, RULE_RESTS)])
    assert columns[0] == columns[1]


def test_who_rests_is_told_until_when_and_because_of_what(tmp_path: Path) -> None:
    root = project(tmp_path, settings="cooldown: 7 days\n")
    until = DAY + dt.timedelta(4)
    assert _ended(root, _got(3)) == ("resting", until, "got hello on 2026-10-29")


def test_a_message_that_is_under_way_is_told_as_such(tmp_path: Path) -> None:
    root = project(tmp_path, settings="cooldown: 7 days\n")
    write_history(root / "batches", _got(-1), DAY)
    with worlds.planned(root) as run:
        end = end_of(run, "anna")
    assert end is not None
    assert (end.until, end.because) == (DAY + dt.timedelta(8), "gets hello on 2026-11-02")


def test_a_time_within_a_day_counts_from_then_and_not_from_midnight(tmp_path: Path) -> None:
    root = project(tmp_path, settings="cooldown: 1 day\n")
    # written to at noon yesterday: more than a day ago at the end of today
    assert _ended(root, _got(1, hour=12))[0] == "message"


@pytest.mark.parametrize(
    ("days", "outcome"),
    [((1, 27), "resting"), ((1, 28), "message"), ((1,), "message"), ((0, 0, 0), "resting")],
)
def test_a_cap_counts_what_was_within_its_time(
    tmp_path: Path, days: tuple[int, ...], outcome: str
) -> None:
    root = project(tmp_path, settings="frequency_cap: 2 per 28 days\n")
    assert _ended(root, _got(*days))[0] == outcome


def test_a_cap_rests_until_the_oldest_that_counts_is_forgotten(tmp_path: Path) -> None:
    root = project(tmp_path, settings="frequency_cap: 2 per 28 days\n")
    assert _ended(root, _got(1, 20, 40))[1] == DAY + dt.timedelta(8)


def test_months_are_calendar_months(tmp_path: Path) -> None:
    root = project(tmp_path, settings="cooldown: 1 month\n")
    assert _ended(root, _got(31))[0] == "message"  # the first of October


def test_what_comes_later_than_the_day_is_not_known_yet(tmp_path: Path) -> None:
    root = project(tmp_path, settings="cooldown: 7 days\n")
    assert _ended(root, _got(-1))[0] == "message"


@pytest.mark.parametrize(
    "setting",
    [
        "cooldown: 0 days",
        "cooldown: -3 days",
        "frequency_cap: 0 per 28 days",
        "frequency_cap: 2 per 0 days",
        "frequency_cap: 2",
        "max_people: 0",
        "max_people: -5",
        "holdout: {percent: 0, salt: a}",
        "channels: {mail: {delivery: direct, unit: codepoints, limit: 30, stay: 3 days}}",
        "history: ../elsewhere",
        "history: {imported: [{source: nowhere}]}",
        "history: {imported: [{source: people}]}",
    ],
)
def test_a_limit_that_can_not_be_is_found(tmp_path: Path, setting: str) -> None:
    settings = setting + "\n"
    root = project(tmp_path)
    path = root / "rules/targeter.yaml"
    if setting.startswith("channels"):
        path.write_text(path.read_text().partition("channels:")[0])
    path.write_text(path.read_text() + settings)
    with pytest.raises(RulesAreWrong):
        worlds.results(root)


# -- rules -----------------------------------------------------------------------------------

_TWO = (
    "rules:\n"
    + rule("first", 2, HELD, "hello", cooldown="30 days")
    + rule("second", 1, HELD, "other")
)
_TEMPLATES = {"hello": template("Hello you"), "other": template("Good day")}


def test_a_rule_that_rests_gives_way_to_the_next(tmp_path: Path) -> None:
    root = project(tmp_path, _TWO, templates=_TEMPLATES)
    write_history(root / "batches", _got(29, rule="first"))
    assert worlds.results(root)["anna"][:2] == ("message", "second")


def test_a_rule_rests_from_its_own_messages_only(tmp_path: Path) -> None:
    root = project(tmp_path, _TWO, templates=_TEMPLATES)
    write_history(root / "batches", _got(3, rule="second"))
    assert worlds.results(root)["anna"][:2] == ("message", "first")


def test_a_person_whose_only_rule_rests_is_resting(tmp_path: Path) -> None:
    rules = "rules:\n" + rule("first", 2, HELD, "hello", frequency_cap="1 per 30 days")
    ended = _ended(project(tmp_path, rules), _got(10, rule="first"))
    assert ended == ("resting", DAY + dt.timedelta(20), "got hello on 2026-10-22")


# -- handovers -------------------------------------------------------------------------------

_CARE = EVERYBODY + "handoffs:\n  - {name: unhappy, to: service, when: age = 40, %s}\n"


@pytest.mark.parametrize(("days", "outcome"), [(13, "with_service"), (14, "handed_over")])
def test_nobody_is_handed_over_twice_within_its_time(
    tmp_path: Path, days: int, outcome: str
) -> None:
    root = project(tmp_path, _CARE % "again_after: 14 days")
    contact = Contact("anna", _at(DAY, days), "handed_over", "unhappy")
    assert _ended(root, [contact])[0] == outcome


def test_beyond_its_capacity_a_team_gets_nobody_and_marketing_neither(tmp_path: Path) -> None:
    root = project(tmp_path, _CARE % "capacity: 3", crowd(10))
    ended = Counter(outcome for outcome, _, _ in worlds.results(root).values())
    assert ended == {"handed_over": 3, "with_service": 7}


# -- what was rendered -----------------------------------------------------------------------


def test_a_second_render_on_one_day_finds_everybody_resting(tmp_path: Path) -> None:
    root = project(tmp_path, people=crowd(5), settings="cooldown: 7 days\n")
    options = worlds.options(root)
    assert pipeline.render(options, batches.Request()).messages == 5
    assert pipeline.plan(options).outcomes["resting"] == 5
    later = worlds.options(root, as_of=DAY + dt.timedelta(7))
    assert pipeline.plan(later).outcomes["message"] == 5


def test_another_history_is_another_past(tmp_path: Path) -> None:
    root = project(tmp_path, settings="cooldown: 7 days\n")
    write_history(root / "elsewhere", _got(1))
    assert worlds.results(root)["anna"][0] == "message"
    assert worlds.results(root, history=root / "elsewhere")["anna"][0] == "resting"


def test_an_imported_history_counts_like_our_own(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        _TWO,
        templates=_TEMPLATES,
        settings="history:\n  imported:\n    - {source: sent, rule: campaign}\n",
    )
    path = root / "rules/targeter.yaml"
    sent = "  sent: {path: sent.csv, person: person_id, time: sent_at}\nchannels:"
    path.write_text(path.read_text().replace("channels:", sent))
    (root / "sent.csv").write_text(
        "person_id,sent_at,campaign\nanna,2026-10-20 09:00:00,first\nanna,2027-01-01,second\n"
    )
    assert worlds.results(root)["anna"][:2] == ("message", "second")


# -- audiences -------------------------------------------------------------------------------

_WALL = {"hello": template("Come and see", "wall")}
_STAYS = "cooldown: 7 days\n"


def _promoted(root: Path, people: list[str], more: str = "") -> Path:
    written = project(root, people=people, templates=_WALL, settings=_STAYS + more)
    path = written / "rules/targeter.yaml"
    path.write_text(path.read_text().replace("min_audience: 3}", "min_audience: 3, stay: 14 days}"))
    return written


def _day_by_day(root: Path, days: int) -> list[Counter[str]]:
    """Rendered every day: each day's outcomes, with new and staying people apart."""
    told = []
    for number in range(days):
        with worlds.planned(root, as_of=DAY + dt.timedelta(number)) as run:
            rows = run.engine.rows("SELECT coalesce(status, outcome) FROM results")
            leaving = run.engine.rows("SELECT person FROM leaving_audience")
            told.append(Counter(name for (name,) in rows) + Counter(leaving=len(leaving)))
            _render(run)
    return told


def _render(run: Run) -> None:
    """What `render` writes, of a plan that is there already."""
    folder = run.project.root / "batches"
    with batches.writing(folder):
        batches.write(run.engine, run.bound, plans.plan_of(run), batches.Request(), folder)


def test_an_audience_stays_for_its_time_rests_and_comes_back(tmp_path: Path) -> None:
    days = _day_by_day(_promoted(tmp_path, crowd(4)), 30)
    assert days[0] == {"new": 4}
    assert days[1:14] == [{"staying": 4}] * 13
    assert days[14] == {"resting": 4, "leaving": 4}
    assert days[15:21] == [{"resting": 4}] * 6
    assert days[21] == {"new": 4}
    assert days[22:30] == [{"staying": 4}] * 8


def test_who_enters_later_leaves_later(tmp_path: Path) -> None:
    root = _promoted(tmp_path, crowd(4))
    _day_by_day(root, 3)
    path = root / "people.csv"
    path.write_text(path.read_text() + "late,Anna,Ashby,40,true,0171,en\n")
    told = []
    for number in range(3, 19):
        with worlds.planned(root, as_of=DAY + dt.timedelta(number)) as run:
            told.append(
                run.engine.value(
                    "SELECT coalesce(status, outcome) FROM results WHERE person='late'"
                )
            )
            _render(run)
    assert told == ["new", *["staying"] * 13, "resting", "resting"]


def test_who_no_longer_should_be_in_an_audience_leaves_it_at_once(tmp_path: Path) -> None:
    agreed = "purposes:\n  marketing: {when: consent}\n"
    root = _promoted(tmp_path, crowd(4), agreed)
    _day_by_day(root, 1)
    path = root / "people.csv"
    path.write_text(path.read_text().replace("p0,Anna,Ashby,40,true", "p0,Anna,Ashby,40,false"))
    with worlds.planned(root, as_of=DAY + dt.timedelta(1)) as run:
        rows = run.engine.rows("SELECT person, outcome, status FROM results ORDER BY 1")
        assert rows[0] == ("p0", "suppressed", None)
        assert {row[2] for row in rows[1:]} == {"staying"}
        assert run.engine.rows("SELECT person FROM leaving_audience") == [("p0",)]


def test_who_stays_keeps_the_text_that_the_audience_sees(tmp_path: Path) -> None:
    root = _promoted(tmp_path, crowd(4))
    _day_by_day(root, 1)
    (root / "templates/hello.j2").write_text(template("Something new", "wall"))
    texts = {text for _, _, text in worlds.results(root, as_of=DAY + dt.timedelta(1)).values()}
    assert texts == {"Come and see"}


def test_a_small_rest_of_an_audience_stays_and_nobody_joins_it(tmp_path: Path) -> None:
    root = _promoted(tmp_path, crowd(4))
    _day_by_day(root, 1)
    (root / "people.csv").write_text(
        "\n".join([(root / "people.csv").read_text().splitlines()[0], crowd(1)[0], KNOWN]) + "\n"
    )
    ended = worlds.results(root, as_of=DAY + dt.timedelta(1))
    assert (ended["p0"][0], ended["anna"][0]) == ("message", "audience_too_small")


def test_an_audience_whose_places_are_all_taken_is_not_shut(tmp_path: Path) -> None:
    root = _promoted(tmp_path, crowd(4), "max_people: 4\n")
    _day_by_day(root, 1)
    path = root / "people.csv"
    head = path.read_text().splitlines()[0]
    path.write_text("\n".join([head, *crowd(2), KNOWN]) + "\n")
    settings = root / "rules/targeter.yaml"
    settings.write_text(settings.read_text().replace("max_people: 4", "max_people: 2"))
    with worlds.planned(root, as_of=DAY + dt.timedelta(1)) as run:
        rows = run.engine.rows("SELECT person, outcome, status FROM results ORDER BY 1")
        assert rows[0] == ("anna", "over_cap", None)
        assert [row[2] for row in rows[1:]] == ["staying", "staying"]
        assert run.engine.rows("SELECT text FROM closed") == []
