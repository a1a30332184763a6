"""The requests and lists of a network without some of the hashes, and their index put right."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from targeter.exporters.uploads import LISTS, OPERATIONS, REQUESTS, UPLOADS, body
from targeter.history import Draft


def take_hashes_out(draft: Draft, hashes: Collection[str], scratch: Path) -> int:
    """Take everybody known by one of these hashes out of a batch's requests; returns how many.

    A file that has nobody left goes, and so does its line of `uploads.csv`.
    """
    taken, sizes = 0, dict[str, tuple[int, int] | None]()
    for entry in list(draft.files):
        name, what = str(entry["name"]), entry.get("what")
        if what in REQUESTS.values():
            before = json.loads((draft.folder / name).read_bytes())
            users = before[0]["params"]["users"]
            kept = [user for user in users if not _is_known_by(user, hashes)]
            taken += len(users) - len(kept)
            if len(kept) < len(users):
                sizes[name] = _rewrite(draft, name, _body(before[0], kept), len(kept), scratch)
        elif what == LISTS:
            lines = (draft.folder / name).read_text(encoding="ascii").splitlines()
            left = [line for line in lines if line not in hashes]
            if len(left) < len(lines):
                text = "".join(f"{line}\n" for line in left).encode()
                _rewrite(draft, name, text, len(left), scratch)
    if sizes:
        _index(draft, sizes, scratch)
    return taken


def _is_known_by(user: dict[str, list[str]], hashes: Collection[str]) -> bool:
    return any(one in hashes for values in user.values() for one in values)


def _body(before: dict[str, Any], users: list[dict[str, list[str]]]) -> bytes:
    kinds = {called: operation for operation, called in OPERATIONS.items()}
    listed = ",".join(json.dumps(user, separators=(",", ":")) for user in users)
    return body(kinds[before["operation_type"]], listed)


def _rewrite(
    draft: Draft, name: str, data: bytes, rows: int, scratch: Path
) -> tuple[int, int] | None:
    """Write a file anew; how many people and bytes it has, None where it is gone."""
    if not rows:
        draft.remove(name)
        return None
    path = scratch / name
    path.write_bytes(data)
    draft.replace(name, path, rows=rows)
    return rows, len(data)


def _index(draft: Draft, sizes: dict[str, tuple[int, int] | None], scratch: Path) -> None:
    with (draft.folder / UPLOADS).open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    out = io.StringIO()
    index = csv.writer(out, lineterminator="\n")
    index.writerow(heading)
    count = 0
    for name, audience, operation, people, size in rows:
        now = sizes.get(name, (people, size))
        if now is not None:
            index.writerow((name, audience, operation, *now))
            count += 1
    path = scratch / UPLOADS
    path.write_text(out.getvalue(), encoding="utf-8")
    draft.replace(UPLOADS, path, rows=count)
