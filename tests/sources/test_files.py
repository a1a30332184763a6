"""Which files a source may be: inside the project, there, readable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from targeter.sources.reading import folders

from .trial import source_of, tried


def _project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    (root / "data" / "a.csv").write_text("id,x\n1,2\n")
    (tmp_path / "outside.csv").write_text("id,x\n9,9\n")
    return root


def test_the_engine_is_given_only_the_folders_of_the_files(tmp_path: Path) -> None:
    root = _project(tmp_path)
    assert folders([source_of("path: data/a.csv")], root) == ((root / "data").resolve(),)
    assert folders([source_of("path: data/missing.csv")], root) == ()


@pytest.mark.parametrize(
    "path",
    [
        "../outside.csv",
        "data/../../outside.csv",
        "/etc/passwd",
        "../*.csv",
        "/etc/*",
        "../../../../../../nothing-here.csv",
    ],
)
def test_a_path_outside_the_project_is_refused(tmp_path: Path, path: str) -> None:
    trial = tried(_project(tmp_path), f"path: {path}\nformat: csv")
    assert trial.codes == ["TG110"]
    assert trial.places == ["targeter.yaml:2:3"]


def test_a_link_that_leaves_the_project_is_refused(tmp_path: Path) -> None:
    root = _project(tmp_path)
    (root / "data" / "b.csv").symlink_to(tmp_path / "outside.csv")
    assert tried(root, "path: data/b.csv").codes == ["TG110"]
    assert tried(root, "path: data/*.csv").codes == ["TG110"]
    (root / "linked").symlink_to(tmp_path)
    assert tried(root, "path: linked/outside.csv").codes == ["TG110"]


def test_a_link_inside_the_project_is_fine(tmp_path: Path) -> None:
    root = _project(tmp_path)
    (root / "b.csv").symlink_to(root / "data" / "a.csv")
    assert tried(root, "path: b.csv").rows == [(1, 2)]


def test_a_data_root_may_hold_the_files(tmp_path: Path) -> None:
    root = _project(tmp_path)
    assert tried(root, "path: outside.csv", data_roots=[tmp_path]).rows == [(9, 9)]
    assert tried(root, f"path: {tmp_path}/outside.csv", data_roots=[tmp_path]).rows == [(9, 9)]
    assert tried(root, "path: data/a.csv", data_roots=[tmp_path]).rows == [(1, 2)]


def test_a_file_that_is_not_there_is_found_with_a_suggestion(tmp_path: Path) -> None:
    trial = tried(_project(tmp_path), "path: data/b.csv")
    assert trial.codes == ["TG715"]
    assert "did you mean 'data/a.csv'?" in trial.messages


def test_a_file_that_is_not_there_is_looked_for_elsewhere(tmp_path: Path) -> None:
    root = _project(tmp_path)
    assert "--data-root DIR names a folder" in tried(root, "path: outside.csv").messages
    trial = tried(root, "path: outsite.csv", data_roots=[tmp_path])
    assert "did you mean 'outside.csv'?" in trial.messages
    assert "--data-root" not in trial.messages


def test_a_pattern_without_a_file_is_found(tmp_path: Path) -> None:
    trial = tried(_project(tmp_path), "path: data/*.parquet")
    assert trial.codes == ["TG715"]
    assert "no file matches" in trial.messages


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    root = _project(tmp_path)
    (root / "b.csv").mkdir()
    trial = tried(root, "path: b.csv")
    assert trial.codes == ["TG715"]
    assert "b.csv/*.csv" in trial.messages


def test_a_file_that_disappears_is_found(tmp_path: Path) -> None:
    root = _project(tmp_path)
    source = source_of("path: data/a.csv")
    assert folders([source], root)
    (root / "data" / "a.csv").unlink()
    assert tried(root, "path: data/a.csv").codes == ["TG715"]


def test_a_link_to_nothing_and_a_circle_of_links_are_found(tmp_path: Path) -> None:
    root = _project(tmp_path)
    (root / "gone.csv").symlink_to(root / "nowhere.csv")
    (root / "round.csv").symlink_to(root / "round.csv")
    assert tried(root, "path: gone.csv").codes == ["TG715"]
    assert tried(root, "path: round.csv").codes in (["TG715"], ["TG110"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_found(tmp_path: Path) -> None:
    root = _project(tmp_path)
    (root / "data" / "a.csv").chmod(0)
    assert tried(root, "path: data/a.csv").codes == ["TG715"]


@pytest.mark.parametrize("path", ["'a\\0b.csv'", "'" + "x" * 5000 + ".csv'", "'a**b/[.csv'"])
def test_a_path_that_is_no_path_is_a_finding(tmp_path: Path, path: str) -> None:
    trial = tried(_project(tmp_path), f"path: {path}")
    assert trial.codes in (["TG715"], ["TG110"])


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    root = _project(tmp_path)
    os.mkfifo(root / "pipe.csv")
    assert tried(root, "path: pipe.csv").codes == ["TG715"]
