"""What was got held against what was expected."""

from __future__ import annotations

from collections.abc import Iterator

from targeter.tester.results import Difference, Got
from targeter.tester.written import Expectation
from targeter.yaml_source import Scalar


def differences(expect: Expectation, got: Got) -> Iterator[Difference]:
    """Everything that isn't as expected, in the order in which it may be written."""
    # who gets nothing has no rule, unless the test says that nothing is what they get
    rule = got.rule or (got.best if expect.outcome else None)
    yield from _equal("rule", expect.rule, rule)
    yield from _template(expect.template, got)
    yield from _text(expect.text, got.text)
    yield from _equal("outcome", expect.outcome, got.outcome)
    yield from _by(expect.by, got.by)
    yield from _never("not_rule", expect.not_rules, (got.rule,))
    yield from _never("not_template", expect.not_templates, (got.template, got.template_name))


def _equal(what: str, expected: Scalar | None, got: str | None) -> Iterator[Difference]:
    if expected is not None and expected.text != got:
        yield Difference(what, expected.text, got, expected.place)


def _template(expected: Scalar | None, got: Got) -> Iterator[Difference]:
    """A template is named with its language or without: then any language will do."""
    if expected is not None and expected.text not in (got.template, got.template_name):
        yield Difference("template", expected.text, got.template, expected.place)


def _text(expected: Scalar | None, got: str | None) -> Iterator[Difference]:
    if expected is not None and (got is None or expected_text(expected) != got.rstrip("\n")):
        yield Difference("text", expected_text(expected), got, expected.place)


def expected_text(scalar: Scalar) -> str:
    """A text as it is expected: the line break that ends a YAML block is none of it."""
    return scalar.text.rstrip("\n")


def _by(expected: Scalar | None, got: str | None) -> Iterator[Difference]:
    """A purpose is named alone, also where several would have done."""
    names = (got or "").removeprefix("purpose ").split(" or ")
    if expected is not None and expected.text != got and expected.text not in names:
        yield Difference("by", expected.text, got, expected.place)


def _never(
    what: str, unwanted: tuple[Scalar, ...], got: tuple[str | None, ...]
) -> Iterator[Difference]:
    for scalar in unwanted:
        if scalar.text in got:
            yield Difference(what, scalar.text, scalar.text, scalar.place)
