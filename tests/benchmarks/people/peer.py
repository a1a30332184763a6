"""One peer at one stage, in a process of its own: `python -m tests.benchmarks.people.peer …`.

Prints a line of JSON: seconds of the work by the clock and of the processors, the greatest memory
until then, and of how many people.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.people import by_hand, loops, with_polars
from tests.benchmarks.people.asked import Asked
from tests.benchmarks.people.data import Data

SOURCES = ("posts", "likes", "checkins")
FORMATS = ("parquet", "jsonl")


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody to be compared with; `package` is what has to be installed, the extra `bench`."""

    name: str
    package: str
    work: Callable[[Asked], None]

    @property
    def is_there(self) -> bool:
        return find_spec(self.package) is not None


def _all() -> Mapping[str, tuple[Peer, ...]]:
    stages = {
        "plan": (
            Peer("DuckDB by hand", "duckdb", by_hand.plan),
            Peer("polars", "polars", with_polars.plan),
            Peer("Python and Jinja", "jinja2", loops.plan_in_python),
            Peer("zen-engine, a table", "zen", loops.plan_with_zen_table),
            Peer("zen-engine, one expression", "zen", loops.plan_with_zen_expression),
            Peer("JSON-logic", "json_logic", loops.plan_with_json_logic),
        ),
        "everything": (
            Peer("DuckDB by hand", "duckdb", by_hand.everything),
            Peer("polars", "polars", with_polars.everything),
        ),
    }
    for name in SOURCES:
        stages[name] = (
            Peer("DuckDB by hand", "duckdb", partial(by_hand.source, name=name)),
            Peer("polars", "polars", partial(with_polars.source, name=name)),
            Peer("Python", "duckdb", partial(loops.source_in_python, name=name)),
        )
    for name in FORMATS:
        stages[f"render {name}"] = (
            Peer("DuckDB's sorted COPYs", "duckdb", partial(by_hand.render, file_format=name)),
            Peer(
                "DuckDB, messages alone",
                "duckdb",
                partial(by_hand.render, file_format=name, messages_alone=True),
            ),
            Peer("polars", "polars", partial(with_polars.render, file_format=name)),
        )
    stages["render jsonl"] += (Peer("Python", "duckdb", loops.render_in_python),)
    return stages


PEERS = _all()


def main() -> None:
    stage, name, folder, people, sample, answer, rows = sys.argv[1:]
    asked = Asked(Data(Path(folder)), int(people), int(sample), Path(answer), Path(rows))
    peer = next(peer for peer in PEERS[stage] if peer.name == name)
    peer.work(asked)
    names = ("seconds", "processor", "peak", "people")
    print(json.dumps({name: getattr(asked, name) for name in names}))  # noqa: T201


if __name__ == "__main__":
    main()
