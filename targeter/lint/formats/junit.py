"""JUnit's XML, as CI servers read it: a file that was checked is a test case, a finding another.

The form is the schema of Jenkins' xUnit plugin, `junit-10.xsd`.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from targeter.lint.formats.concise import line
from targeter.lint.report import Report, Reported

# What XML 1.0 can't hold, escaped or not: section 2.2 of the recommendation.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """A suite with a case for each file, failed where it has findings that fail.

    What doesn't fail stands in the output of its file's case.
    """
    suite = ElementTree.Element("testsuite", name="targeter lint")
    failing = [one for one in report.reported if one.fails]
    failed_files = {one.path for one in failing}
    for one in failing:
        case = _case(suite, one.path or "project", f"{one.finding.code} {one.finding.name}")
        failure = ElementTree.SubElement(case, "failure", type=one.finding.code)
        failure.set("message", _clean(one.finding.message))
        failure.text = _clean(_text(one))
    for path in sorted(set(report.files) - failed_files):
        case = _case(suite, path, "lint")
        minor = [_text(one) for one in report.reported if one.path == path]
        if minor:
            ElementTree.SubElement(case, "system-out").text = _clean("\n".join(minor))
    errors = _failed(suite, report)
    counts = {"tests": str(len(suite)), "failures": str(len(failing)), "errors": str(errors)}
    suite.attrib.update(counts)
    suites = ElementTree.Element("testsuites", {"name": "targeter lint", **counts})
    suites.append(suite)
    ElementTree.indent(suites)
    text = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(suite: ElementTree.Element, file: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=_clean(file), name=name)


def _failed(suite: ElementTree.Element, report: Report) -> int:
    if report.failure is None:
        return 0
    case = _case(suite, "targeter", "lint")
    error = ElementTree.SubElement(case, "error", type="lint-failed")
    error.set("message", _clean(report.failure.message))
    error.text = _clean(report.failure.help)
    return 1


def _text(one: Reported) -> str:
    help_ = f"\nhelp: {one.finding.help}" if one.finding.help else ""
    return line(one) + help_


def _clean(text: str) -> str:
    return _NOT_XML.sub("�", text)
