"""Tests of the linter: what it finds, what is ignored, what it writes."""
