"""Whatever happens to people, the network knows exactly who is in each audience today."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targeter.batches import Rendered

from .fair import WALL, fair, parquet, person, render, requests, sha

MAILS = ("one@example.com", "two@example.com", "three@example.com", "")
Day = Sequence[tuple[str, bool]]
Network = dict[str, set[str]]


def _take(network: Network, done: Rendered) -> None:
    """What the network does with the requests, in their order."""
    numbers = {
        one["number"]: one["audience"] for one in done.exports["x_audiences"]["audiences"]
    } | _named_in_uploads(done)
    for path in requests(done):
        audience = numbers[int(path.name.split("-")[3])]
        for one in json.loads(path.read_bytes()):
            hashes = {h for user in one["params"]["users"] for h in user["email"]}
            known = network.setdefault(audience, set())
            known |= hashes
            if one["operation_type"] == "Delete":
                known -= hashes


def _named_in_uploads(done: Rendered) -> dict[int, str]:
    lines = (done.folder / "uploads.csv").read_text().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    return {int(row[0].split("-")[3]): row[1] for row in rows}


def _expected(done: Rendered, mails: Sequence[str]) -> Network:
    """The hashes of everybody who gets each text today."""
    found: Network = {}
    names = {row[2]: row[0] for row in parquet(done.folder / "audiences.parquet")}
    entered = parquet(done.folder / "contacts.parquet")
    read = {row[0]: row[7] for row in entered if row[2] == "entered"}
    for row in parquet(done.folder / "assignments.parquet"):
        name, outcome, text = row[0], row[1], row[8] or read.get(row[0])
        mail = mails[int(name[1:])]
        if outcome == "message" and mail:
            found.setdefault(names[sha(f"wall\x1f{text}")[:16]], set()).add(sha(mail))
    return found


_day = st.lists(st.tuples(st.sampled_from(("A", "B", "")), st.booleans()), min_size=5, max_size=5)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(_day, min_size=3, max_size=3), st.lists(st.sampled_from(MAILS), min_size=5, max_size=5)
)
def test_the_network_knows_who_is_in_an_audience(days: Sequence[Day], mails: list[str]) -> None:
    by_mail = WALL.replace("{email: mail, handle: handle, phone: phone}", "{email: mail}")
    network: Network = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, day in enumerate(days, start=1):
            people = [
                person(n, town=town, agreed=str(agreed).lower(), mail=mails[n])
                for n, (town, agreed) in enumerate(day)
            ]
            done = render(fair(Path(folder), people, by_mail), number)
            if "x_audiences" in done.exports:
                _take(network, done)
            expected = _expected(done, mails) if "x_audiences" in done.exports else {}
            assert {name: found for name, found in network.items() if found} == expected
