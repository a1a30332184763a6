"""Every code explained: what it says, why it matters, and the same thing wrong and right."""

from targeter.lint.catalogue.conditions import CONDITIONS
from targeter.lint.catalogue.data import DATA
from targeter.lint.catalogue.entry import Entry
from targeter.lint.catalogue.ignoring import IGNORING
from targeter.lint.catalogue.messages import MESSAGES
from targeter.lint.catalogue.rule_set import RULE_SET
from targeter.lint.catalogue.rule_tests import RULE_TESTS
from targeter.lint.catalogue.shape import SHAPE

__all__ = ["CATALOGUE", "Entry"]

CATALOGUE: dict[str, Entry] = {
    **IGNORING,
    **SHAPE,
    **CONDITIONS,
    **RULE_SET,
    **MESSAGES,
    **RULE_TESTS,
    **DATA,
}
