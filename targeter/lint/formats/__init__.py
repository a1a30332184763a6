"""A report in the words of the tools that read it: pure functions from a report to a text."""

from targeter.lint.formats.concise import concise
from targeter.lint.formats.github import github
from targeter.lint.formats.gitlab import gitlab
from targeter.lint.formats.junit import junit
from targeter.lint.formats.sarif import sarif

__all__ = ["concise", "github", "gitlab", "junit", "sarif"]
