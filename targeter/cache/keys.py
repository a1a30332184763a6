"""What a cached thing was made from, as a key: definitions without their places, and versions."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import platform
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path

import targeter
from targeter.database import Engine
from targeter.findings import Place
from targeter.yaml_source import Scalar


def key_of(definition: object) -> str:
    """32 hexadecimal digits that tell this definition from every other."""
    text = json.dumps(declared(definition), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def declared(value: object) -> object:
    """A declared value as JSON: everything it says, and not where in a file it says it.

    Raises `TypeError` for a value of a kind that no declaration has: a field that is forgotten
    here would be a change that nobody notices.
    """
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Scalar):
        return [value.text, value.is_plain]
    if is_dataclass(value) and not isinstance(value, type):
        said = {f.name: getattr(value, f.name) for f in fields(value)}
        shown = {n: declared(v) for n, v in said.items() if not isinstance(v, Place)}
        return [type(value).__name__, shown]
    if isinstance(value, Mapping):
        return {str(name): declared(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [declared(one) for one in value if not isinstance(one, Place)]
    if isinstance(value, Decimal | dt.date):
        return str(value)
    raise TypeError(f"a {type(value).__name__} has no place in a definition")


def versions_of(engine: Engine) -> str:
    """The versions that a computed value depends on: ours, the engine's, Python's.

    Whoever works on targeter changes its files and not its number, so they count, too.
    """
    parts = (
        f"targeter {targeter.__version__} {_code()}",
        f"DuckDB {engine.value('SELECT version()')}",
        f"Python {platform.python_version()} {unicodedata.unidata_version}",
    )
    return ", ".join(parts)


@functools.cache
def _code() -> str:
    """A digest of the names, sizes and times of the package's files, as they were at first."""
    folder = Path(targeter.__file__).parent
    known = ((path, path.stat()) for path in sorted(folder.rglob("*.py")))
    lines = [f"{path.relative_to(folder)} {s.st_size} {s.st_mtime_ns}" for path, s in known]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
