"""Profiles kept from one run to the next: what nothing has changed is not read again.

Nothing here decides: with a cache, without it and with a damaged one the results are the same.
"""

from __future__ import annotations

from targeter.cache.entries import drop_cache, folder_of, open_store
from targeter.cache.profiles import load_profiles
from targeter.cache.sources import Sources

__all__ = [
    "Sources",
    "drop_cache",
    "folder_of",
    "load_profiles",
    "open_store",
]
