"""A channel with a pace: messages spread over days, and a history that knows on which."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from targeter import batches, keeping, pipeline
from targeter.batches import Rendered, Request
from targeter.errors import PlanRefused, WrongUsage
from targeter.exporters import By, Format
from targeter.history import moment
from targeter.reports import plan_report
from tests import worlds
from tests.cli.bakery import targeter

from .fair import Person, fair, parquet, person, render

NOTE = "---\nchannel: note\n---\nHi {{ name }}.\n"
RULES = """\
rules:
  - {name: first, priority: 2, when: rank % 4 = 0, templates: [fair]}
  - {name: second, priority: 1, when: rank is not null, templates: [fair]}
"""
FIRST = dt.date(2026, 11, 1)


def _note(pace: str = "4 per day", **more: str) -> str:
    said = "".join(f", {key}: {value}" for key, value in {"pace": pace, **more}.items() if value)
    return f"  note: {{delivery: direct, unit: codepoints, limit: 99{said}}}\n"


def _town(
    root: Path, people: int | Sequence[Person] = 10, pace: str = "4 per day", settings: str = ""
) -> Path:
    made = [person(n) for n in range(people)] if isinstance(people, int) else people
    return fair(root, made, _note(pace) + settings, NOTE, RULES)


def _messages(done: Rendered) -> dict[str, list[dict[str, str]]]:
    """The rows of each file, by its name."""
    paths = sorted(done.folder.glob("messages-*.jsonl"))
    return {p.name: [json.loads(line) for line in p.read_text().splitlines()] for p in paths}


def _contacts(done: Rendered) -> dict[str, dt.date]:
    """On which day each person is contacted."""
    return {row[0]: row[1].date() for row in parquet(done.folder / "contacts.parquet")}


def _outcomes(root: Path, day: int) -> Counter[str]:
    found = worlds.results(root, as_of=dt.date(2026, 11, day))
    return Counter(outcome for outcome, _, _ in found.values())


# -- days ------------------------------------------------------------------------------------


def test_each_day_has_a_file_and_each_message_its_day(tmp_path: Path) -> None:
    done = render(_town(tmp_path))
    files = _messages(done)
    assert {name: len(rows) for name, rows in files.items()} == {
        "messages-2026-11-01-0001.jsonl": 4,
        "messages-2026-11-02-0001.jsonl": 4,
        "messages-2026-11-03-0001.jsonl": 2,
    }
    for name, rows in files.items():
        assert {row["send_on"] for row in rows} == {name[9:19]}
        assert [row["person_id"] for row in rows] == sorted(row["person_id"] for row in rows)
    everybody = [row["person_id"] for rows in files.values() for row in rows]
    assert sorted(everybody) == [f"p{n:05d}" for n in range(10)]


def test_the_history_knows_on_which_day_somebody_is_contacted(tmp_path: Path) -> None:
    done = render(_town(tmp_path))
    said = {row["person_id"]: row["send_on"] for rows in _messages(done).values() for row in rows}
    assert {person: day.isoformat() for person, day in _contacts(done).items()} == said
    moments = {row[1] for row in parquet(done.folder / "contacts.parquet")}
    assert moments == {moment(FIRST + dt.timedelta(later)) for later in range(3)}


def test_without_a_pace_all_goes_out_on_the_day_of_the_plan(tmp_path: Path) -> None:
    done = render(_town(tmp_path, pace=""))
    ((name, rows),) = _messages(done).items()
    assert (name, {row["send_on"] for row in rows}) == ("messages-0001.jsonl", {"2026-11-01"})
    assert set(_contacts(done).values()) == {FIRST}


@pytest.mark.parametrize(
    ("people", "pace", "counts"),
    [(4, 4, [4]), (5, 4, [4, 1]), (3, 1, [1, 1, 1]), (8, 4, [4, 4]), (3, 99, [3])],
)
def test_no_day_has_more_than_its_pace(
    tmp_path: Path, people: int, pace: int, counts: list[int]
) -> None:
    done = render(_town(tmp_path, people, f"{pace} per day"))
    assert [len(rows) for rows in _messages(done).values()] == counts


def test_every_day_has_its_share_of_each_rule(tmp_path: Path) -> None:
    files = _messages(render(_town(tmp_path, 400, "40 per day")))
    mixes = [Counter(row["rule"] for row in rows) for rows in files.values()]
    assert len(mixes) == 10
    assert all(9 <= mix["first"] <= 11 and mix["first"] + mix["second"] == 40 for mix in mixes)


def test_order_and_threads_change_no_day(tmp_path: Path) -> None:
    people = [person(n) for n in range(300)]
    one = render(_town(tmp_path / "one", people, "37 per day"), threads=1)
    two = render(_town(tmp_path / "two", people[::-1], "37 per day"), threads=4)
    assert [file.sha256 for file in one.files] == [file.sha256 for file in two.files]
    days = _contacts(one)
    assert days == _contacts(two)
    # who comes first has nothing to do with how they are called
    assert [days[name] for name in sorted(days)] != sorted(days.values())


def test_a_kept_plan_has_the_days_of_a_bare_render(tmp_path: Path) -> None:
    root = _town(tmp_path)
    kept = worlds.options(root, as_of=FIRST)
    keeping.plan(kept, keeping.Request(root / "kept"))
    tries = worlds.options(root, history=root / "tries")
    done = keeping.render_plan(tries, root / "kept", batches.Request())
    bare = render(root)
    assert [file.sha256 for file in done.files] == [file.sha256 for file in bare.files]
    assert (done.plan_id, _contacts(done)) == (bare.plan_id, _contacts(bare))


def test_a_pace_is_how_messages_go_out_and_no_other_plan(tmp_path: Path) -> None:
    ids = [render(_town(tmp_path / str(n), pace=f"{n} per day")).plan_id for n in (2, 5)]
    assert ids[0] == ids[1]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_format_has_the_day(tmp_path: Path, form: Format) -> None:
    done = render(_town(tmp_path), form=form)
    names = [file.name for file in done.files]
    assert names == [f"messages-2026-11-0{n}-0001.{form}" for n in (1, 2, 3)]
    if form == "csv":
        with (done.folder / names[1]).open(newline="") as file:
            assert {row["send_on"] for row in csv.DictReader(file)} == {"2026-11-02"}


# -- files -----------------------------------------------------------------------------------


def _named(root: Path, by: By, size: int | None = None) -> dict[str, int]:
    options = worlds.options(root, as_of=FIRST, history=root / by)
    done = pipeline.render(options, Request("jsonl", size, None, by))
    rows = {name: len(rows) for name, rows in _messages(done).items()}
    assert rows == {file.name: file.rows for file in done.files}
    assert json.loads((done.folder / "manifest.json").read_text())["split_by"] == by
    return rows


def test_files_are_told_apart_by_rule(tmp_path: Path) -> None:
    root = _town(tmp_path, 8, pace="")
    assert _named(root, "rule") == {
        "messages-first-0001.jsonl": 2,
        "messages-second-0001.jsonl": 6,
    }
    assert _named(_town(tmp_path / "small", 8, ""), "rule", 5) == {
        "messages-first-0001.jsonl": 2,
        "messages-second-0001.jsonl": 5,
        "messages-second-0002.jsonl": 1,
    }


def test_files_of_a_rule_are_told_apart_by_day(tmp_path: Path) -> None:
    assert _named(_town(tmp_path, 8), "rule") == {
        "messages-first-2026-11-01-0001.jsonl": 1,
        "messages-first-2026-11-02-0001.jsonl": 1,
        "messages-second-2026-11-01-0001.jsonl": 3,
        "messages-second-2026-11-02-0001.jsonl": 3,
    }


def test_files_are_told_apart_by_channel(tmp_path: Path) -> None:
    letter = _note("").replace("note:", "letter:") + _note("").replace("note:", "'a b':")
    own = _note("", columns="{to: handle}").replace("note:", "card:")
    rules = (
        "rules:\n"
        "  - {name: a, priority: 4, when: rank = 0, templates: [fair]}\n"
        "  - {name: b, priority: 3, when: rank = 1, templates: [letter]}\n"
        "  - {name: c, priority: 2, when: rank = 2, templates: [card]}\n"
        "  - {name: d, priority: 1, when: rank > 2, templates: [odd]}\n"
    )
    root = fair(tmp_path, [person(n) for n in range(6)], _note("2 per day") + letter + own, NOTE)
    texts = {"letter": "letter", "card": "card", "odd": "a b"}
    files = {f"templates/{n}.j2": NOTE.replace("note", c) for n, c in texts.items()}
    worlds.write(root, {**files, "rules/fair.yaml": rules})
    assert _named(root, "channel") == {
        "messages-channel1-2026-11-01-0001.jsonl": 3,
        "messages-letter-2026-11-01-0001.jsonl": 1,
        "messages-note-2026-11-01-0001.jsonl": 1,
        "messages-card-0001.jsonl": 1,
    }


def test_it_is_an_option_of_render(tmp_path: Path) -> None:
    root = _town(tmp_path, 8, pace="")
    words = ("render", "--project", root, "--as-of", "2026-11-01", "--by")
    wrong = targeter(*words, "week")
    assert (wrong.code, wrong.out) == (2, "") and "week" in wrong.err
    assert targeter(*words, "rule").code == 0
    names = sorted(path.name for path in (root / "batches").glob("*/messages-*"))
    assert names == ["messages-first-0001.jsonl", "messages-second-0001.jsonl"]


def test_no_two_files_have_one_name(tmp_path: Path) -> None:
    """A rule may be called as a channel is that has files of its own."""
    own = _note("", columns="{to: handle}").replace("note:", "card:")
    rules = (
        "rules:\n"
        "  - {name: card-b, priority: 2, when: rank = 0, templates: [fair]}\n"
        "  - {name: b, priority: 1, when: rank > 0, templates: [card]}\n"
    )
    root = fair(tmp_path, [person(n) for n in range(5)], _note("") + own, NOTE, rules)
    worlds.write(root, {"templates/card.j2": NOTE.replace("note", "card")})
    assert sorted(_named(root, "rule").values()) == [1, 4]


# -- while a batch is still going out --------------------------------------------------------


def test_whose_message_is_under_way_rests_until_the_cooldown_after_it(tmp_path: Path) -> None:
    """Three days of messages, and a cooldown of seven: to the day at every border."""
    root = _town(tmp_path, settings="cooldown: 7 days\n")
    days = _contacts(render(root))
    for day in (1, 2, 3, 7, 8, 9, 10, 11):
        free = sum(at + dt.timedelta(7) <= dt.date(2026, 11, day) for at in days.values())
        expected = {"resting": 10 - free, "message": free}
        assert _outcomes(root, day) == Counter({k: n for k, n in expected.items() if n}), day


def test_a_cap_counts_what_is_under_way(tmp_path: Path) -> None:
    root = _town(tmp_path, settings="frequency_cap: 1 per 2 days\n")
    days = _contacts(render(root))
    for day in (2, 3, 4, 5):
        free = sum(at + dt.timedelta(2) <= dt.date(2026, 11, day) for at in days.values())
        expected = {"resting": 10 - free, "message": free}
        assert _outcomes(root, day) == Counter({k: n for k, n in expected.items() if n}), day


def test_a_batch_of_a_later_day_is_not_known_yet(tmp_path: Path) -> None:
    root = _town(tmp_path, settings="cooldown: 7 days\n")
    render(root, 5)
    assert _outcomes(root, 4) == {"message": 10}
    assert _outcomes(root, 5) == {"resting": 10}


def test_who_comes_later_takes_the_room_that_is_left(tmp_path: Path) -> None:
    """The team answers four a day, whoever planned them."""
    root = _town(tmp_path, settings="cooldown: 30 days\n")
    first = _contacts(render(root))
    _town(tmp_path, 17, settings="cooldown: 30 days\n")
    second = _contacts(render(root, 2))
    assert len(second) == 7 and not set(first) & set(second)
    together = Counter([*first.values(), *second.values()])
    assert [together[FIRST + dt.timedelta(n)] for n in range(6)] == [4, 4, 4, 4, 1, 0]


def test_a_message_that_failed_leaves_room(tmp_path: Path) -> None:
    root = _town(tmp_path, settings="cooldown: 30 days\n")
    done = render(root)
    ids = [row["message_id"] for row in _messages(done)["messages-2026-11-02-0001.jsonl"]]
    (tmp_path / "failed.csv").write_text("message_id\n" + "\n".join(ids[:3]) + "\n")
    assert targeter("history", "--project", root, "--failed", tmp_path / "failed.csv").code == 0
    again = _contacts(render(root, 2))
    assert sorted(again.values()) == [dt.date(2026, 11, 2)] * 3


def test_a_plan_refuses_people_who_were_contacted_since(tmp_path: Path) -> None:
    root = _town(tmp_path)
    kept = worlds.options(root, as_of=FIRST)
    keeping.plan(kept, keeping.Request(root / "kept"))
    render(root)
    assert keeping.render_plan(worlds.options(root), root / "kept", Request()).is_new is False
    keeping.plan(worlds.options(root, as_of=dt.date(2026, 11, 2)), keeping.Request(root / "next"))
    render(root, 3)
    with pytest.raises(PlanRefused, match="contact history"):
        keeping.render_plan(worlds.options(root), root / "next", Request())


# -- what is said of it ----------------------------------------------------------------------


def test_a_plan_says_how_many_days_a_channel_takes(tmp_path: Path) -> None:
    root = _town(tmp_path)
    words = ("plan", "--project", root, "--as-of", "2026-11-01")
    ran = targeter(*words)
    assert "note  10 messages · 4 per day · on 3 days, the last 3 November 2026" in ran.out
    answer = targeter(*words, "--format", "json").json
    assert answer["paces"] == [
        {"channel": "note", "pace": 4, "messages": 10, "days": 3, "last": "2026-11-03"}
    ]


def test_what_would_take_longer_than_a_year_is_a_warning_and_no_batch(tmp_path: Path) -> None:
    root = _town(tmp_path, 367, "1 per day")
    with worlds.planned(root) as run:
        findings = plan_report(run, 0).findings
    assert [one.code for one in findings if one.code == "TG727"] == ["TG727"]
    with pytest.raises(WrongUsage, match="367 messages at 1 per day would take longer than 366"):
        render(root)
    assert not (root / "batches").exists()


def test_a_list_for_a_sender_may_have_the_day_by_another_name(tmp_path: Path) -> None:
    columns = _note("2 per day", columns="{to: handle, when: send_on}")
    done = render(fair(tmp_path, [person(n) for n in range(3)], columns, NOTE), form="csv")
    texts = [(done.folder / file.name).read_text() for file in done.files]
    rows = [row for text in texts for row in csv.DictReader(io.StringIO(text))]
    assert [row["when"] for row in rows] == ["2026-11-01", "2026-11-01", "2026-11-02"]
