"""The contact history: a folder of batches, what is told of them later, and one log."""

from targeter.history.contacts import (
    COLUMNS,
    CONTACTS,
    ENTERED,
    FILE,
    HANDED_OVER,
    LEFT,
    MESSAGE,
    NOTHING_HELD,
    Contact,
    Held,
    create_contacts,
    load_contacts,
    moment,
    moment_sql,
)
from targeter.history.intact import Fault, batches_of, faults
from targeter.history.listing import EVENTS, Entry, History, list_history, opened
from targeter.history.locking import HistoryInUse, writing
from targeter.history.log import give_up, note_rendered
from targeter.history.reported import Told, message_id, record
from targeter.history.tidying import Tidied, tidy

__all__ = [
    "COLUMNS",
    "CONTACTS",
    "ENTERED",
    "EVENTS",
    "FILE",
    "HANDED_OVER",
    "LEFT",
    "MESSAGE",
    "NOTHING_HELD",
    "Contact",
    "Entry",
    "Fault",
    "Held",
    "History",
    "HistoryInUse",
    "Tidied",
    "Told",
    "batches_of",
    "create_contacts",
    "faults",
    "give_up",
    "list_history",
    "load_contacts",
    "message_id",
    "moment",
    "moment_sql",
    "note_rendered",
    "opened",
    "record",
    "tidy",
    "writing",
]
