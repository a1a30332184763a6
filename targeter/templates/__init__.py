"""Message templates: front matter, the closed list of Jinja they may use, and what they need."""

from targeter.templates.environment import ENVIRONMENT, ValueIsMissing, environment
from targeter.templates.neighbours import Hole, objection_to
from targeter.templates.reading import MAX_BYTES, read_template
from targeter.templates.template import DeclaredRole, Template, filled, placeholders
from targeter.templates.variables import Variable

__all__ = [
    "ENVIRONMENT",
    "MAX_BYTES",
    "DeclaredRole",
    "Hole",
    "Template",
    "ValueIsMissing",
    "Variable",
    "environment",
    "filled",
    "objection_to",
    "placeholders",
    "read_template",
]
