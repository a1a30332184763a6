"""What a column's name says of consent, and of what may never be done with its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from targeter.sources.guessing import NO_WORDS, YES_WORDS, GuessedColumn
from targeter.starter.names import words_of

_CONSENT = frozenset(
    {
        *("consent", "consented", "consents", "agreed", "agrees", "permission", "allowed"),
        *("optin", "opted", "opt", "einwilligung"),
    }
)
_MARKETING = frozenset(
    {
        *("marketing", "newsletter", "newsletters", "promo", "promos", "promotion", "promotions"),
        *("offers", "advertising", "ads", "mailing", "mailings", "werbung"),
    }
)
_AGREES = frozenset(
    {"accepts", "wants", "receives", "receive", "ok", "subscribed", "subscriber", "may", "allows"}
)
_CONTACT = frozenset({"contact", "contacted", "contacting", "email", "emails", "mail", "sms"})
_FILLERS = frozenset({"in", "is", "has", "given", "to", "be", "for", "can", "by"})
_LOCATION = frozenset({"location", "geo", "gps", "checkin", "checkins", "position", "standort"})
_REFUSED = frozenset({"unsubscribed", "optout", "optedout", "unsubscribe", "dnc", "objected"})
_REFUSAL = _REFUSED | {"out", "suppressed", "blocked", "not", "no", "refused", "withdrawn"}
# Article 9(1) of the GDPR, and what networks forbid to target by besides
_SENSITIVE = frozenset(
    {
        *("religion", "religious", "faith", "church", "ethnicity", "ethnic", "race", "racial"),
        *("health", "disease", "diagnosis", "disability", "disabled", "pregnant", "medication"),
        *("union", "politics", "political", "party", "vote", "sexuality", "orientation"),
        *("biometric", "genetic", "criminal", "conviction", "debt", "bankrupt", "bankruptcy"),
    }
)
# what nobody wants to read back in a message
_PRIVATE = frozenset(
    {
        *("email", "mail", "phone", "mobile", "tel", "telephone", "address", "street", "iban"),
        *("password", "token", "ssn", "salary", "income", "lat", "latitude", "lon", "lng"),
        *("longitude", "dob", "born", "birth", "birthday", "birthdate", "ip", "surname"),
        *("lastname", "gender", "sex"),
    }
)
_FLAGS = ({"0", "1"}, {"0"}, {"1"})
_FEW = 3


@dataclass(frozen=True, slots=True)
class Consents:
    """Columns of the base that say what people agreed to, and what they refused.

    `marketing` and `location` are the one column that says so, None where there is none or
    several may be meant; `unclear` are those that speak of consent and were not used.
    """

    marketing: str | None
    location: str | None
    refusals: tuple[str, ...]
    unclear: tuple[str, ...]


def consents_of(columns: Sequence[GuessedColumn]) -> Consents:
    """What the Boolean columns of the base say of consent, by their names alone.

    A consent is never invented: a column counts only when its whole name speaks of agreeing to be
    written to, and when it is the only one. Not having opted out is no consent.
    """
    flags = [column.name for column in columns if column.type == "boolean"]
    refusals = tuple(name for name in flags if _refuses(name))
    rest = [name for name in flags if name not in refusals]
    agreeing = [name for name in rest if _agrees_to_marketing(name)]
    marketing = _one([n for n in agreeing if _MARKETING & set(words_of(n))]) or _one(agreeing)
    location = _one([n for n in rest if _agrees_to(n, _LOCATION)])
    used = (marketing, location)
    return Consents(
        marketing,
        location,
        refusals,
        tuple(n for n in rest if speaks_of_consent(n) and n not in used),
    )


def _one(names: Sequence[str]) -> str | None:
    return names[0] if len(names) == 1 else None


def speaks_of_consent(name: str) -> bool:
    """Whether a column may be a consent, to whatever."""
    return bool((_CONSENT | _MARKETING) & set(words_of(name)))


def _agrees_to_marketing(name: str) -> bool:
    words = words_of(name)
    if words in (("newsletter",), ("optin",), ("opt", "in"), ("opted", "in")):
        return True
    return _agrees_to(name, _MARKETING | _CONTACT)


def _agrees_to(name: str, what: frozenset[str]) -> bool:
    """Whether every word of a name is about agreeing to this, and it says both."""
    words = set(words_of(name))
    agrees = _CONSENT if words & _CONTACT and not words & _MARKETING else _CONSENT | _AGREES
    only = not words - what - _CONSENT - _AGREES - _CONTACT - _FILLERS
    return only and bool(words & what) and bool(words & agrees)


def _refuses(name: str) -> bool:
    words = set(words_of(name))
    said = _CONSENT | _MARKETING | _CONTACT | {"call", "calls"}
    return bool(_REFUSAL & words) and bool(said & words or _REFUSED & words)


def as_flag(column: GuessedColumn) -> GuessedColumn:
    """A column that is called like consent and holds 0 and 1, or only yes, as yes and no."""
    if column.type == "boolean" or not (speaks_of_consent(column.name) or _refuses(column.name)):
        return column
    values = set(column.examples)
    if not values or column.distinct > min(_FEW, len(values)):
        return column
    if values in _FLAGS:
        return replace(column, type="boolean", true_values=("1",), false_values=("0",))
    yes = tuple(sorted(v for v in values if v.casefold() in YES_WORDS))
    no = tuple(sorted(v for v in values if v.casefold() in NO_WORDS))
    if not yes or len(yes) + len(no) < len(values):
        return column
    return replace(column, type="boolean", true_values=yes, false_values=no)


def is_sensitive(name: str) -> bool:
    """Whether nobody should be chosen by such a column, going by its name."""
    return bool(_SENSITIVE & set(words_of(name)))


def is_private(name: str) -> bool:
    """Whether such a value should not stand in a message, going by the column's name."""
    words = words_of(name)
    return bool(_PRIVATE & {*words, "".join(words)})
