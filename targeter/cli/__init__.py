"""The command line: options in, one call, exit code out; the only place that draws."""

import sys


def main() -> None:
    """Run `targeter` with the words of the process, and leave it with the exit code."""
    from targeter.cli.boundary import run  # here, because importing the package costs nothing

    sys.exit(run(sys.argv[1:]))
