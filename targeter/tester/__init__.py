"""Tests of rules: example people and what they must get, run without any source."""

from targeter.tester.junit import junit, junit_of_findings
from targeter.tester.results import Report
from targeter.tester.running import Request, check, run_tests
from targeter.tester.updating import Rewrite, rewrites, write

__all__ = [
    "Report",
    "Request",
    "Rewrite",
    "check",
    "junit",
    "junit_of_findings",
    "rewrites",
    "run_tests",
    "write",
]
