"""JSON Schemas of a project's YAML files, with the project's own names, for editors to complete."""

from targeter.editor.files import FOLDER, EditorFile, editor_files

__all__ = ["FOLDER", "EditorFile", "editor_files"]
