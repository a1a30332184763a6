"""Results as JUnit XML, which every CI shows: the schema of Jenkins' xUnit plugin, `junit-10.xsd`.

It has no attribute for a file and line, so a failure's text begins with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import quoteattr

from targeter.findings import Finding
from targeter.tester.results import Report, Result

# What XML 1.0 can't hold (section 2.2), not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """A suite for each file of tests. Without times: the same results are the same bytes."""
    suites = [
        _suite(path, list(results))
        for path, results in groupby(report.results, key=lambda r: r.example.path)
    ]
    return _document(len(report.results), len(report.failures), 0, suites)


def junit_of_findings(findings: Iterable[Finding]) -> str:
    """A document that is valid where no test could run: each finding is an error."""
    cases = [_error(finding) for finding in findings]
    counts = f'tests="{len(cases)}" failures="0" errors="{len(cases)}"'
    suite = f'  <testsuite name="targeter" {counts}>\n' + "".join(cases) + "  </testsuite>\n"
    return _document(len(cases), 0, len(cases), [suite])


def _document(tests: int, failures: int, errors: int, suites: Iterable[str]) -> str:
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}"'
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<testsuites name="targeter" {counts}>\n{"".join(suites)}</testsuites>\n'


def _suite(path: str, results: list[Result]) -> str:
    failures = sum(not result.passed for result in results)
    counts = f'tests="{len(results)}" failures="{failures}" errors="0"'
    cases = "".join(_case(result) for result in results)
    return f"  <testsuite name={_attribute(path)} {counts}>\n{cases}  </testsuite>\n"


def _case(result: Result) -> str:
    example = result.example
    names = f"classname={_attribute(example.path)} name={_attribute(example.name)}"
    head = f"    <testcase {names}"
    if result.passed:
        return f"{head}/>\n"
    said = list(sentences(result))
    body = _attribute("\n".join((str(example.place), *said)))[1:-1]
    failure = f"      <failure message={_attribute(said[0])}>{body}</failure>\n"
    return f"{head}>\n{failure}    </testcase>\n"


def _error(finding: Finding) -> str:
    place = finding.place
    name = f"{finding.code} {place}" if place else finding.code
    message = _attribute(finding.message)
    return (
        f'    <testcase classname="targeter" name={_attribute(name)}>\n'
        f"      <error message={message}>{_attribute(finding.help)[1:-1]}</error>\n"
        "    </testcase>\n"
    )


def sentences(result: Result) -> Iterator[str]:
    """A failure in plain lines: what differs, why, and each condition of the rule in question."""
    for one in result.differences:
        if one.what.startswith("not_"):
            yield f"{one.what}: got {one.got}"
        else:
            yield f"{one.what}: expected {one.expected!r}, got {one.got!r}"
    if result.why is None:
        return
    yield f"why: {result.why.reason}"
    yield from result.why.notes
    rule = result.why.rule
    conditions = rule.conditions if rule else ()
    for condition in conditions:
        told = "NULL" if condition.result is None else str(condition.result).upper()
        seen = ", ".join(f"{name}={value!s}" for name, value in condition.values.items())
        yield f"{told} {condition.text}  [{seen}]"


def _attribute(text: str) -> str:
    """A text in quotes, fit for an attribute and, without the quotes, for an element."""
    quoted = quoteattr(_NOT_XML.sub("\ufffd", text), {'"': "&quot;"})
    return quoted if quoted.startswith('"') else '"' + quoted[1:-1] + '"'
