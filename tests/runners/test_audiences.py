"""Audiences that shards wrote are those of one machine: the same files, byte by byte."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from targeter import pipeline, remembering
from targeter.batches import Rendered, Request
from targeter.errors import BadData, RulesAreWrong
from targeter.runners import audiences
from targeter.runners.clusters import Cluster, Here
from targeter.runners.planning import Where
from targeter.runners.rendering import render
from tests import worlds
from tests.exporters.fair import Person, fair, parquet, person, users
from tests.runners.clusters import Dying, Unlucky
from tests.runners.conftest import SHARDS

# Two promoted channels, of which one says by what people are known, and two rules for one text.
_ALL = "{email: mail, handle: handle, phone: phone}"
CHANNELS = (
    f"  wall: {{like: x_promoted, min_audience: 2, match_rate: 0.6, stay: 3 days, "
    f"audience_by: {_ALL}}}\n"
    "  board: {like: x_promoted, min_audience: 2}\n"
    "  note: {delivery: direct, unit: codepoints, limit: 99}\n"
)
_RULES = """\
rules:
  - {name: high, priority: 3, when: rank > 40, templates: [fair]}
  - {name: fairgoers, priority: 2, when: town <> 'Brint', templates: [fair, hello]}
  - {name: boards, priority: 1, when: rank > 20, templates: [board, hello]}
"""
_TEMPLATES = {
    "fair": "---\nchannel: wall\nlink: https://example.com/fair\n---\nThe fair! In {{ town }}.\n",
    "board": "---\nchannel: board\n---\nWelcome to {{ town }}.\n",
    "hello": "---\nchannel: note\n---\nHello {{ name }}.\n",
}


def write_fair(root: Path, people: Sequence[Person], channels: str = CHANNELS) -> Path:
    fair(root, people, channels, _TEMPLATES["fair"], _RULES)
    files = {f"templates/{name}.j2": text for name, text in _TEMPLATES.items()}
    return worlds.write(root, files)


def people_of(day: int) -> list[Person]:
    """Some come and go, are known by what others are known by, or by nothing at all."""
    towns = ("Ashby", "Bray", "Brint", "Ç", "Lone")
    made = []
    for n in range(60):
        if (n + day) % 13 == 0:
            continue
        one = {"town": towns[n % 4] if n else towns[4], "agreed": str(n % 7 != day % 7)}
        if n % 5 == 0:
            one["mail"] = "home@example.com" if n % 2 else f"{day // 4}{n}@example.com"
        if n % 6 == 0:
            one |= {"mail": "", "handle": "", "phone": "0171" if n % 4 else ""}
        if n % 9 == 0:  # a couple with the very same identifiers
            one |= {"mail": "both@example.com", "handle": "@both", "phone": ""}
        made.append(person(n, **one))
    return made


def _files(done: Rendered) -> dict[str, object]:
    """What is in the files of audiences: bytes, but of a Parquet file its rows in order."""
    return {
        file.name: parquet(done.folder / file.name)
        if file.name.endswith(".parquet")
        else (file.what, file.rows, file.sha256)
        for file in done.files
        if not file.name.startswith("messages")
    }


def _lines(done: Rendered) -> list[str]:
    paths = done.folder.glob("messages-*")
    return sorted(line for path in paths for line in path.read_text().splitlines())


def same(one: Rendered, many: Rendered) -> None:
    assert (one.plan_id, one.messages) == (many.plan_id, many.messages)
    assert (one.told, one.notes, one.exports) == (many.told, many.notes, many.exports)
    assert _files(one) == _files(many)
    assert list(_files(one)) == list(_files(many))
    assert _lines(one) == _lines(many)
    for name in ("assignments.parquet", "contacts.parquet"):
        assert parquet(one.folder / name) == parquet(many.folder / name)


def rendered(root: Path, runner: Cluster | None, day: int, shards: int = SHARDS) -> Rendered:
    options = worlds.options(root, as_of=dt.date(2026, 11, day))
    if runner is None:
        return pipeline.render(options, Request())
    return render(options, runner, Where(shards), Request())


def _pair(tmp_path: Path, day: int = 1) -> tuple[Path, Path]:
    """Two projects with one history, which one machine wrote on a day."""
    one = write_fair(tmp_path / "one", people_of(day))
    rendered(one, None, day)
    return one, Path(shutil.copytree(one, tmp_path / "many"))


def test_audiences_are_the_same(tmp_path: Path, runner: Cluster) -> None:
    one, many = _pair(tmp_path)
    for root in (one, many):
        write_fair(root, people_of(5))
    done = rendered(many, runner, 5)
    same(rendered(one, None, 5), done)
    kinds = {file.what for file in done.files}
    assert kinds >= {"creatives", "additions", "removals", "hashes", "members", "leavers"}


@pytest.mark.slow
def test_audiences_are_the_same_day_after_day(tmp_path: Path) -> None:
    for day in (1, 2, 5, 9):
        one = rendered(write_fair(tmp_path / "one", people_of(day)), None, day)
        same(one, rendered(write_fair(tmp_path / "many", people_of(day)), Here(), day, 3))


@pytest.mark.slow
def test_tasks_that_run_twice_write_nothing_twice(tmp_path: Path) -> None:
    one, many = _pair(tmp_path)
    for root in (one, many):
        write_fair(root, people_of(5))
    same(rendered(one, None, 5), rendered(many, Unlucky(), 5))


@pytest.mark.slow
@pytest.mark.spark
def test_a_worker_killed_in_each_job_changes_no_file(tmp_path: Path, spark: Cluster) -> None:
    one, many = _pair(tmp_path)
    for root in (one, many):
        write_fair(root, people_of(5))
    (tmp_path / "marks").mkdir()
    same(rendered(one, None, 5), rendered(many, Dying(spark, tmp_path / "marks"), 5))
    assert len(list((tmp_path / "marks").iterdir())) > 20


@pytest.mark.slow
def test_a_text_that_is_gone_is_left_in_all_audiences(tmp_path: Path) -> None:
    one, many = _pair(tmp_path)
    for root in (one, many):
        (root / "templates/fair.j2").unlink()
        rules = root / "rules/fair.yaml"
        rules.write_text(rules.read_text().replace("[fair]", "[hello]").replace("fair, ", ""))
    same(rendered(one, None, 2), rendered(many, Here(), 2))


@pytest.mark.slow
def test_a_text_that_named_who_is_forgotten_is_left_as_on_one_machine(tmp_path: Path) -> None:
    root = tmp_path / "one"
    people = [one if n % 3 else {**one, "town": "p00007"} for n, one in enumerate(people_of(1))]
    rendered(write_fair(root, people), None, 1)
    remembering.forget(worlds.options(root), ["p00007"])
    contacts = [row for path in root.glob("batches/*/contacts.parquet") for row in parquet(path)]
    assert any(row[2] == "entered" and row[-1] is None for row in contacts)
    many = Path(shutil.copytree(root, tmp_path / "many"))
    same(rendered(root, None, 2), rendered(many, Here(), 2))


@pytest.mark.slow
def test_audiences_of_a_channel_that_is_gone_are_named(tmp_path: Path) -> None:
    one, many = _pair(tmp_path)
    for root in (one, many):
        write_fair(root, people_of(2), CHANNELS.replace("  board", "  poster"))
        board = root / "templates/board.j2"
        board.write_text(board.read_text().replace("channel: board", "channel: poster"))
    done = rendered(many, Here(), 2)
    same(rendered(one, None, 2), done)
    assert any("which is no promoted channel" in note for note in done.notes)


@pytest.mark.slow
def test_a_large_audience_is_written_in_lots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiences.write_audiences, "__defaults__", (4,))
    one, many = _pair(tmp_path)
    for root in (one, many):
        write_fair(root, people_of(5))
    said, done = rendered(one, None, 5), rendered(many, Here(), 5, 3)
    assert any("-part0000" in path.name for path in done.folder.glob("audience-*.json"))
    assert (said.told, said.notes, said.exports) == (done.told, done.notes, done.exports)
    for operation in ("add", "remove"):
        told = (sorted(map(json.dumps, users(some, operation))) for some in (said, done))
        assert next(told) == next(told) != []


@pytest.mark.slow
def test_what_was_handed_over_can_not_be_altered(tmp_path: Path) -> None:
    _, root = _pair(tmp_path)
    (file,) = root.glob("batches/*/audience_members.parquet")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(BadData, match=r"audience_members\.parquet"):
        rendered(root, Here(), 2)


def test_one_post_with_two_links_is_refused(tmp_path: Path) -> None:
    root = write_fair(tmp_path, people_of(1))
    path = root / "templates/fair.j2"
    path.write_text(path.read_text().replace("/fair", "/{rule}"))
    with pytest.raises(RulesAreWrong, match="more than one link"):
        rendered(root, Here(), 1)


def test_more_requests_than_a_batch_has_room_for_are_refused() -> None:
    audiences.refuse_too_many(2_500 * audiences.MOST_REQUESTS, 2_500)
    with pytest.raises(BadData, match="that is 250,001 requests, and a batch has room for 250,000"):
        audiences.refuse_too_many(2_500 * audiences.MOST_REQUESTS + 1, 2_500)
