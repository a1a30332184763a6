"""What X takes for a link in a text, by the rules of twitter-text 3.1.0.

A dotted word needs no scheme to be one: ``you.is`` and ``Anna.It`` are links. The rules are the
reference's; the way to them is our own: from dot to dot, in time that grows with the text and not
with its square, because texts may come from strangers.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, NamedTuple

from targeter.channels.tlds import ASCII_TLDS, OTHER_TLDS


@dataclass(frozen=True, slots=True)
class Link:
    """A link: ``text[start:end]`` in code points, and the address that is counted as one link.

    ``text`` is the place's text, but where a path follows labels that aren't Latin: there the
    reference keeps the last Latin domain and the path only.
    """

    start: int
    end: int
    text: str


# Insides of character classes. A letter's other case counts as the reference's engine folds it,
# which is why a few stray letters stand among the Latin ones.
SPACES: Final = "\\t-\\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
DIRECTIONS: Final = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
INVALID: Final = "\ufffe\ufeff\uffff"
_OUTSIDE_NAMES: Final = r"!'#%&()*+,\\/:;<=>?@\[\]\^{|}~$"
PUNCTUATION: Final = rf"{_OUTSIDE_NAMES}\-._"
LATIN: Final = (
    "\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272"
    "\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_OTHER_CASES: Final = (
    "\u0260\u0269\u0275\u0280\u0283\u0288\u028a\u028c\u0292\u0399\u03b9\u1fbe\u2c65\u2c66"
    "\u2c7e\u2c7f\ua7dc"
)
_LATIN: Final = LATIN + _OTHER_CASES
_CYRILLIC: Final = "\u0400-\u04ff\u1c80-\u1c87"
_NO_LABEL: Final = PUNCTUATION + SPACES + INVALID + DIRECTIONS
IN_LABEL: Final = f"[^{_NO_LABEL}]"
_IN_NAME: Final = f"[^{_OUTSIDE_NAMES}{SPACES}{INVALID}{DIRECTIONS}]"
_IN_PATH: Final = rf"[A-Za-z0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_CYRILLIC}{_LATIN}]"
_IN_QUERY: Final = r"[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]"
_QUERY: Final = rf"\?{_IN_QUERY}*[A-Za-z0-9\-_&=#/]"
_BRACKETS: Final = rf"\((?:{_IN_PATH}+|{_IN_PATH}*\({_IN_PATH}+\){_IN_PATH}*)\)"
_PATH_END: Final = rf"[A-Za-z0-9=_#/+\-{_CYRILLIC}{_LATIN}]"
# As far as its last letter, digit or sign that may end a path, and then whole brackets only.
_PATH: Final = rf"(?:{_IN_PATH}*(?:{_BRACKETS}{_IN_PATH}*)*{_PATH_END})?(?:{_BRACKETS})*"

GLUED_DOT: Final = re.compile(rf"\.(?={IN_LABEL})")
"""A dot with no space after it: without one there is no link."""

_RUN: Final = re.compile(f"{_IN_NAME}+")
_IN_RUN: Final = re.compile(_IN_NAME)
_LABEL_START: Final = re.compile(rf"(?<![A-Za-z0-9@$#\uff20\uff03{INVALID}]){IN_LABEL}")
_LABEL_EDGE: Final = re.compile(IN_LABEL)
_TAIL: Final = re.compile(rf"(?::[0-9]+)?(?P<path>/{_PATH})?(?:{_QUERY})?")
_SCHEME: Final = re.compile(r"https?://\Z", re.ASCII | re.IGNORECASE)
_SCHEME_START: Final = re.compile(rf"(?<![A-Za-z0-9@$#\uff20\uff03{INVALID}])[hH]")
_T_CO: Final = re.compile(rf"[hH][tT]{{2}}[pP][sS]?://[tT]\.[cC][oO]/([A-Za-z0-9]+)(?:{_QUERY})?")
_LATIN_LABELS: Final = re.compile(rf"(?:[-A-Za-z0-9{_LATIN}]++\.)+")
_WORD: Final = re.compile(r"[A-Za-z]+")
PUNYCODE_TLD: Final = re.compile(r"[Xx][Nn]--[-0-9A-Za-z]+")
_AFTER_TLD: Final = r"(?![0-9A-Za-z@+\-])"
_TLD_ENDS: Final = re.compile(_AFTER_TLD)
# The longest first: one of them begins with another.
OTHER_TLD: Final = re.compile(
    f"(?i:{'|'.join(sorted(OTHER_TLDS, key=lambda name: (-len(name), name)))}){_AFTER_TLD}"
)
_FULL_STOPS: Final = re.compile("[.\u3002\uff0e\uff61]")

_LONGEST_ADDRESS: Final = 4096  # UTF-16 units, the scheme included
_LONGEST_LABEL: Final = 63
_LONGEST_SLUG: Final = 40


def links(text: str) -> tuple[Link, ...]:
    """Return the links that X makes of a text, in order and without overlap.

    The text is taken as it is; ``weighted.weigh`` normalises it first, as X does.
    """
    return tuple(_links(text)) if GLUED_DOT.search(text) else ()


class _Reach(NamedTuple):
    """Where a domain ends that goes through this dot: after more labels, or with a TLD at once."""

    dot: int
    after_labels: int | None
    at_once: int | None


class _Domain(NamedTuple):
    """A domain that was found: its span, and whether it stands at the beginning of its run."""

    start: int
    end: int
    leads: bool


def _links(text: str) -> Iterator[Link]:
    used = 0  # what is before it belongs to an earlier match and can't even precede a link
    for run in _dotted_runs(text):
        reach = _reach(text, [i for i in range(*run.span()) if text[i] == "."])
        while domain := _first_domain(text, run.start(), reach, used):
            tail = _TAIL.match(text, domain.end)
            assert tail is not None  # every part of it is optional
            yield from _links_of(text, domain, tail, used)
            used = tail.end()


def _dotted_runs(text: str) -> Iterator[re.Match[str]]:
    """Find the longest stretches of what may stand in a domain, if they hold a glued dot."""
    at = 0
    while dot := GLUED_DOT.search(text, at):
        start = dot.start()
        while start > at and _IN_RUN.match(text, start - 1):
            start -= 1
        run = _RUN.match(text, start)
        assert run is not None  # it holds the dot
        yield run
        at = run.end()


def _links_of(text: str, domain: _Domain, tail: re.Match[str], used: int) -> Iterator[Link]:
    name = text[domain.start : domain.end]
    scheme = _scheme_start(text, domain.start, used) if domain.leads else None
    start = domain.start if scheme is None else scheme
    if not _is_address(name, text[start : tail.end()], has_scheme=scheme is not None):
        return
    if scheme is not None:
        yield from _with_scheme(text[start : tail.end()], start)
    elif domain.start == 0 or text[domain.start - 1] not in "-_./":
        yield from _without_scheme(text, domain, tail)


def _with_scheme(address: str, start: int) -> Iterator[Link]:
    short = _T_CO.match(address)
    if short is None:
        yield Link(start, start + len(address), address)
    elif len(short.group(1)) <= _LONGEST_SLUG:
        yield Link(start, start + short.end(), short.group())


def _without_scheme(text: str, domain: _Domain, tail: re.Match[str]) -> Iterator[Link]:
    """Yield the Latin domains; what follows the whole domain belongs to the last one's link."""
    name = text[domain.start : domain.end]
    found: list[Link] = []
    end = 0
    for latin in _latin_domains(name):
        start = name.index(latin, end)  # as the reference looks for it: the first such text
        end = start + len(latin)
        found.append(Link(domain.start + start, domain.start + end, latin))
    if found and tail["path"] is not None:
        last = found.pop()
        after = text[domain.end : tail.end()]
        found.append(Link(last.start, tail.end(), last.text + after))
    yield from found


def _latin_domains(name: str) -> Iterator[str]:
    at = 0
    while labels := _LATIN_LABELS.search(name, at):
        at = labels.end()
        dots = [i + 1 for i in range(labels.start(), labels.end()) if name[i] == "."]
        for dot in reversed(dots):
            end = _tld_end(name, dot)
            if end is not None:
                yield name[labels.start() : end]
                at = end
                break


def _first_domain(text: str, start: int, reach: list[_Reach], used: int) -> _Domain | None:
    """Find the first domain in a run of label characters, hyphens, underscores and dots."""
    earliest = 0 if used == 0 else used + 1
    label = max(start, earliest)
    for i in range(bisect_left(reach, used, key=attrgetter("dot")), len(reach)):
        dot, after_labels, at_once = reach[i]
        domain_end = after_labels or at_once
        if domain_end and dot > label and _LABEL_EDGE.match(text, dot - 1):
            first = label if after_labels else max(label, text.rfind("_", label, dot) + 1)
            begins = _LABEL_START.search(text, first, dot)
            if begins and begins.start() == 0:
                # The reference sooner takes a text's first character for what precedes a link.
                begins = _LABEL_START.match(text, 1, dot) or begins
            if begins:
                return _Domain(begins.start(), domain_end, begins.start() == start)
        label = max(dot + 1, earliest)
    return None


def _reach(text: str, dots: list[int]) -> list[_Reach]:
    """Say for each dot where a domain through it would end, from the last dot to the first."""
    backwards: list[_Reach] = []
    for dot in reversed(dots):
        after_labels = None
        if backwards and _is_label(text, dot + 1, backwards[-1].dot):
            following = backwards[-1]
            # The label before the top-level domain is the only one without underscores.
            plain = text.find("_", dot + 1, following.dot) < 0
            after_labels = following.after_labels or (following.at_once if plain else None)
        backwards.append(_Reach(dot, after_labels, _tld_end(text, dot + 1)))
    return backwards[::-1]


def _is_label(text: str, start: int, end: int) -> bool:
    edges = (start, end - 1)
    return start < end and all(_LABEL_EDGE.match(text, edge) for edge in edges)


def _tld_end(text: str, at: int) -> int | None:
    """Return where a top-level domain ends that begins here."""
    word = _WORD.match(text, at)
    if word and word.group().lower() in ASCII_TLDS and _TLD_ENDS.match(text, word.end()):
        return word.end()
    if not text[at : at + 5].isascii():
        other = OTHER_TLD.match(text, at)
        if other:
            return other.end()
    encoded = PUNYCODE_TLD.match(text, at)
    return encoded.end() if encoded else None


def _scheme_start(text: str, at: int, used: int) -> int | None:
    scheme = _SCHEME.search(text, max(0, at - len("https://")), at)
    if scheme is None or not _SCHEME_START.match(text, scheme.start()):
        return None
    return scheme.start() if used == 0 or scheme.start() > used else None


def _is_address(name: str, address: str, *, has_scheme: bool) -> bool:
    if name.startswith("xn--") and not any(_latin_domains(name)):
        return False
    if not all(_is_short_enough(label) for label in name.split(".")):
        return False
    scheme = "" if has_scheme else "https://"
    if has_scheme:
        scheme = address[: address.index(":") + len("://")]  # the reference counts it twice
    units = len((scheme + address).encode("utf-16-le", "surrogatepass")) // 2
    return units <= _LONGEST_ADDRESS


def _is_short_enough(label: str) -> bool:
    """Tell whether a label has at most 63 characters as DNS writes it (RFC 3492)."""
    if len(label) > _LONGEST_LABEL:
        return False
    if label.isascii() and label.isprintable():
        return True
    parts = _FULL_STOPS.split(label)
    written = sum(len(_punycode(part)) for part in parts) + len(parts) - 1
    return written <= _LONGEST_LABEL


def _punycode(label: str) -> str:
    if label.isascii() and label.isprintable():
        return label
    return "xn--" + label.encode("punycode").decode("ascii")
