"""Ctrl-C reaches what works in C, at once and only once, and waits while things are put away."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from targeter.database import Engine
from targeter.errors import DatabaseFailed, Interrupted
from targeter.interrupts import hearing, undisturbed

ENDLESS = "SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE a = b + 1e-9"


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def soon() -> Iterator[threading.Timer]:
    timer = threading.Timer(0.2, press)
    timer.start()
    yield timer
    timer.join()


def test_a_statement_stops_and_the_next_ones_run() -> None:
    engine = Engine()
    for wait in (0.05, 0.1, 0.15, 0.2):
        timer = threading.Timer(wait, press)
        timer.start()
        with pytest.raises(Interrupted):
            engine.rows(ENDLESS)
        assert [engine.value("SELECT 42") for _ in range(20)] == [42] * 20
        assert Engine().value("SELECT 43") == 43
        timer.join()


def test_a_table_that_is_being_made_stops_too(soon: threading.Timer) -> None:
    engine = Engine()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        engine.run(f"CREATE TABLE half AS {ENDLESS}")
    assert time.monotonic() - began < 5
    assert engine.rows("SHOW TABLES") == []


def test_who_stops_reading_in_the_middle_closes_the_engine_in_peace(
    soon: threading.Timer,
) -> None:
    engine = Engine()
    chunks = engine.chunks("SELECT range AS n FROM range(100)", size=10)
    next(chunks)
    with pytest.raises(Interrupted):
        engine.rows(ENDLESS)
    engine.close()
    del chunks


def test_what_is_told_to_stop_is_told_until_it_does(soon: threading.Timer) -> None:
    told: list[float] = []
    done = threading.Event()

    def stop() -> None:
        told.append(time.monotonic())
        if len(told) == 3:
            done.set()

    with pytest.raises(KeyboardInterrupt), hearing(stop):
        assert done.wait(5)
    count = len(told)
    time.sleep(0.2)
    assert len(told) == count


def test_what_is_put_away_is_put_away_first() -> None:
    steps = []

    def put_away() -> None:
        with undisturbed():
            press()
            time.sleep(0.01)
            steps.append("put away")

    with pytest.raises(KeyboardInterrupt):
        put_away()
    assert steps == ["put away"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_may_ask_the_engine() -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(Engine().value("SELECT 42")))
    thread.start()
    thread.join()
    assert found == [42]


def test_who_ignores_ctrl_c_goes_on_ignoring_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with undisturbed(), hearing(lambda: None):
            press()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_too_little_memory_is_said_in_our_words() -> None:
    with pytest.raises(DatabaseFailed) as caught:
        Engine(memory="2MB").rows("SELECT list(range) FROM range(10000000)")
    assert caught.value.message == "the database can't do this with 2MB of memory"
    assert "--memory" in caught.value.help
