"""Decides for every person which one message is worth sending, if any, and shows why."""

__version__ = "0.1.0"
