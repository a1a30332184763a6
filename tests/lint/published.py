"""The schemas that others publish, where somebody has them: none of their text is kept here.

npm pack @microsoft/jest-sarif    package/lib/schemas/sarif-2.1.0-rtm.5.json
the source archive of pytest      testing/example_scripts/junit-10.xsd
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for

SARIF, JUNIT = "TARGETER_SARIF_SCHEMA", "TARGETER_JUNIT_SCHEMA"


def _published(variable: str) -> Path:
    """The file that a variable names, or the test is skipped and says how to get one."""
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"set {variable} to the published schema; tests/lint/published.py says where")
    return Path(path)


def check_sarif(text: str) -> None:
    """Raises where the published schema of SARIF 2.1.0 refuses a document."""
    schema: Any = json.loads(_published(SARIF).read_text(encoding="utf-8"))
    kind = validator_for(schema)
    kind.check_schema(schema)
    kind(schema).validate(json.loads(text))


def check_junit(text: str, folder: Path) -> None:
    """Raises where the XML Schema of Jenkins' xUnit plugin refuses a document."""
    schema, xmllint = _published(JUNIT), shutil.which("xmllint")
    if xmllint is None:
        pytest.skip("xmllint isn't there (Debian: libxml2-utils)")
    document = folder / "document.xml"
    document.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [xmllint, "--noout", "--nonet", "--schema", schema, document],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
