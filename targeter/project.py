"""A project's folder read whole: settings, rules and templates, with everything found in them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from targeter import policies, rules, yaml_source
from targeter.errors import WrongUsage
from targeter.findings import Finding, Place
from targeter.policies import Handoff, Requirement, Suppression
from targeter.rules import Rule, Segment
from targeter.settings import Settings, read_settings
from targeter.templates import Template, read_template
from targeter.yaml_source import Fields, TextFile

SETTINGS = "rules/targeter.yaml"
TESTS = "rules/tests/"


@dataclass(frozen=True, slots=True)
class Project:
    """A project as it is written. `files` are all files that were read, by relative path."""

    root: Path
    settings: Settings
    segments: tuple[Segment, ...]
    handoffs: tuple[Handoff, ...]
    requirements: tuple[Requirement, ...]
    suppressions: tuple[Suppression, ...]
    rules: tuple[Rule, ...]
    templates: tuple[Template, ...]
    files: tuple[TextFile, ...]
    findings: tuple[Finding, ...]

    def file(self, path: str) -> TextFile | None:
        return next((file for file in self.files if file.path == path), None)

    def rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.name == name), None)

    def in_languages(self, name: str) -> tuple[Template, ...]:
        """The templates of one name, one a language."""
        return tuple(t for t in self.templates if t.name == name)


def find_root(start: Path) -> Path:
    """The project that a folder belongs to: the nearest one upward with rules/targeter.yaml."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / SETTINGS).is_file():
            return folder
    raise WrongUsage(
        f"no project here: {SETTINGS} is neither in {start.name or start} nor in a folder above",
        help="go to a project's folder, name one with --project DIR, "
        "or begin one with targeter init DIR",
    )


def read_project(root: Path) -> Project:
    """Read every file of a project; nothing is raised for what stands in them, it is found."""
    found: list[Finding] = []
    files: list[TextFile] = []
    settings = read_settings(_settings_node(root, files, found), found)
    parts = _Parts([], [], [], [], [])
    for path in _files(root, "rules", (".yaml", ".yml")):
        if path != SETTINGS and not path.startswith(TESTS):
            _read_rule_file(root, path, files, parts, found)
    for source in settings.sources:
        if source.sql is not None:
            _read_sql(root, source.sql, files, found)
    templates = []
    for path in _files(root, "templates", (".j2",)):
        file = _text(root, path, files, found)
        template = read_template(file, found) if file else None
        if template:
            templates.append(template)
    _unique("template", ((t.id, t.place) for t in templates), found)
    _unique_names(parts, found)
    return Project(
        root,
        settings,
        tuple(parts.segments),
        tuple(parts.handoffs),
        tuple(parts.requirements),
        tuple(parts.suppressions),
        tuple(sorted(parts.rules, key=lambda rule: rule.order)),
        tuple(templates),
        tuple(files),
        tuple(found),
    )


def read_test_files(root: Path, found: list[Finding]) -> tuple[TextFile, ...]:
    """The files of tests, which are about the project and no part of it."""
    files: list[TextFile] = []
    for path in _files(root, TESTS, (".yaml", ".yml")):
        _text(root, path, files, found)
    return tuple(files)


@dataclass(frozen=True, slots=True)
class _Parts:
    segments: list[Segment]
    handoffs: list[Handoff]
    requirements: list[Requirement]
    suppressions: list[Suppression]
    rules: list[Rule]


def _settings_node(
    root: Path, files: list[TextFile], found: list[Finding]
) -> yaml_source.Node | None:
    file = _text(root, SETTINGS, files, found)
    node = yaml_source.parse(file, found) if file else None
    if file and node is None and not found:
        found.append(Finding("TG104", "the settings are empty", file.place(0)))
    return node


def _read_rule_file(
    root: Path, path: str, files: list[TextFile], parts: _Parts, found: list[Finding]
) -> None:
    file = _text(root, path, files, found)
    node = yaml_source.parse(file, found) if file else None
    fields = Fields.of(node, "a rule file", found)
    if fields is None:
        return
    campaign = fields.scalar("campaign")
    parts.segments.extend(rules.read_segments(fields))
    parts.handoffs.extend(policies.read_handoffs(fields))
    parts.requirements.extend(policies.read_requirements(fields))
    parts.suppressions.extend(policies.read_suppressions(fields))
    parts.rules.extend(rules.read_rules(fields, campaign))
    fields.done()


def _read_sql(
    root: Path, sql: yaml_source.Scalar, files: list[TextFile], found: list[Finding]
) -> None:
    path = sql_path(sql.text)
    if path is None:
        message = f"{sql.text!r} leaves the folder rules/"
        found.append(Finding("TG110", message, sql.place, "put the file into rules/"))
    elif all(file.path != path for file in files):
        if (root / path).is_file():
            _text(root, path, files, found)
        else:
            found.append(Finding("TG112", f"there is no file {path}", sql.place))


def sql_path(name: str) -> str | None:
    """Where a derived source's file lies, relative to the project; None when outside of rules/."""
    path = os.path.normpath(f"rules/{name}")
    return path if path.startswith("rules/") and not Path(name).is_absolute() else None


def _files(root: Path, folder: str, suffixes: tuple[str, ...]) -> list[str]:
    """Relative paths below a folder, sorted; hidden files and folders are passed over."""
    result = []
    for base, folders, names in os.walk(root / folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.endswith(suffixes) and not name.startswith("."):
                result.append((Path(base) / name).relative_to(root).as_posix())
    return sorted(result)


def _text(root: Path, path: str, files: list[TextFile], found: list[Finding]) -> TextFile | None:
    """A file of the project as text. One that leads out of the project is not opened."""
    place = Place(path, 1, 1)
    try:
        real = (root / path).resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            found.append(Finding("TG110", f"{path} leads out of the project", place))
            return None
        if real.stat().st_size > yaml_source.MAX_FILE_BYTES:
            found.append(Finding("TG112", f"{path} is larger than 5 MB", place))
            return None
        text = real.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 (byte {error.start})"
        found.append(Finding("TG112", message, place, "save it as UTF-8"))
        return None
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        reason = getattr(error, "strerror", None) or "a link that leads to itself"
        message = f"{path} can't be read: {reason.lower()}"
        found.append(Finding("TG112", message, place))
        return None
    file = TextFile.of(path, text)
    files.append(file)
    return file


def _unique_names(parts: _Parts, found: list[Finding]) -> None:
    _unique("segment", ((s.name, s.place) for s in parts.segments), found)
    _unique("handoff", ((h.name, h.place) for h in parts.handoffs), found)
    _unique("requirement", ((r.name, r.place) for r in parts.requirements), found)
    _unique("suppression", ((s.name, s.place) for s in parts.suppressions), found)
    _unique("rule", ((r.name, r.place) for r in parts.rules), found)


def _unique(what: str, named: Iterable[tuple[str, Place]], found: list[Finding]) -> None:
    seen: dict[str, Place] = {}
    for name, place in named:
        first = seen.setdefault(name.casefold(), place)
        if first is not place:
            message = f"{what} {name!r} stands twice, first at {first}"
            found.append(Finding("TG106", message, place, "rename one of them"))
