"""The text each person would get: values made inert, Jinja, footer and link, measured.

`Writer` writes one message and is the law; `render_choices` writes everybody's, faster and the
same to the byte.
"""

from targeter.inert import neutralise
from targeter.rendering.everybody import DRAFT_COLUMNS, render_choices
from targeter.rendering.slow import SlowPart, slow_parts
from targeter.rendering.waiting import Listed, Standing, Waiting
from targeter.rendering.writer import EMPTY, MISSING, TOO_LONG, Message, Writer, limit_of

__all__ = [
    "DRAFT_COLUMNS",
    "EMPTY",
    "MISSING",
    "TOO_LONG",
    "Listed",
    "Message",
    "SlowPart",
    "Standing",
    "Waiting",
    "Writer",
    "limit_of",
    "neutralise",
    "render_choices",
    "slow_parts",
]
