"""The shape of the `lint:` settings: which findings are wanted, and how severe each is."""

from __future__ import annotations

from targeter.editor.shapes import Json, mapping, named, reference, text, texts, word
from targeter.findings import CODES, Severity
from targeter.grading import ALWAYS
from targeter.sensitive import SENSITIVE_WORDS


def lint_shape() -> Json:
    """What is reported and what fails, by code, name or prefix of codes."""
    keys: dict[str, Json] = {
        "select": {"description": "Report these only.", "allOf": [reference("codes")]},
        "ignore": {"description": "Don't report these.", "allOf": [reference("codes")]},
        "severity": _severity(),
        "per_file": {
            "type": "object",
            "description": "What is different in some files: a pattern, and codes to ignore.",
            "additionalProperties": {"anyOf": [reference("codes"), _one_file()]},
        },
        "fail_level": word("The severity from which lint fails.", Severity),
        "sensitive": _sensitive(),
    }
    return mapping("What lint reports, and what fails.", keys)


def _severity() -> Json:
    ignored = [one for one in _code_words() if not one.startswith(ALWAYS)]
    return {
        "type": "object",
        "description": "How severe a finding is, by its code.",
        "propertyNames": {"enum": ignored},
        "additionalProperties": word("How severe it is here.", Severity),
    }


def _one_file() -> Json:
    keys: dict[str, Json] = {
        "ignore": {"description": "Don't report these there.", "allOf": [reference("codes")]},
        "severity": _severity(),
    }
    return mapping("What is different there.", keys)


def _sensitive() -> Json:
    """The categories of TG409: the built-in ones are offered, and any may be begun."""
    keys: dict[str, Json] = {
        "add": texts("Words that speak of it, too; names are taken apart into words."),
        "except": texts("Words, or whole names, that mean something else here."),
        "allowed": text("Why people may be chosen by it here: the category is switched off."),
    }
    each = mapping("A category, and what is different here.", keys)
    known = dict.fromkeys(SENSITIVE_WORDS, each)
    return named("By which names people must not be chosen (TG409).", each, known)


def codes() -> Json:
    """One code, or several: TG202, its name, or the beginning of many, TG2."""
    one: Json = {"type": "string", "enum": _code_words()}
    description = "Codes such as TG202, their names, or TG2 for all that begin so."
    return {"description": description, "anyOf": [one, {"type": "array", "items": one}]}


def _code_words() -> list[str]:
    prefixes = sorted({code[:length] for code in CODES for length in (2, 3, 4)})
    return [*CODES, *(kind.name for kind in CODES.values()), *prefixes]
