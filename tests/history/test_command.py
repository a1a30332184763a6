"""`targeter history` as it is typed."""

from __future__ import annotations

from pathlib import Path

from targeter.plans import last_sent
from tests.cli.bakery import bakery, targeter
from tests.cli.busy import busy_bakery

from .shop import listed, messages, render, shop


def test_it_lists_and_verifies(tmp_path: Path) -> None:
    root = shop(tmp_path)
    done = render(root)
    ran = targeter("history", "--project", root)
    assert (ran.code, ran.err) == (0, "")
    assert "1 batch in" in ran.out and done.plan_id in ran.out and "1 November 2026" in ran.out
    assert "intact" in targeter("history", "--project", root, "--verify").out
    (done.folder / "contacts.parquet").unlink()
    ran = targeter("history", "--project", root, "--verify")
    assert ran.code == 3
    assert f"contacts.parquet of the batch {done.plan_id} was lost" in ran.out


def test_batches_of_one_day_are_listed_as_they_were_rendered(tmp_path: Path) -> None:
    root = shop(tmp_path)
    ids = [render(root, limit=1).plan_id for _ in range(4)]
    assert [entry.plan_id for entry in listed(root).entries] == ids
    words = ("plan", "--project", root, "--as-of", "2026-11-01", "--against", "sent")
    assert targeter(*words, "--format", "json").json["against"]["plan_id"] == ids[-1]


def test_a_batch_that_nobody_came_to_log_was_the_last_of_its_day(tmp_path: Path) -> None:
    root = shop(tmp_path)
    ids = [render(root, limit=1).plan_id for _ in range(4)]
    log = root / "batches/log.jsonl"
    told = '{"event":"given_up","batch":"of-long-ago"}\n' * 9
    log.write_text(told + "".join(log.read_text().splitlines(keepends=True)[:-1]))
    assert [entry.plan_id for entry in listed(root).entries] == ids
    assert last_sent(root / "batches").plan.plan_id == ids[-1]


def test_nothing_rendered_yet_is_said(tmp_path: Path) -> None:
    ran = targeter("history", "--project", bakery(tmp_path))
    assert (ran.code, ran.out.startswith("Nothing was rendered yet")) == (0, True)


def test_it_answers_in_json(tmp_path: Path) -> None:
    root = shop(tmp_path)
    done = render(root)
    answer = targeter("history", "--project", root, "--format", "json", "--verify").json
    assert (answer["format_version"], answer["verified"]) == (1, True)
    (batch,) = answer["batches"]
    assert batch == {
        "plan_id": done.plan_id,
        "day": "2026-11-01",
        "format": "jsonl",
        "message": 4,
        "entered": 0,
        "left": 0,
        "handed_over": 0,
        "sent": 0,
        "failed": 0,
        "intact": True,
        "faults": [],
    }


def test_what_the_sender_tells_is_recorded(tmp_path: Path) -> None:
    root = shop(tmp_path)
    ids = [line["message_id"] for line in messages(render(root))]
    assert "failed" not in targeter("history", "--project", root).out
    (tmp_path / "failed.csv").write_text("message_id\n" + "\n".join(ids[:2]) + "\n")
    words = ("history", "--project", root, "--failed", tmp_path / "failed.csv")
    assert "0 messages sent, 2 failed" in targeter(*words).out
    assert "Nothing new: 2 messages told before" in targeter(*words).out
    heading, _, batch = targeter("history", "--project", root).out.splitlines()[2:5]
    assert heading.split()[2:5] == ["messages", "sent", "failed"]
    assert batch.split()[4:7] == ["4", "0", "2"]
    answer = targeter(*words, "--format", "json").json
    assert {key: answer[key] for key in ("sent", "failed", "known", "file")} == {
        "sent": 0,
        "failed": 0,
        "known": 2,
        "file": None,
    }


def test_one_thing_at_a_time(tmp_path: Path) -> None:
    ran = targeter("history", "--project", shop(tmp_path), "--verify", "--give-up", "x")
    assert (ran.code, ran.out) == (2, "")
    assert "one at a time" in ran.err


def test_a_day_that_would_change_nothing_is_refused(tmp_path: Path) -> None:
    ran = targeter("history", "--project", shop(tmp_path), "--as-of", "2026-11-02")
    assert (ran.code, ran.out) == (2, "")
    assert "--as-of is the day of --tidy" in ran.err


def test_ids_of_plans_stay_in_one_piece(tmp_path: Path) -> None:
    root = busy_bakery(tmp_path)
    (plan,) = (path.name for path in (root / "batches").iterdir() if path.is_dir())
    ran = targeter("history", "--verify", "--project", root, columns=80)
    handed, heading, _, batch = ran.out.splitlines()[-4:]
    assert handed.split() == ["handed"]
    assert heading.split() == ["day", "plan", "messages", "entered", "over"]
    assert batch.split()[3:] == [plan, "2", "4", "1", "intact"]
