"""The filters a template may use: small, right in every script, and bounded in what they make.

Each is a plain function of a value and the constants written behind it, in one language. What is
missing stays missing, and a value that a filter can't read is missing behind it.
"""

from targeter.filters.catalogue import FILTERS, Example, Filter, filters_of
from targeter.filters.formats import can_format, formats_version, knows_language

__all__ = [
    "FILTERS",
    "Example",
    "Filter",
    "can_format",
    "filters_of",
    "formats_version",
    "knows_language",
]
