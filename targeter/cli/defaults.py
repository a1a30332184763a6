"""Options that nobody gave: what a command's own default is needs no parser, and none is loaded."""

from __future__ import annotations

from typing import Any

from typer.core import TyperOption

_parsed = TyperOption.process_value


def _process_value(option: TyperOption, context: Any, value: Any) -> Any:
    """The value as it is where it is the default; typer would load pydantic to look at it."""
    is_plain = value is None or isinstance(value, (str, int))
    if value is not option.default or option.required or not is_plain:
        return _parsed(option, context, value)
    value = () if value is None and option.multiple else value
    return option.callback(context, option, value) if option.callback else value


def leave_defaults_alone() -> None:
    """Have typer take defaults as they are; a tenth of a second for who gives no option."""
    TyperOption.process_value = _process_value  # type: ignore[method-assign, assignment]
