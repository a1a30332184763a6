"""The git repository around a project: the only place that asks git, and nothing it says is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from targeter.errors import WrongUsage

# A repository is somebody else's: nothing in its configuration may run a program.
_SAFE = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.quotePath=false"),
    *("-c", "diff.external="),
)
_TIMEOUT_SECONDS = 60


def asked(root: Path, *words: str, by: str, given: bytes | None = None) -> bytes | None:
    """What git answers; None where it fails. `by` is the option that asks, `given` its input.

    Raises `WrongUsage` when there is no git, or it doesn't answer within a minute.
    """
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    try:
        done = subprocess.run(
            ["git", *_SAFE, *words],
            cwd=root,
            env=environment,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
            input=given or b"",
        )
    except FileNotFoundError:
        raise WrongUsage(
            f"{by} asks git, and there is no git here",
            help="install git, or leave the option out",
        ) from None
    except subprocess.TimeoutExpired:
        raise WrongUsage(f"git did not answer within {_TIMEOUT_SECONDS} seconds") from None
    return done.stdout if done.returncode == 0 else None


def commit_of(root: Path, ref: str, by: str) -> str:
    """The commit that a word means. Raises `WrongUsage` when there is none.

    The word may be anything: git is told that it is no option.
    """
    asks = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    commit = None if "\0" in ref else asked(root, *asks, by=by)
    if commit is not None:
        return commit.decode().strip()
    if asked(root, "rev-parse", "--git-dir", by=by) is None:
        raise WrongUsage(
            f"{by} needs a git repository, and the project is in none",
            help="leave the option out",
        )
    raise WrongUsage(
        f"{by}: git knows no commit {ref!r}",
        help="in CI, fetch the branch with its history first (fetch-depth: 0)",
    )
