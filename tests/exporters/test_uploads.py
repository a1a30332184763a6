"""Requests of a size that the platform takes: at the borders, and by a platform of our own."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targeter.exporters.uploads import MOST_BYTES, body, people_a_request

from .fair import WALL, fair, person, render, requests, sha, users


@pytest.mark.parametrize(
    ("people", "sizes"), [(2_499, [2_499]), (2_500, [2_500]), (2_501, [2_500, 1])]
)
def test_a_request_has_2500_people_at_most(tmp_path: Path, people: int, sizes: list[int]) -> None:
    by_mail = WALL.replace("{email: mail, handle: handle, phone: phone}", "{email: mail}")
    done = render(fair(tmp_path, [person(n) for n in range(people)], by_mail))
    found = [json.loads(path.read_bytes()) for path in requests(done, "add")]
    assert [len(one["params"]["users"]) for (one,) in found] == sizes
    assert {user["email"][0] for user in users(done, "add")} == {
        sha(f"p{n}@example.com") for n in range(people)
    }
    (listed,) = done.folder.glob("audience-2-*-email.csv")
    assert len(set(listed.read_text().splitlines())) == people


@given(st.integers(1, 3_000_000))
def test_as_many_people_as_fit_into_5000000_bytes(longest: int) -> None:
    people = people_a_request(longest)
    assert 1 <= people <= 2_500

    def size(number: int) -> int:
        return len(body("remove", "")) + number * longest + number - 1

    assert size(people) <= MOST_BYTES
    assert people == 2_500 or size(people + 1) > MOST_BYTES


def test_the_border_is_the_byte(tmp_path: Path) -> None:
    room = MOST_BYTES - len(body("remove", ""))
    halves = (room - 1) // 2
    assert people_a_request(halves) == 2
    assert people_a_request(halves + 1) == 1
    users = ",".join(["x" * halves] * 2)
    assert MOST_BYTES - 1 <= len(body("remove", users)) <= MOST_BYTES


# -- a platform of our own -------------------------------------------------------------------


class _Platform(BaseHTTPRequestHandler):
    """What the platform's reference says of a request: all of it is taken, or nothing."""

    taken: list[int]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        data = self.rfile.read(length)
        reason = _refusal(data)
        self.send_response(400 if reason else 200)
        self.end_headers()
        self.wfile.write(reason.encode() if reason else b"taken")

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads a log."""


def _refusal(data: bytes) -> str:
    if len(data) > 5_000_000:
        return "too many bytes"
    operations = json.loads(data)
    if len({one["operation_type"] for one in operations}) != 1:
        return "add and remove apart"
    people = [user for one in operations for user in one["params"]["users"]]
    if not 1 <= len(people) <= 2_500:
        return "too many operations"
    for one in people:
        if not one or not set(one) <= {"email", "handle", "phone_number"}:
            return "unknown identifier"
        if not all(re.fullmatch("[0-9a-f]{64}", h) for hashes in one.values() for h in hashes):
            return "not hashed"
    return ""


@pytest.fixture
def platform() -> Iterator[tuple[str, int]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Platform)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield str(server.server_address[0]), int(server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join()


def _sent(platform: tuple[str, int], data: bytes) -> tuple[int, str]:
    connection = http.client.HTTPConnection(*platform)
    try:
        connection.request("POST", "/users", data)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_a_platform_takes_every_request(tmp_path: Path, platform: tuple[str, int]) -> None:
    render(fair(tmp_path, [person(n) for n in range(2_600)]))
    fair(tmp_path, [person(n, agreed=str(n % 3 == 0).lower()) for n in range(2_700)])
    done = render(tmp_path, 3)
    files = requests(done)
    assert {"remove" in path.name for path in files} == {True, False}
    assert {_sent(platform, path.read_bytes()) for path in files} == {(200, "taken")}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (body("add", '{"email":["anna@example.com"]}'), "not hashed"),
        (body("add", f'{{"email":["{sha("a").upper()}"]}}'), "not hashed"),
        (body("add", f'{{"mail":["{sha("a")}"]}}'), "unknown identifier"),
        (body("add", ",".join([f'{{"email":["{sha("a")}"]}}'] * 2_501)), "too many operations"),
        (body("add", "{}" + " " * 5_000_000), "too many bytes"),
    ],
)
def test_the_platform_of_these_tests_refuses_what_is_wrong(
    platform: tuple[str, int], wrong: bytes, reason: str
) -> None:
    assert _sent(platform, wrong) == (400, reason)
