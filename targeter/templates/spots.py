"""Where the parts of a template's body stand in its file: Jinja knows their lines only."""

from __future__ import annotations

import re

from jinja2 import nodes

from targeter.findings import Place
from targeter.yaml_source import TextFile

# statements are found by the word that begins them
_KEYWORDS: dict[type[nodes.Node], str] = {
    nodes.For: "for",
    nodes.If: "if",
    nodes.Macro: "macro",
    nodes.Assign: "set",
    nodes.Include: "include",
    nodes.Extends: "extends",
    nodes.Import: "import",
}
_BLOCK = re.compile(r"\{([{%]).*?(?:[}%]\}|$)")


class Spots:
    """Finds the place of each node of a body.

    The column is where a part's own word stands inside braces: the first time it is met the
    first such word of the line, the next time the next.
    """

    def __init__(self, file: TextFile, start: int, tree: nodes.Template) -> None:
        self._file, self._start = file, start
        self._nth: dict[int, int] = {}
        seen: dict[tuple[int, str], int] = {}
        for node in tree.find_all(nodes.Node):
            key = (node.lineno, _word(node))
            self._nth[id(node)] = seen.get(key, 0)
            seen[key] = self._nth[id(node)] + 1

    def of(self, node: nodes.Node) -> Place:
        if not _word(node):
            node = next(iter(names_in(node)), node)
        nth = self._nth.get(id(node), 0)
        return line_place(self._file, self._start, node.lineno, _word(node), nth)


def _word(node: nodes.Node) -> str:
    """The word by which a part of a template is found on its line."""
    word = _KEYWORDS.get(type(node)) or getattr(node, "name", None) or getattr(node, "attr", None)
    return word if isinstance(word, str) else ""


def _unquoted(block: str) -> str:
    """A block with its texts blanked: a word inside quotes names nothing."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", lambda match: " " * len(match[0]), block)


def line_place(
    file: TextFile, start: int, lineno: int | None, word: str = "", nth: int = 0
) -> Place:
    offset = start
    for _ in range((lineno or 1) - 1):
        offset = file.text.find("\n", offset) + 1
    end = file.text.find("\n", offset)
    line = file.text[offset : end if end >= 0 else len(file.text)]
    blocks = list(_BLOCK.finditer(line))
    found = [
        block.start() + match.start()
        for block in blocks
        for match in re.finditer(rf"(?<![\w.]){re.escape(word)}(?!\w)", _unquoted(block[0]))
        if word
    ]
    if found:
        return file.place(offset + found[min(nth, len(found) - 1)], len(word))
    # an expression without a name: its block, or the line where braces never close
    first = blocks[0] if blocks else None
    if first:
        return file.place(offset + first.start(), len(first[0]))
    return file.place(offset, len(line.strip()) or 1)


def names_in(node: nodes.Node) -> list[nodes.Name]:
    """The names below a node, itself included, as they are written."""
    found = list(node.find_all(nodes.Name))
    return [node, *found] if isinstance(node, nodes.Name) else found
