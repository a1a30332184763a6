"""The places and employers of the sample; none of them exists."""

from __future__ import annotations

from collections.abc import Mapping

RIVALS = ("norcell", "tandem", "quayfone")

# Signal from 0 to 5 as (ours, norcell, tandem, quayfone), and where the place lies: in open sea.
AREAS: Mapping[str, tuple[tuple[int, int, int, int], tuple[float, float]]] = {
    "Harbourside": ((5, 1, 2, 2), (49.310, -7.410)),
    "Millbrook": ((5, 2, 1, 2), (49.355, -7.480)),
    "Quarry End": ((4, 1, 2, 1), (49.372, -7.360)),
    "Saltmarsh": ((4, 2, 2, 1), (49.288, -7.345)),
    "Foxley Rise": ((5, 2, 1, 1), (49.391, -7.425)),
    "Old Town": ((5, 5, 4, 4), (49.330, -7.430)),
    "Riverside": ((5, 4, 4, 5), (49.340, -7.400)),
    "Castle Row": ((4, 4, 5, 4), (49.325, -7.455)),
    "Farholm": ((1, 1, 0, 1), (49.200, -7.250)),
}
STRONG = ("Old Town", "Riverside", "Castle Row")  # everybody's signal is good here
WEAK_SMALL = ("Quarry End", "Saltmarsh", "Foxley Rise")  # weak for rivals, and few people each

EMPLOYERS: Mapping[str, tuple[str, str]] = {
    "e01": ("Castle Row Capital", "investment banking"),
    "e02": ("Harbour & Hall", "investment banking"),
    "e03": ("Old Town Hospital", "health"),
    "e04": ("Millbrook Schools", "education"),
    "e05": ("Quayside Foods", "retail"),
    "e06": ("Tidewater Software", "software"),
    "e07": ("Lapwing", "telecoms"),
    "e08": ("Ferry Company", "transport"),
}
BANKS = ("e01", "e02")
OTHER_JOBS = ("e03", "e04", "e05", "e06", "e08", "")
