"""A row is a line for every reader, also for those who end lines where Unicode does."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from targeter.exporters.tables import has_line_ends, keep_lines_whole

_LETTERS = st.text(st.sampled_from('ab"’é¨…\x85\u2028\u2029\u2014âè中\n\\'), max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.lists(_LETTERS, max_size=4), st.sampled_from((1, 2, 3, 7, 1_000)))
def test_every_line_is_a_row_and_says_what_it_said(texts: list[str], size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        lines = [json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts]
        path.write_text("".join(lines), encoding="utf-8", newline="")
        ends = any(end in text for text in texts for end in "\x85\u2028\u2029")
        assert has_line_ends(path, size) == ends
        keep_lines_whole(path)
        read = path.read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["text"] for line in read] == texts
