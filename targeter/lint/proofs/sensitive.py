"""What a name says that nobody should be chosen by, and whose name it is: lists of words."""

from __future__ import annotations

import re
from functools import lru_cache

# The special categories of Article 9 of the GDPR, and what the policies of advertising networks
# add to them (crime, money troubles). Matched with whole words of a name; words that mean other
# things as often (party, race) are left out.
SENSITIVE_WORDS = {
    "health": "health medical medication medicine diagnosis diagnoses disease illness sick "
    "sickness disability disabled patient pregnant pregnancy cancer diabetes diabetic hiv "
    "depression depressed therapy addiction addicted allergy allergies",
    "religion": "religion religious church mosque synagogue muslim islam christian catholic "
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
_CATEGORIES = {word: kind for kind, words in SENSITIVE_WORDS.items() for word in words.split()}
_NAMES = "name forename firstname surname lastname nickname handle email phone"


def words_of(name: str) -> list[str]:
    """The words of a name: `homeAddress`, `home_address` and `home-address` have two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word.casefold() for word in re.findall(r"[^\W\d_]+", apart)]


@lru_cache(maxsize=10_000)
def sensitive_category(name: str) -> str | None:
    """What a column's name says that nobody should be chosen by, or None."""
    return next((_CATEGORIES[word] for word in words_of(name) if word in _CATEGORIES), None)


def is_a_name(column: str) -> bool:
    """Whether a column holds what somebody is called or found by."""
    words, known = words_of(column), _NAMES.split()
    return bool(words) and ("".join(words) in known or words[-1] in known)
