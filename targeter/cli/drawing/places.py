"""Folders as somebody in the working folder would type them."""

from __future__ import annotations

import os
from pathlib import Path


def from_here(folder: Path) -> str:
    """A folder relative to the working folder when it lies below it, else in full."""
    relative = os.path.relpath(folder)
    return str(folder) if relative.startswith("..") else relative
