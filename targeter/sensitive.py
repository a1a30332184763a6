"""What a name says that nobody should be chosen by: lists of words, and what a project changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from targeter.findings import did_you_mean
from targeter.yaml_source import Fields, Node, Scalar

# The special categories of Article 9 of the GDPR, and what the policies of advertising networks
# add to them (crime, money troubles). Matched with whole words of a name; words that mean other
# things as often (party, race) are left out.
SENSITIVE_WORDS: Mapping[str, str] = {
    "health": "health medical medication medicine diagnosis diagnoses disease illness sick "
    "sickness disability disabled patient pregnant pregnancy cancer diabetes diabetic hiv "
    "depression depressed therapy addiction addicted allergy allergies",
    "religion": "religion religious faith church mosque synagogue muslim islam christian catholic "
    "protestant jewish judaism hindu buddhist sikh atheist",
    "politics": "politics political vote votes voter voted voting",
    "ethnic origin": "ethnic ethnicity racial caste refugee asylum",
    "sexual orientation": "sexual sexuality orientation gay lesbian bisexual lgbt lgbtq "
    "transgender",
    "union membership": "union unions unionised unionized",
    "crime": "crime criminal conviction convicted prison arrested offender",
    "money troubles": "debt debts indebted bankrupt bankruptcy insolvent insolvency foreclosure",
    "genes and body": "genetic genetics biometric biometrics fingerprint",
}
_WORD = re.compile(r"[^\W\d_]+")


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name: `homeAddress`, `home_address` and `home-address` have two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return tuple(word.casefold() for word in _WORD.findall(apart))


@dataclass(frozen=True, slots=True)
class Sensitive:
    """Which category each word belongs to, and the names that say something else here."""

    words: tuple[tuple[str, str], ...] = tuple(
        (word, category) for category, words in SENSITIVE_WORDS.items() for word in words.split()
    )
    exceptions: frozenset[tuple[str, str]] = frozenset()

    def category(self, name: str) -> str | None:
        """What a name says that nobody should be chosen by, or None."""
        known = dict(self.words)
        categories = (known[word] for word in words_of(name) if word in known)
        return next((c for c in categories if (c, name.casefold()) not in self.exceptions), None)


def read_sensitive(lint: Fields) -> Sensitive:
    """`sensitive:` of the lint settings: for a category what to `add`, to `except`, or why it is
    `allowed` here. The built-in words stay for whatever isn't named."""
    words = dict(Sensitive().words)
    exceptions: set[tuple[str, str]] = set()
    for category, node in lint.named("sensitive"):
        name = category.text.casefold()
        fields = Fields.of(node, f"lint: sensitive: {category.text!r}", lint.found)
        if fields is None:
            continue
        words |= dict.fromkeys(_added(fields), name)
        if name not in words.values():
            _unknown(fields, category)
        for scalar in fields.texts("except"):
            exceptions.add((name, scalar.text.casefold()))
            if words.get(scalar.text.casefold()) == name:
                del words[scalar.text.casefold()]
        if _is_allowed(fields):
            words = {word: kind for word, kind in words.items() if kind != name}
        fields.done()
    return Sensitive(tuple(words.items()), frozenset(exceptions))


def _added(fields: Fields) -> Iterable[str]:
    for scalar in fields.texts("add"):
        if _WORD.fullmatch(scalar.text):
            yield scalar.text.casefold()
        else:
            help_ = "names are taken apart at _, - and capitals, and each part is one word"
            fields.wrong(scalar, f"{scalar.text!r} is not one word of letters", help_)


def _unknown(fields: Fields, category: Scalar) -> None:
    """A category of the project's own begins with words; any other is a slip of the pen."""
    message = f"there is no category {category.text!r}, and 'add' gives it no words"
    fields.wrong(category, message, did_you_mean(category.text, list(SENSITIVE_WORDS)))


def _is_allowed(fields: Fields) -> bool:
    reason: Node | None = fields.node("allowed")
    if reason is None:
        return False
    if isinstance(reason, Scalar) and isinstance(reason.value, str) and reason.text.strip():
        return True
    help_ = "allowed: our members asked to hear of it"
    fields.wrong(reason, "'allowed' is the reason, in words", help_)
    return False
