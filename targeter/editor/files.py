"""The schema files an editor reads, where they lie, and the line that names them in a file."""

from __future__ import annotations

import json
from dataclasses import dataclass

from targeter.editor.example_files import example_file_schema
from targeter.editor.rule_files import rule_file_schema
from targeter.editor.settings_file import settings_schema
from targeter.editor.shapes import Json
from targeter.editor.vocabulary import vocabulary
from targeter.project import Project

FOLDER = ".targeter"


@dataclass(frozen=True, slots=True)
class EditorFile:
    """One schema. `describes` are the files it is for, `up` the way from them to the project."""

    name: str
    describes: str
    up: str
    schema: Json

    @property
    def path(self) -> str:
        """Where it is written, relative to the project."""
        return f"{FOLDER}/{self.name}.schema.json"

    @property
    def modeline(self) -> str:
        """The first line of a file it describes, read by the YAML language server of editors."""
        return f"# yaml-language-server: $schema={self.up}{self.path}"

    @property
    def text(self) -> str:
        return json.dumps(self.schema, indent=2, ensure_ascii=False) + "\n"


def editor_files(project: Project) -> tuple[EditorFile, ...]:
    """The schemas of a project, from what of it can be read."""
    known = vocabulary(project)
    return (
        EditorFile("settings", "rules/targeter.yaml", "../", settings_schema(known)),
        EditorFile("rules", "rules/*.yaml", "../", rule_file_schema(known)),
        EditorFile("tests", "rules/tests/*.yaml", "../../", example_file_schema(known)),
    )
