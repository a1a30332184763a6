"""What a user can act on when a command can't do its job, and the exit code of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from targeter.findings import Finding, in_order


class TargeterError(Exception):
    """Something the user can mend: says what, where, and what to do next."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, help: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.findings = in_order(findings)


class RulesAreWrong(TargeterError):
    """The project's files have errors; every one of them is in `findings`."""

    exit_code = 1


class WrongUsage(TargeterError):
    """The command was called in a way it can't serve."""

    exit_code = 2


class BadData(TargeterError):
    """A source can't be read as declared; every place found is in `findings`."""


class DatabaseFailed(TargeterError):
    """The engine refused a statement that should have run."""


class PeopleDontAddUp(TargeterError):
    """The outcomes don't sum to the people loaded: a fault of ours, never shown as a result."""


class PlanRefused(TargeterError):
    """A saved plan is damaged, or no longer fits the files, the data or this version."""

    exit_code = 4


class NothingToCheck(TargeterError):
    """There was nothing to work on."""

    exit_code = 5


class Interrupted(TargeterError):
    """Stopped by Ctrl-C."""

    exit_code = 130
