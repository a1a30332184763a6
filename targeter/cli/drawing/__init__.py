"""Answers drawn for a person's eyes: the only rooms that know `rich`."""
