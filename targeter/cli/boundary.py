"""The one error boundary: whatever happens, one clear block and the promised exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from targeter.cli.answer import Answer, Format
from targeter.errors import DatabaseFailed, Interrupted, TargeterError, WrongUsage
from targeter.findings import Finding

_BROKEN_PIPE = 141  # as every program that dies of SIGPIPE: the reader had enough
_DEBUG = "TARGETER_DEBUG"


@runtime_checkable
class _Misuse(Protocol):
    """What the option parser raises; its class has moved between versions, its shape hasn't."""

    exit_code: int

    def format_message(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Failure:
    """What went wrong, ready to be shown."""

    message: str
    help: str
    exit_code: int
    findings: tuple[Finding, ...] = ()


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit code; nothing but the answer goes to standard output."""
    _prepare_streams()
    try:
        return _answered(words or ["--help"])
    except BrokenPipeError:
        _close_quietly()
        return _BROKEN_PIPE
    except BaseException as error:
        if isinstance(error, SystemExit) and isinstance(error.code, int | None):
            return error.code or 0  # completing for a shell ends so: all is said already
        return _show(_failure(error), words)


def _answered(words: Sequence[str]) -> int:
    from targeter.cli.app import app

    answer = app(list(words), standalone_mode=False, prog_name="targeter")
    if isinstance(answer, Answer):
        _write(answer)
        return answer.exit_code
    sys.stdout.flush()
    if answer == Interrupted.exit_code:  # the option parser caught Ctrl-C before we could
        raise KeyboardInterrupt
    return int(answer or 0)


def _write(answer: Answer) -> None:
    if answer.text is not None:
        sys.stdout.write(answer.text())
    elif answer.format is Format.JSON:
        from targeter.cli.json_output import dumps

        sys.stdout.write(dumps(answer.data()) + "\n")
    else:
        from targeter.cli.drawing.screen import Screen

        answer.draw(Screen(sys.stdout))
    sys.stdout.flush()


def _failure(error: BaseException) -> _Failure:
    """What a user sees of an error: never a traceback, unless they ask for it."""
    match error:
        case KeyboardInterrupt() | Interrupted():
            return _Failure("stopped", "nothing was left half-written", Interrupted.exit_code)
        case TargeterError():
            return _Failure(error.message, error.help, error.exit_code, error.findings)
        case SystemExit():
            return _Failure(str(error), "", error.code if isinstance(error.code, int) else 1)
        case _Misuse():
            return _misuse(error)
        case OSError(strerror=str(reason)):
            name = f"{error.filename}: " if error.filename else ""
            help_ = f"if that is no surprise, mend it and try again; {_DEBUG}=1 shows where it was"
            return _Failure(f"{name}{reason.lower()}", help_, TargeterError.exit_code)
    return _fault(error)


def _misuse(error: _Misuse) -> _Failure:
    sentence = error.format_message().strip().rstrip(".").replace("Value error, ", "")
    sentence = sentence[:1].lower() + sentence[1:]
    command = getattr(getattr(error, "ctx", None), "command_path", "targeter")
    return _Failure(sentence, f"{command} --help shows what is possible", WrongUsage.exit_code)


def _fault(error: BaseException) -> _Failure:
    kind = type(error).__name__
    what = f"{kind}: {error}" if str(error) else kind
    help_ = f"nothing you did is wrong; run it again with {_DEBUG}=1 and report what it shows"
    return _Failure(f"this is a fault of targeter ({what})", help_, DatabaseFailed.exit_code)


def _show(failure: _Failure, words: Sequence[str]) -> int:
    if os.environ.get(_DEBUG):
        traceback.print_exc()
    try:
        _show_to_tools(failure, words)
        if _wants_json(words):
            from targeter.cli import json_output

            data = json_output.failure(failure.message, failure.help, failure.findings)
            sys.stdout.write(json_output.dumps(data) + "\n")
            sys.stdout.flush()
        else:
            from targeter.cli.drawing.findings import draw_error
            from targeter.cli.drawing.screen import Screen

            draw_error(Screen(sys.stderr), failure.message, failure.help, failure.findings)
            sys.stderr.flush()
    except OSError:
        _close_quietly()  # nobody is there to be told
    return failure.exit_code


def _show_to_tools(failure: _Failure, words: Sequence[str]) -> None:
    """A tool that reads what lint writes gets a valid document, and the failure in it."""
    if next((word for word in words if not word.startswith("-")), "") != "lint":
        return
    from targeter.cli.lint_output import write_failure
    from targeter.lint.report import Failure

    said = Failure(failure.message, failure.help, failure.exit_code)
    write_failure(said, _values(words, "--format"), _values(words, "--report"))


def _wants_json(words: Sequence[str]) -> bool:
    return _values(words, "--format")[-1:] == [Format.JSON]


def _values(words: Sequence[str], name: str) -> list[str]:
    """The values of an option, read from the words: they may be wrong in other places."""
    values = []
    for number, word in enumerate(words):
        if word == "--":
            break
        if word == name and number + 1 < len(words):
            values.append(words[number + 1])
        elif word.startswith(f"{name}="):
            values.append(word.removeprefix(f"{name}="))
    return values


def _prepare_streams() -> None:
    """A stream that is closed swallows; one that can't show a character writes its number."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _close_quietly() -> None:
    """Send what is still buffered nowhere, or the interpreter complains when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):
            pass
