"""An exporter that another package brings, found as an installed one is: by its entry point."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from targeter.exporters import ExporterFailed, exporter_named, known_names
from targeter.findings import errors_in
from tests import worlds

from .fair import fair, person, render

PIGEONS = '''\
"""One strip of paper a message."""

from targeter.exporters import Export, Exported, Exporter, Written


def write(export: Export) -> Exported:
    strips = [f"{one['address']}: {one['text']}\\n" for one in export.messages()]
    (export.folder / "strips.txt").write_text("".join(strips))
    files = (Written("strips.txt", "strips", len(strips)),)
    return Exported(files, told=("Feed the pigeons.",), facts={"pigeons": len(strips)})


def forget(export: Export) -> Exported:
    (export.folder / "strips.txt").write_text("")
    return Exported(())


def fall(export: Export) -> Exported:
    raise RuntimeError("no wind")


def usurp(export: Export) -> Exported:
    (export.folder / "manifest.json").write_text("{}")
    return Exported((Written("manifest.json", "strips", 1),))


pigeons = Exporter(("direct",), write)
usurping = Exporter(("direct",), usurp)
forgetful = Exporter(("direct",), forget)
falling = Exporter(("direct",), fall)
nothing = object()
'''
POINTS = """\
[targeter.exporters]
pigeons = pigeon_post:pigeons
forgetful = pigeon_post:forgetful
falling = pigeon_post:falling
usurping = pigeon_post:usurping
nothing = pigeon_post:nothing
missing = pigeon_post:missing
"""
NOTE = "---\nchannel: note\n---\nHi {{ name }}.\n"
LOFT = "  note: {delivery: direct, unit: codepoints, limit: 99, address: handle, exporter: NAME}\n"


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    worlds.write(
        tmp_path / "site",
        {
            "pigeon_post.py": PIGEONS,
            "pigeon_post-1.0.dist-info/METADATA": "Name: pigeon-post\nVersion: 1.0\n",
            "pigeon_post-1.0.dist-info/entry_points.txt": POINTS,
        },
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    yield
    sys.modules.pop("pigeon_post", None)


def _loft(root: Path, name: str) -> Path:
    people = [person(1), person(2)]
    return fair(root / "project", people, LOFT.replace("NAME", name), NOTE)


def test_an_exporter_from_outside_writes_the_batch(tmp_path: Path) -> None:
    done = render(_loft(tmp_path, "pigeons"))
    assert (done.folder / "strips.txt").read_text() == "@P1: Hi Name1.\n@P2: Hi Name2.\n"
    assert [(file.name, file.what, file.rows) for file in done.files] == [
        ("strips.txt", "strips", 2)
    ]
    assert (done.told, done.exports) == (("Feed the pigeons.",), {"pigeons": {"pigeons": 2}})
    again = render(tmp_path / "project")
    assert (again.is_new, again.told, again.exports) == (False, done.told, done.exports)


def test_known_are_the_built_in_ones_and_the_installed() -> None:
    assert {"messages", "x_audiences", "pigeons"} <= set(known_names())
    assert exporter_named("owls") is None


def test_a_name_that_is_nearly_right_is_suggested(tmp_path: Path) -> None:
    (found,) = errors_in(worlds.findings(_loft(tmp_path, "pigeon")))
    assert (found.code, "there is no exporter 'pigeon'" in found.message) == ("TG105", True)
    assert "pigeons" in found.help


@pytest.mark.parametrize("name", ["nothing", "missing"])
def test_an_exporter_that_can_not_be_used_is_a_finding(tmp_path: Path, name: str) -> None:
    (found,) = errors_in(worlds.findings(_loft(tmp_path, name)))
    assert found.code == "TG105" and f"the exporter {name!r}" in found.message


@pytest.mark.parametrize(
    ("name", "said"),
    [("forgetful", "names"), ("falling", "no wind"), ("usurping", "called 'manifest.json'")],
)
def test_an_exporter_that_fails_leaves_no_batch(tmp_path: Path, name: str, said: str) -> None:
    root = _loft(tmp_path, name)
    with pytest.raises(ExporterFailed, match=said):
        render(root)
    assert not list((root / "batches").glob("[!.]*/manifest.json"))
