"""The command line: options in, one call, exit code out; the only place that draws."""

import gc
import os
import signal
import sys


def main() -> None:
    """Run `targeter` with the words of the process, and leave it with the exit code."""
    gc.set_threshold(200_000, 20, 50)  # nearly all that a command makes, it keeps to its end
    try:
        from targeter.cli.boundary import run  # here, because importing the package costs nothing
    except KeyboardInterrupt:
        sys.exit(130)
    code = run(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said: nothing is left to stop
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass  # nobody is there to be told
    os._exit(code)  # the system takes back gigabytes sooner than they could be given back
