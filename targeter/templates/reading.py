"""One template file read: its name, its front matter and its body."""

from __future__ import annotations

import re

from targeter.findings import Finding
from targeter.templates.allowed import read_body
from targeter.templates.front_matter import read_front_matter, split
from targeter.templates.template import Template
from targeter.templates.variables import variables_in
from targeter.yaml_source import TextFile

MAX_BYTES = 8_000
_FILE_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)(?:\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?\.j2")


def read_template(file: TextFile, found: list[Finding]) -> Template | None:
    """One template file; None, with findings, where it can't be used."""
    name = _FILE_NAME.fullmatch(file.path.rsplit("/", 1)[-1])
    if name is None:
        message = "a template file is called NAME.j2 or NAME.LANGUAGE.j2"
        found.append(Finding("TG508", message, file.place(0), "for example winback.de.j2"))
        return None
    if len(file.text.encode()) > MAX_BYTES:
        message = f"a template has at most {MAX_BYTES:,} bytes"
        found.append(Finding("TG505", message, file.place(0)))
        return None
    head, body_start = split(file)
    if head is None:
        message = "a template begins with front matter between two lines of ---"
        help_ = "---\nchannel: x\n---\nYour text"
        found.append(Finding("TG508", message, file.place(0), help_))
        return None
    matter = read_front_matter(head, found)
    body = file.text[body_start:].strip("\n")
    body_start += len(file.text[body_start:]) - len(file.text[body_start:].lstrip("\n"))
    read = read_body(file, body, body_start, found)
    if matter is None or read is None:
        return None
    return Template(
        name=name[1],
        language=name[2],
        file=file,
        channel=matter.channel,
        topic=matter.topic,
        link=matter.link,
        body=body,
        body_start=body_start,
        variables=variables_in(*read),
        declared_roles=matter.roles,
    )
