"""Tests of how a project begins."""
