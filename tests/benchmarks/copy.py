"""How fast everybody's copy is written: `python -m tests.benchmarks.copy [--people N] [--json F]`.

Five templates of one to four values, and a worst case with nearly as many names as people. Each is
compared, in one run and on one machine, with what could be written by hand:

* `COPY`: the same texts by a plain `COPY (SELECT a || b … ORDER BY person)`, nothing made inert and
  nothing measured. Ours ends in the same sorted COPY.
* `render`: a loop of `template.render`, which does neither as well, over some of the people.
* `writer`: the same loop with values made inert and texts measured, which is what ours does.

Seconds of the processor, so that others on the machine do not count. `--memory` says the greatest
memory of one run of the worst case instead.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from targeter.channels import CHANNELS
from targeter.database import Engine, literal
from targeter.decisions import Choice
from targeter.rendering import DRAFT_COLUMNS, Listed, render_choices
from tests.rendering.trial import Trial, template, trial

ROUNDS = 3
LOOP = 20_000
FORMAT_VERSION = 1
FIRST = ("An", "Be", "Chi", "Da", "El", "Fio", "Gre", "Ha", "Ing", "Jo", "Ka", "Lu", "Zoë", "Łu")
MIDDLE = ("bi", "ca", "di", "fe", "li", "ma", "na", "ro", "sa", "ti", "vi", "xo", "zé", "sté")
LAST = ("", "a", "an", "e", "el", "ka", "la", "na", "o", "ra", "ry", "s", "ta", "to")
TOWNS = ("Ash", "Birch", "Cold", "Deep", "Far", "Green", "High", "Long", "North", "Stone")
ODD = (
    "🎉 * 🎉",
    "@*",
    "*.com",
    "★*★",
    "李 *",
    "*\u200b",
    "아나 *",
    "https://x.co/*",
    "* #1",
    "Ana\u0308 *",
)
ENDS = ("by", "field", "ford", "ham", "holm", "ley", "port", "ton", "wick", "worth")


@dataclass(frozen=True, slots=True)
class Case:
    """A template, and the SQL that writes its texts by hand (None: nobody would)."""

    name: str
    values: int
    body: str
    by_hand: str | None


CASES = (
    Case(
        "one value",
        1,
        "Hi {{ first_name }}, our network has grown again: five bars from the station to the last "
        "bus stop, and a map that shows it street by street. Have a look before you believe us.",
        "'Hi ' || first_name || ', our network has grown again: five bars from the station to the "
        "last bus stop, and a map that shows it street by street. Have a look before you believe "
        "us.'",
    ),
    Case(
        "two values",
        2,
        "Hi {{ first_name|default('there') }}, full signal in {{ town }}, in the kitchen and on "
        "the last bus. Try us for a month beside the network that you have.",
        "'Hi ' || coalesce(first_name, 'there') || ', full signal in ' || town || ', in the "
        "kitchen and on the last bus. Try us for a month beside the network that you have.'",
    ),
    Case(
        "three values",
        3,
        "{{ first_name }}, {% if years > 5 %}you stayed for {{ years }} years{% else %}thank you "
        "for coming{% endif %}. In {{ town|upper }} we now have five bars everywhere.",
        "first_name || ', ' || CASE WHEN years > 5 THEN 'you stayed for ' || years || ' years' "
        "ELSE 'thank you for coming' END || '. In ' || upper(town) || ' we now have five bars "
        "everywhere.'",
    ),
    Case(
        "four values",
        4,
        "Hi {{ first_name|capitalize }}, {{ years }} years in {{ town }} and still the same "
        "{{ handset }}{% if handset == 'Karst 4' %} (we have parts){% endif %}? Bring it in: the "
        "first repair in {{ town }} costs you nothing.",
        "'Hi ' || upper(first_name[1]) || first_name[2:] || ', ' || years || ' years in ' || town "
        "|| ' and still the same ' || handset || CASE WHEN handset = 'Karst 4' THEN ' (we have "
        "parts)' ELSE '' END || '? Bring it in: the first repair in ' || town || ' costs you "
        "nothing.'",
    ),
    Case(
        "few inputs",
        2,
        "{% if years > 10 %}Ten years and more.{% elif years > 2 %}A few years already.{% else %}"
        "Hello again.{% endif %} Your {{ handset }} has earned a new battery, and we have it.",
        "CASE WHEN years > 10 THEN 'Ten years and more.' WHEN years > 2 THEN 'A few years "
        "already.' ELSE 'Hello again.' END || ' Your ' || handset || ' has earned a new battery, "
        "and we have it.'",
    ),
)
WORST = Case(
    "worst: names all differ",
    2,
    "Hi {{ full_name }}, full signal in {{ town }}, in the kitchen and on the last bus. Try us for "
    "a month beside the network that you have.",
    "'Hi ' || full_name || ', full signal in ' || town || ', in the kitchen and on the last bus. "
    "Try us for a month beside the network that you have.'",
)


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds for everybody, the best of some rounds; the loops' are reckoned from a part."""

    case: str
    values: int
    ours: float
    writing: float
    plain_copy: float
    render_loop: float
    writer_loop: float

    @property
    def of_copy(self) -> float:
        """How fast ours is, as a part of the plain COPY's speed."""
        return self.plain_copy / self.ours

    @property
    def of_loops(self) -> tuple[float, float]:
        """How many times as fast ours writes as both loops; none of them has exported anything."""
        return self.render_loop / self.writing, self.writer_loop / self.writing


def people(engine: Engine, count: int) -> None:
    """So many profiles, the same every time: 2,744 first names, 100 towns, 12 handsets.

    Of the full names every one is another. A third has letters with accents; one in twenty is what
    must be looked at: emoji, signs, links, other scripts.
    """
    names = [a + b + c for a in FIRST for b in MIDDLE for c in LAST]
    towns = [a + b for a in TOWNS for b in ENDS]
    columns = {"n": "BIGINT", "word": "VARCHAR"}
    for table, words in (("names", names), ("towns", towns), ("odd", ODD)):
        engine.load(table, columns, enumerate(words))
    engine.run(
        "CREATE OR REPLACE TABLE profiles AS SELECT printf('p%08d', i * 7919 % $1) AS person_id, "
        "f.word AS first_name, t.word AS town, i * 31 % 23 AS years, "
        "'Karst ' || (i * 17 % 12) AS handset, "
        "CASE WHEN i % 20 = 0 THEN replace(o.word, '*', f.word || i) "
        "ELSE f.word || ' ' || t.word || i END AS full_name "
        "FROM range($1) AS r(i) JOIN names AS f ON f.n = i * 131 % 2744 "
        f"JOIN towns AS t ON t.n = i * 37 % 100 JOIN odd AS o ON o.n = i // 20 % {len(ODD)}",
        [count],
    )
    engine.run(
        "CREATE OR REPLACE TABLE waiting AS "
        "SELECT rowid::INTEGER AS number, 0 AS choice FROM profiles"
    )


_WRITTEN = "SELECT person, text FROM drafts ORDER BY person"


class Bench:
    """One engine full of people, and what is timed on it."""

    def __init__(self, made: Trial, folder: Path) -> None:
        self._made, self._engine, self._folder = made, made.engine, folder

    def measure(self, case: Case, loop: int) -> Result:
        choice = self._choice(case)
        ours, writing, plain = [], [], []
        for _ in range(ROUNDS):  # by turns, so that a busy moment is nobody's
            plain.append(_seconds(lambda: self._by_hand(case)))
            begun = time.process_time()
            self._drafts(choice)
            writing.append(time.process_time() - begun)
            self._copy(_WRITTEN, "ours")
            ours.append(time.process_time() - begun)
        self._check(case)
        return Result(
            case.name,
            case.values,
            min(ours),
            min(writing),
            min(plain),
            *self._loops(choice, loop),
        )

    def write(self, case: Case) -> None:
        """Ours alone."""
        self._drafts(self._choice(case))
        self._copy(_WRITTEN, "ours")

    def _drafts(self, choice: Choice) -> None:
        self._engine.run(f"CREATE OR REPLACE TABLE drafts ({DRAFT_COLUMNS})")
        render_choices(
            self._engine, self._made.bound, [choice], Listed(self._made.bound, "waiting"), "drafts"
        )

    def _choice(self, case: Case) -> Choice:
        read = template(case.body)
        assert read is not None, case.name
        return self._made.with_template(read, CHANNELS["x_promoted"])

    def _by_hand(self, case: Case) -> None:
        assert case.by_hand is not None
        query = f"SELECT person_id AS person, {case.by_hand} AS text FROM profiles ORDER BY person"
        self._copy(query, "plain")

    def _copy(self, query: str, name: str) -> None:
        target = literal(str(self._folder / f"{name}.parquet"))
        self._engine.run(f"COPY ({query}) TO {target} (FORMAT parquet)")

    def _check(self, case: Case) -> None:
        """Both wrote the same, but for names that had to be made inert."""
        ours, plain = (literal(str(self._folder / f"{n}.parquet")) for n in ("ours", "plain"))
        others = self._engine.value(
            f"SELECT count(*) FROM {ours} AS o JOIN {plain} AS p USING (person) "
            "WHERE o.text IS DISTINCT FROM p.text"
        )
        assert case is WORST or not others, (case.name, others)

    def _loops(self, choice: Choice, loop: int) -> tuple[float, float]:
        """Seconds of both loops, reckoned for everybody from the first `loop` people."""
        writer = self._made.writer(choice)
        columns = ", ".join(writer.columns)
        rows = self._engine.rows(f"SELECT {columns} FROM profiles LIMIT {loop}")
        everybody = int(self._engine.value("SELECT count(*) FROM profiles")) / len(rows)
        compiled = writer.environment.from_string(choice.template.body)
        named = [dict(zip(writer.columns, row, strict=True)) for row in rows]

        def render() -> None:
            for values in named:
                compiled.render(values)

        def write() -> None:
            for row in rows:
                writer.write(row)

        return _seconds(render) * everybody, _seconds(write) * everybody


def _seconds(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


@contextmanager
def bench(count: int) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as name, trial(Path(name) / "project") as made:
        folder = Path(name)
        engine = Engine(folders=[folder], scratch=folder / "scratch", memory="1GB")
        people(engine, count)
        yield Bench(replace(made, engine=engine), folder)
        engine.close()


def table(results: Sequence[Result]) -> str:
    names = ("ours", "writing", "COPY", "render", "writer", "of COPY", "of render", "of writer")
    lines = [f"{'seconds':24}" + "".join(f"{name:>10}" for name in names)]
    for one in results:
        seconds = (one.ours, one.writing, one.plain_copy, one.render_loop, one.writer_loop)
        shown = [f"{value:.2f}" for value in (*seconds, one.of_copy)]
        shown += [f"{times:.0f} x" for times in one.of_loops]
        lines.append(f"{one.case:24}" + "".join(f"{text:>10}" for text in shown))
    return "\n".join(lines)


def report(count: int, results: Sequence[Result]) -> dict[str, object]:
    return {
        "format_version": FORMAT_VERSION,
        "people": count,
        "loop_people": min(LOOP, count),
        "rounds": ROUNDS,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "results": [
            {**asdict(one), "of_copy": one.of_copy, "of_loops": one.of_loops} for one in results
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast everybody's copy is written.")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--memory", action="store_true")
    asked = parser.parse_args()
    with bench(asked.people) as ready:
        if asked.memory:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            seconds = _seconds(lambda: ready.write(WORST))
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            said = f"{before} MB loaded, {after} MB at most, {seconds:.1f} s"
            print(f"{asked.people:,} people: {said}")  # noqa: T201
            return
        results = [ready.measure(case, LOOP) for case in (*CASES, WORST)]
    print(table(results))  # noqa: T201
    if asked.json:
        asked.json.write_text(json.dumps(report(asked.people, results), indent=2) + "\n")


if __name__ == "__main__":
    main()
