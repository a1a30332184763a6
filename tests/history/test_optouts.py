"""Who may not be in an audience any more is taken out without a plan, once, and for good."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from targeter import optouts
from targeter.errors import BadData, NothingToCheck, RulesAreWrong
from targeter.exporters.uploads import MOST_BYTES, MOST_OPERATIONS
from targeter.history import TOMBSTONES, Tombstones, write_tombstones
from targeter.optouts import OptOuts, StillIn
from tests import worlds
from tests.cli.bakery import targeter
from tests.exporters.fair import RULES, WALL, Person, fair, parquet, person, render, sha, users

from .shop import listed, tree
from .test_forgetting import forget


def opt_outs(root: Path, day: int = 3) -> OptOuts:
    return optouts.opt_outs(worlds.options(root, as_of=dt.date(2026, 11, day)))


def _emails(done: OptOuts) -> set[str]:
    """The e-mails in the requests, all of which delete."""
    assert done.removals is not None
    found = set()
    for path in done.removals.folder.glob("audience-*.json"):
        (part,) = json.loads(path.read_bytes())
        assert part["operation_type"] == "Delete"
        found |= {user["email"][0] for user in part["params"]["users"]}
    return found


def _shown(done: OptOuts) -> list[tuple[str, str, int]]:
    return [(one.kind, one.name, one.people) for one in done.reasons]


def _again(root: Path, people: Sequence[Person], rules: str = RULES) -> OptOuts:
    return opt_outs(fair(root, people, rules=rules))


def test_nobody_has_to_leave(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2)])
    render(root)
    before = tree(root / "batches")
    done = opt_outs(root)
    assert (done.members, done.people, done.reasons, done.removals) == (2, 0, (), None)
    assert tree(root / "batches") == before


@pytest.mark.parametrize("agreed", ["false", ""], ids=["withdrawn", "unknown"])
def test_a_purpose_that_is_not_given_takes_out(tmp_path: Path, agreed: str) -> None:
    render(fair(tmp_path, [person(1), person(2)]))
    done = _again(tmp_path, [person(1), person(2, agreed=agreed)])
    assert _shown(done) == [("purpose", "marketing", 1)]
    assert _emails(done) == {sha("p2@example.com")}


def test_who_is_no_longer_in_the_data_is_taken_out_by_what_was_handed_over(tmp_path: Path) -> None:
    render(fair(tmp_path, [person(1), person(2)]))
    done = _again(tmp_path, [person(1, mail="new@example.com")])
    assert _shown(done) == [("gone", "no longer in the data", 1)]
    assert _emails(done) == {sha("p2@example.com")}


_KEPT_OUT = {
    "require:\n  - {name: ranked, when: rank > 2}\n": ("requirement", "ranked"),
    "suppressions:\n  - {name: low, when: rank < 3}\n": ("suppression", "low"),
    "suppressions:\n  - {name: low, when: rank < 3, only: {channel: wall}}\n": (
        "suppression",
        "low",
    ),
    "suppressions:\n  - {name: low, when: {any: [rank < 2, rank = 2]}, only: {channel: wall}}\n": (
        "suppression",
        "low",
    ),
}


@pytest.mark.parametrize("added", _KEPT_OUT, ids=["required", "all", "channel", "any"])
def test_who_is_kept_from_everything_or_from_the_channel_is_taken_out(
    tmp_path: Path, added: str
) -> None:
    people = [person(n) for n in range(1, 5)]
    render(fair(tmp_path, people))
    done = _again(tmp_path, people, added + RULES)
    assert _shown(done) == [(*_KEPT_OUT[added], 2)]
    assert _emails(done) == {sha("p1@example.com"), sha("p2@example.com")}


@pytest.mark.parametrize("scope", ["channel: mail", "campaign: winter"])
def test_what_is_for_other_messages_takes_nobody_out(tmp_path: Path, scope: str) -> None:
    people = [person(1)]
    mail = "  mail: {delivery: direct, unit: codepoints, limit: 99}\n"
    extra = "campaigns:\n  winter: {}\n"
    rules = f"suppressions:\n  - {{name: all, when: rank > 0, only: {{{scope}}}}}\n" + RULES
    render(fair(tmp_path, people, WALL + mail + extra, rules=RULES))
    assert opt_outs(fair(tmp_path, people, WALL + mail + extra, rules=rules)).removals is None


def test_a_topic_that_somebody_refuses_takes_them_out(tmp_path: Path) -> None:
    people = [person(1), person(2)]
    about = "---\nchannel: wall\ntopic: fairs\n---\nThe fair comes to {{ town }}.\n"
    topics = WALL + "opinions: {posts: people.name}\ntopics:\n  fairs: {words: [fair]}\n"
    refuses = "suppressions:\n  - {name: no, when: rank = 2, only: {topic: fairs}}\n"
    render(fair(tmp_path, people, topics, about))
    done = opt_outs(fair(tmp_path, people, topics, about, refuses + RULES))
    assert _emails(done) == {sha("p2@example.com")}


def test_of_several_reasons_the_first_counts_and_a_person_counts_once(tmp_path: Path) -> None:
    people = [person(n) for n in range(1, 5)]
    render(fair(tmp_path, people))
    low = "suppressions:\n  - {name: low, when: rank < 4}\n" + RULES
    done = _again(tmp_path, [person(2, agreed="false"), *people[2:]], low)
    assert _shown(done) == [
        ("gone", "no longer in the data", 1),
        ("purpose", "marketing", 1),
        ("suppression", "low", 1),
    ]
    assert (done.members, done.people) == (4, 3)


def test_who_was_forgotten_and_stands_in_a_batch_still_is_taken_out(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2)])
    render(root)
    stones = Tombstones("salt").marked(["p00002"], taken_off=False)
    write_tombstones(root / "batches", stones)  # as when forgetting was stopped after it
    done = opt_outs(root)
    assert _shown(done) == [("forgotten", "forgotten", 1)]
    assert _emails(done) == {sha("p2@example.com")}


def test_done_twice_there_is_nothing_to_do(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2)])
    render(root)
    fair(root, [person(1)])
    assert opt_outs(root, 1).removals  # on the day they came in
    before = tree(root / "batches")
    assert [opt_outs(root, day).removals for day in (1, 1, 2)] == [None, None, None]
    assert tree(root / "batches") == before
    assert listed(root).faults == ()


def test_the_next_render_knows_them_gone(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2), person(3)])
    render(root)
    fair(root, [person(1), person(2, agreed="false"), person(3)])
    done = opt_outs(root, 1)
    assert done.removals
    rows = parquet(done.removals.folder / "contacts.parquet")
    assert [(row[0], row[2]) for row in rows] == [("p00002", "left")]
    for day in (1, 2):
        later = render(root, day)
        assert (later.messages, users(later, "add"), users(later, "remove")) == (2, [], [])


def test_who_agrees_again_the_same_day_comes_in_and_can_leave_again(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2)])
    render(root)
    first = _again(root, [person(1), person(2, agreed="false")])
    back = render(fair(root, [person(1), person(2)]), 3)
    assert [user["email"] for user in users(back, "add")] == [[sha("p2@example.com")]]
    assert opt_outs(root).removals is None
    second = _again(root, [person(1), person(2, agreed="false")])
    assert first.removals and second.removals
    assert first.removals.batch != second.removals.batch
    assert _emails(second) == {sha("p2@example.com")}
    assert opt_outs(root).removals is None


def test_an_identifier_that_somebody_who_stays_has_too_is_left(tmp_path: Path) -> None:
    both = [person(1), person(2, mail="p1@example.com")]
    render(fair(tmp_path, both))
    done = _again(tmp_path, both[:1])
    assert done.removals
    (path,) = done.removals.folder.glob("audience-*.json")
    (part,) = json.loads(path.read_bytes())
    assert part["params"]["users"] == [
        {"handle": [sha("p2")], "phone_number": [sha("+442079460002")]}
    ]


def test_requests_hold_to_the_limits_of_the_network(tmp_path: Path) -> None:
    people = [person(n) for n in range(MOST_OPERATIONS + 2)]
    render(fair(tmp_path, people))
    done = _again(tmp_path, people[:1])
    assert done.removals and done.removals.operations == MOST_OPERATIONS + 1
    sizes = [file.rows for file in done.removals.files if file.what == "removals"]
    assert sizes == [MOST_OPERATIONS, 1]
    files = done.removals.folder.glob("audience-*.json")
    assert all(path.stat().st_size <= MOST_BYTES for path in files)


def test_forgetting_works_on_what_opt_outs_wrote(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2), person(3)])
    render(root)
    done = _again(root, [person(1)])
    assert done.removals
    removals = forget(root, "p00002").removals
    # the removal of before may not have been sent yet, and no longer says it
    assert removals and removals.operations == 1
    assert _emails(done) == {sha("p3@example.com")}
    assert listed(root).faults == ()
    assert (root / "batches" / TOMBSTONES).is_file()


def test_without_an_exported_audience_there_is_nothing_to_check(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1)])
    with pytest.raises(NothingToCheck, match="no audience was exported yet"):
        opt_outs(root)
    assert not (root / "batches").exists()
    assert targeter("optouts", "--project", root).code == 5


def test_the_only_batch_with_an_audience_was_lost(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1)])
    shutil.rmtree(render(root).folder)
    with pytest.raises(BadData, match="was lost"):
        opt_outs(root)


def test_wrong_rules_and_a_history_that_is_not_whole_stop_it(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1)])
    done = render(root)
    fair(root, [person(1)], rules="rules: [nonsense]\n")
    with pytest.raises(RulesAreWrong):
        opt_outs(root)
    fair(root, [person(1)])
    (done.folder / "contacts.parquet").unlink()
    with pytest.raises(BadData, match="was lost"):
        opt_outs(root)


def test_people_of_audiences_without_identifiers_are_told_of(tmp_path: Path) -> None:
    wall = WALL + "  board: {like: x_promoted, min_audience: 1}\n"
    rules = RULES + "  - {name: others, priority: 2, when: rank = 2, templates: [board]}\n"
    board = "---\nchannel: board\n---\nSee you there.\n"
    worlds.write(tmp_path, {"templates/board.j2": board})
    render(fair(tmp_path, [person(1), person(2)], wall, rules=rules))
    done = opt_outs(fair(tmp_path, [person(1)], wall, rules=rules))
    assert (done.members, done.people, done.removals) == (2, 1, None)
    assert done.still_in == (StillIn("board", 1),)
    words = ("optouts", "--project", tmp_path, "--as-of", "2026-11-03")
    ran = targeter(*words)
    # a daily job must not look well while somebody is in an audience they have to leave
    assert (ran.code, ran.err) == (3, "")
    assert ran.out.startswith("1 of 2 people in exported audiences may not be there any more.\n")
    assert "1 person is still in audiences of board" in ran.out
    answer = targeter(*words, "--format", "json")
    assert (answer.code, answer.json["still_in"]) == (3, [{"channel": "board", "people": 1}])


def test_who_was_never_handed_over_has_nothing_to_leave(tmp_path: Path) -> None:
    nameless = person(2, mail="", handle="", phone="")
    render(fair(tmp_path, [person(1), nameless]))
    done = opt_outs(fair(tmp_path, [person(1)]))
    assert (done.members, done.people, done.still_in) == (1, 0, ())


def test_audiences_that_others_export_are_audiences(tmp_path: Path) -> None:
    wall = "  wall: {like: x_promoted, min_audience: 1}\n"
    render(fair(tmp_path, [person(1), person(2)], wall))
    assert opt_outs(fair(tmp_path, [person(1), person(2)], wall)).members == 2
    gone = opt_outs(fair(tmp_path, [person(1)], wall))
    assert gone.still_in == (StillIn("wall", 1),)


def test_it_is_a_command(tmp_path: Path) -> None:
    root = fair(tmp_path, [person(1), person(2)])
    render(root)
    fair(root, [person(1)])
    words = ("optouts", "--project", root, "--as-of", "2026-11-03")
    ran = targeter(*words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("1 of 2 people in exported audiences may not be there any more.\n")
    assert "1  no longer in the data" in ran.out and "within 24 hours" in ran.out
    again = targeter(*words)
    assert (again.code, again.out) == (
        0,
        "Nobody of 1 person in exported audiences has to leave.\n",
    )
    answer = targeter(*words, "--format", "json").json
    assert (answer["day"], answer["members"], answer["people"]) == ("2026-11-03", 1, 0)
    assert (answer["reasons"], answer["removals"]) == ([], None)
    assert targeter("plan", "--project", root, "--against", "sent").code == 0
