"""`targeter optouts`: removals for everybody who may not be in an audience any more."""

from __future__ import annotations

from targeter.cli.answer import Answer, Format
from targeter.cli.options import (
    AsOf,
    DataRoots,
    History,
    Memory,
    NoCache,
    OutputFormat,
    ProjectFolder,
    Threads,
    options_of,
)


def optouts(
    project: ProjectFolder = None,
    output: OutputFormat = Format.TEXT,
    as_of: AsOf = None,
    data_root: DataRoots = None,
    memory: Memory = "4GB",
    threads: Threads = None,
    no_cache: NoCache = False,
    history: History = None,
) -> Answer:
    """Write removals for everybody who is in an exported audience and may not be any more.

    Whose purpose was withdrawn or is unknown, who is suppressed, was forgotten, or is no longer in
    the data. It needs no plan: run it daily, and send what it writes at once. Ends with 0 when
    nobody has to leave, with 3 when no file of it can take out somebody who has to, and with 5
    when no audience was ever exported.
    """
    from targeter.cli import json_output
    from targeter.cli.drawing.optouts import draw_opt_outs
    from targeter.cli.drawing.progress import progress_on_screen
    from targeter.errors import BadData
    from targeter.optouts import opt_outs

    options = options_of(
        project, as_of, data_root, memory, history, cache=not no_cache, threads=threads
    )
    with progress_on_screen() as told:
        done = opt_outs(options, told)
    return Answer(
        output,
        lambda: json_output.opt_outs(done),
        lambda screen: draw_opt_outs(screen, done),
        exit_code=BadData.exit_code if done.still_in else 0,
    )
