"""A source tried out: files and YAML in, what the engine holds or objects to out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from targeter.database import Engine, identifier
from targeter.errors import BadData
from targeter.findings import Finding
from targeter.sources.declared import Source, read_sources
from targeter.sources.reading import Loaded, folders, load
from targeter.yaml_source import Fields, TextFile, parse

ROOT = Path(__file__).parents[2]
PUBLIC_DATA = Path(os.environ.get("TARGETER_PUBLIC_DATA", ROOT.parent / "shared" / "data"))


def source_of(yaml: str, name: str = "things") -> Source:
    """A source from the lines that stand below its name in YAML."""
    indented = "\n".join(f"    {line}" for line in yaml.strip("\n").splitlines())
    text = f"sources:\n  {name}:\n{indented}\n"
    found: list[Finding] = []
    settings = Fields.of(parse(TextFile.of("targeter.yaml", text), found), "settings", found)
    assert settings is not None
    (source,) = read_sources(settings)
    assert not [f for f in found if f.code not in ("TG104",) and "'key'" not in f.message], found
    return source


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt to load a source: the table it became, or the findings that stopped it."""

    engine: Engine | None
    loaded: Loaded | None
    findings: Sequence[Finding] = field(default=())

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        assert self.loaded is not None, [str(f) for f in self.findings]
        assert self.engine is not None
        return self.engine.rows(f"SELECT * FROM {identifier(self.loaded.table)}")

    @property
    def types(self) -> Mapping[str, str]:
        assert self.loaded is not None, [str(f) for f in self.findings]
        return {column.name: column.type for column in self.loaded.columns}

    @property
    def notes(self) -> str:
        assert self.loaded is not None, [str(f) for f in self.findings]
        return "\n".join(self.loaded.notes)

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings]

    @property
    def places(self) -> list[str]:
        return [str(finding.place) for finding in self.findings]

    @property
    def messages(self) -> str:
        return "\n".join(f"{f.message} ({f.help})" for f in self.findings)


def tried(
    root: Path, yaml: str, *, data_roots: Sequence[Path] = (), threads: int | None = None
) -> Trial:
    """Load the source that YAML declares, from the files below `root`."""
    source = source_of(yaml)
    scratch = root / "scratch"
    scratch.mkdir(exist_ok=True)
    try:
        allowed = folders([source], root, data_roots)
    except BadData as error:
        return Trial(None, None, error.findings)
    engine = Engine(
        folders=[*allowed, scratch], scratch=scratch, threads=threads, little=threads is None
    )
    try:
        loaded = load(engine, source, root, data_roots, scratch)
    except BadData as error:
        left = engine.rows("SELECT table_name FROM information_schema.tables")
        assert not [name for (name,) in left if str(name).startswith("source_")], left
        return Trial(engine, None, error.findings)
    return Trial(engine, loaded, loaded.findings)


def tried_csv(root: Path, data: bytes | str, yaml: str = "", name: str = "a.csv") -> Trial:
    """Load one file of this content."""
    raw = data.encode() if isinstance(data, str) else data
    (root / name).write_bytes(raw)
    return tried(root, f"path: {name}\n{yaml}")
