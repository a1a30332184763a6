"""What the sender reports back: a failed message is no contact, and nothing is told twice."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from targeter import batches, pipeline, remembering
from targeter.errors import BadData, NothingToCheck, WrongUsage
from targeter.history import Told
from tests import worlds
from tests.decisions.small import crowd, project

from .shop import DAY, listed, messages, render, shop, tree


def _csv(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _lines(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _tell(root: Path, sent: Path | None = None, failed: Path | None = None) -> Told:
    return remembering.record(worlds.options(root), sent, failed)


def _outcomes(root: Path) -> dict[str, str]:
    return {person: result[0] for person, result in worlds.results(root).items()}


def test_a_message_has_the_same_id_wherever_it_is_made(tmp_path: Path) -> None:
    done = render(shop(tmp_path))
    for line in messages(done):
        words = f"{done.plan_id}:{line['person_id']}".encode()
        assert line["message_id"] == hashlib.sha256(words).hexdigest()[:32]


def test_a_failed_message_is_no_contact(tmp_path: Path) -> None:
    root = shop(tmp_path)
    done = render(root)
    rows = [{"plan_id": done.plan_id, "person_id": person} for person in ("p1", "p3")]
    told = _tell(root, failed=_csv(tmp_path / "failed.csv", rows))
    assert (told.sent, told.failed, told.known) == (0, 2, 0)
    expected = {"p0": "resting", "p1": "message", "p2": "resting", "p3": "message"}
    assert _outcomes(root) == expected
    assert listed(root).entries[0].failed == 2


def test_messages_are_known_by_their_id_too(tmp_path: Path) -> None:
    root = shop(tmp_path)
    ids = [{"message_id": line["message_id"]} for line in messages(render(root))]
    sent, failed = _lines(tmp_path / "s.jsonl", ids[:3]), _lines(tmp_path / "f.jsonl", ids[3:])
    told = _tell(root, sent, failed)
    assert (told.sent, told.failed) == (3, 1)
    assert _outcomes(root)["p3"] == "message"


def test_the_same_report_changes_nothing(tmp_path: Path) -> None:
    root = shop(tmp_path)
    rows = [{"message_id": line["message_id"]} for line in messages(render(root))]
    report = _csv(tmp_path / "failed.csv", [*rows, rows[0]])
    assert _tell(root, failed=report).failed == 4
    before = tree(root / "batches")
    assert _tell(root, failed=report) == Told(0, 0, 4, None)
    assert tree(root / "batches") == before


def test_the_last_word_counts(tmp_path: Path) -> None:
    root = shop(tmp_path)
    report = _csv(
        tmp_path / "report.csv",
        [{"message_id": one["message_id"]} for one in messages(render(root))],
    )
    _tell(root, failed=report)
    assert set(_outcomes(root).values()) == {"message"}
    _tell(root, sent=report)  # it went out at the second try
    assert set(_outcomes(root).values()) == {"resting"}


BAD: list[tuple[str, str, str]] = [
    ("r.csv", "plan_id\nx\n", "r.csv:1:1 the heading has neither"),
    ("r.csv", "message_id\nnobody\n", "r.csv:2:1 no message in the history is this one"),
    ("r.csv", "message_id,plan_id\n,x\n", "r.csv:2:1 a row without message_id"),
    ("r.csv", 'message_id\n"cut', "r.csv:2:1 a row that is no CSV"),
    ("r.jsonl", "\n{}\n", "r.jsonl:2:1 a row without message_id"),
    ("r.jsonl", '{"message_id": "\\ud800"}\n', "r.jsonl:1:1 no message in the history is this"),
    ("r.jsonl", "[1]\n", "r.jsonl:1:1 a line that is no JSON object"),
    ("r.jsonl", "[" * 9_000, "r.jsonl:1:1 a line that is no JSON object"),
]


@pytest.mark.parametrize(("name", "text", "said"), BAD)
def test_a_row_of_no_use_is_named_and_nothing_recorded(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    root = shop(tmp_path)
    render(root)
    before = tree(root / "batches")
    (tmp_path / name).write_text(text)
    with pytest.raises(BadData, match="nothing was recorded") as refused:
        _tell(root, failed=tmp_path / name)
    (finding,) = refused.value.findings
    assert f"{finding.place} {finding.message}".startswith(said)
    assert tree(root / "batches") == before


def test_a_key_that_was_disarmed_for_a_spreadsheet_comes_back(tmp_path: Path) -> None:
    root = project(tmp_path, people=[*crowd(1), crowd(1)[0].replace("p0", "=1+2")])
    done = pipeline.render(worlds.options(root, as_of=DAY), batches.Request("csv"))
    with (done.folder / "messages-0001.csv").open(encoding="utf-8", newline="") as file:
        keys = [row["person_id"] for row in csv.DictReader(file)]
    assert "'=1+2" in keys
    rows = [{"plan_id": done.plan_id, "person_id": key} for key in keys]
    assert _tell(root, failed=_csv(tmp_path / "failed.csv", rows)).failed == 2


def test_of_many_bad_rows_the_first_are_shown(tmp_path: Path) -> None:
    root = shop(tmp_path)
    render(root)
    report = _csv(tmp_path / "r.csv", [{"message_id": f"x{n}"} for n in range(60)])
    with pytest.raises(BadData, match="60 rows") as refused:
        _tell(root, sent=report)
    assert (len(refused.value.findings), refused.value.help) == (50, "these are the first 50")


def test_a_message_cannot_be_sent_and_have_failed(tmp_path: Path) -> None:
    root = shop(tmp_path)
    rows = [{"message_id": line["message_id"]} for line in messages(render(root))]
    report = _csv(tmp_path / "both.csv", rows[:1])
    with pytest.raises(BadData) as refused:
        _tell(root, report, report)
    assert refused.value.findings[0].message == "told to be sent and to have failed"


def test_a_report_that_was_altered_or_lost_stops_a_plan(tmp_path: Path) -> None:
    root = shop(tmp_path)
    rows = [{"message_id": line["message_id"]} for line in messages(render(root))]
    told = _tell(root, failed=_csv(tmp_path / "failed.csv", rows))
    assert told.file
    file = root / "batches" / told.file
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(BadData, match=f"{told.file} was altered"):
        _outcomes(root)
    file.unlink()
    with pytest.raises(BadData, match=f"{told.file} was lost"):
        _outcomes(root)


def test_without_batches_or_a_file_there_is_nothing_to_tell(tmp_path: Path) -> None:
    root = shop(tmp_path)
    with pytest.raises(NothingToCheck, match="nothing was rendered yet"):
        _tell(root, tmp_path / "none.csv")
    render(root)
    with pytest.raises(WrongUsage, match="there is no file"):
        _tell(root, tmp_path / "none.csv")
