"""What a network may know people by: normalised as X asks for it, and hashed; SQL.

The rules are those of docs.x.com, «Custom audiences: user data»: SHA-256 without salt, in
lower-case hexadecimal, of an e-mail trimmed and in small letters, a handle trimmed, in small
letters and without its @, a telephone number as E.164.
"""

from __future__ import annotations

from targeter.channels import CHANNELS, Channel
from targeter.database import literal
from targeter.outgoing import IDENTIFIERS

# ITU-T E.164: a country code, which never begins with 0, and at most 15 digits in all.
_E164 = r"\+[1-9][0-9]{6,14}"
# How people write numbers. A number without its country can't be completed here.
_PUNCTUATION = r"[\s\x{00A0}\x{202F}().\-/]"
_EMAIL = r"[^@\s]+@[^@\s]+"


def hashed(kind: str, column: str, channel: Channel) -> str:
    """SQL for the hash of an identifier, NULL for what is none; `column` is SQL for its value."""
    normal, form = normalised(kind, column), literal(_form(kind, channel))
    return f"CASE WHEN regexp_full_match({normal}, {form}) THEN sha256({normal}) END"


def normalised(kind: str, column: str) -> str:
    """SQL for an identifier as it is hashed, whether or not it is one."""
    text = f"{column}::VARCHAR"
    if kind == "phone":
        return f"regexp_replace({text}, {literal(_PUNCTUATION)}, '', 'g')"
    blank = r"[\s\x{00A0}]+"
    trimmed = f"regexp_replace({text}, {literal(f'^{blank}|{blank}$')}, '', 'g')"
    return f"lower({trimmed})" if kind == "email" else f"lower(ltrim({trimmed}, '@＠'))"


def is_known(alias: str = "") -> str:
    """SQL: whether a row of hashes, one a column, has any of them."""
    kinds = ", ".join(f"{alias}.{kind}" if alias else kind for kind in IDENTIFIERS)
    return f"coalesce({kinds}) IS NOT NULL"


def _form(kind: str, channel: Channel) -> str:
    """The pattern that a normalised identifier must have in full."""
    if kind == "phone":
        return _E164
    handle = channel.handle or CHANNELS["x_promoted"].handle
    return _EMAIL if kind == "email" else str(handle)
