"""Findings judged and reported: what was ignored and why, what a change touched, every format."""
