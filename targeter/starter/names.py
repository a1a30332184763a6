"""What the name of a file or a column says: whether it means people, and what it may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_PART = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_IDENTIFIERS = frozenset({"id", "ids", "key", "no", "nr", "num", "number", "uuid", "guid", "code"})
_PEOPLE = frozenset(
    {
        *("person", "people", "user", "customer", "cust", "client", "member", "subscriber"),
        *("contact", "visitor", "shopper", "buyer", "guest", "player", "student", "employee"),
        *("patient", "donor", "account", "profile", "kunde", "kunden", "nutzer", "cliente"),
    }
)
# words before a word for people that make it somebody else: a friend's user id is not the person's
_SOMEBODY_ELSE = frozenset(
    {
        *("friend", "follower", "followee", "following", "referrer", "referred", "manager"),
        *("parent", "child", "partner", "recipient", "receiver", "sender", "seller", "author"),
        *("to", "from", "target", "other", "last", "first", "next", "previous", "owner"),
    }
)
_ATTRIBUTES = frozenset(
    {
        *("firstname", "forename", "surname", "lastname", "familyname", "vorname", "nachname"),
        *("email", "mail", "phone", "mobile", "dob", "born", "birthday", "birthdate", "birth"),
        *("age", "gender", "sex", "handle"),
    }
)
_FIRST_NAMES = ("firstname", "forename", "givenname", "vorname", "prenom", "prénom")
# a row about something still to come is no event: hiding it until then would hide what matters
_NOT_EVENTS = frozenset(
    {
        *("end", "ends", "until", "expires", "expiry", "expiration", "due", "deadline", "renewal"),
        *("dob", "born", "birth", "birthday", "birthdate", "next", "valid", "planned", "start"),
        *("starts", "scheduled", "closed"),
    }
)

_TROUBLES = frozenset(
    {
        *("complaint", "ticket", "refund", "return", "cancellation", "dispute", "claim"),
        *("incident", "bounce", "unsubscribe", "churn", "debt", "reminder", "error", "contact"),
    }
)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, small: `userID`, `user_id` and `User Id` are all user, id."""
    return tuple(part.casefold() for part in _PART.findall(name))


def things_of(name: str) -> tuple[str, ...]:
    """The words of a name without those that only say that it identifies: `artistID` is artist."""
    return tuple(_singular(w) for w in map(_without_id, words_of(name)) if w not in _IDENTIFIERS)


def is_identifier(name: str) -> bool:
    """Whether a name says that its values tell things apart, and measure nothing."""
    words = words_of(name)
    return not words or words[-1] in _IDENTIFIERS or _without_id(words[-1]) != words[-1]


def _without_id(word: str) -> str:
    """`userid` is a user, and `paid` is not a pa."""
    for ending in ("id", "no", "nr", "key"):
        if word.endswith(ending) and _singular(word.removesuffix(ending)) in _PEOPLE:
            return word.removesuffix(ending)
    return word


def _singular(word: str) -> str:
    if word in _PEOPLE or not word.endswith("s") or word.endswith("ss"):
        return word
    return word.removesuffix("s")


def means_person(column: str) -> bool:
    """Whether a column is called like what tells one person from another: `userID`, `customer`."""
    things = things_of(column)
    return bool(things) and things[-1] in _PEOPLE and not _SOMEBODY_ELSE & set(things)


def means_people(stem: str) -> bool:
    """Whether a file is called like people: `crm_customers_2024`, but not `customer_orders`."""
    things = [word for word in things_of(stem) if not word.isdigit()]
    return bool(things) and things[-1] in _PEOPLE


def attributes(columns: Iterable[str]) -> int:
    """How many columns are called like what one knows of a person: a name, an address, an age."""
    return sum(1 for column in columns if _joined(column) in _ATTRIBUTES or _is_dated(column))


def _is_dated(column: str) -> bool:
    return bool({"birth", "born"} & set(words_of(column)))


def _joined(name: str) -> str:
    return "".join(words_of(name))


def first_name(columns: Iterable[str]) -> str | None:
    """The column to greet somebody by; it must be a name that Jinja can say."""
    known = [c for c in columns if _joined(c) in _FIRST_NAMES and c.isascii() and c.isidentifier()]
    return known[0] if known else None


def is_event(column: str) -> bool:
    """Whether a moment may be when a row happened, and not when something will end or begin."""
    return not _NOT_EVENTS & set(words_of(column))


def is_welcome(source: str) -> bool:
    """Whether somebody with many such rows may be glad of a message: not who complains a lot."""
    return not _TROUBLES & set(things_of(source))


def refers_to(column: str, file: str) -> bool:
    """Whether a column is called like the rows of a file: `artistID` and `lastfm_artists`."""
    things = things_of(column)
    return bool(things) and things[-1] in things_of(file)


def source_name(stem: str, taken: Iterable[str], reserved: Iterable[str]) -> str:
    """A file's name as the name of a source: a word that SQL can say without quotes."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()[:60] or "data"
    if name[0].isdigit():
        name = f"data_{name}"
    if name in set(reserved):
        name = f"{name}_rows"
    return unused(name, taken)


def unused(name: str, taken: Iterable[str]) -> str:
    """The name, with a number where it is taken already, in any case."""
    known = {t.casefold() for t in taken}
    numbered = (f"{name}_{n}" for n in range(2, len(known) + 3))
    return next(n for n in (name, *numbered) if n.casefold() not in known)
