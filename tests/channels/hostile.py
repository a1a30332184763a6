"""Texts made to go wrong: the pieces that links, mentions, emoji and tricks are made of."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import strategies as st

PIECES = (
    *"abZ9x.....--_//@@##$$&!?=:;,'\"()~|\\`%*+",
    *(" ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2028", "\x00", "\x1f", "\x7f", "\x85"),
    *("://", "http://", "https://", "HtTps://", "www.", "com", "x.com", "b.co/p", "t.co/abc"),
    *(".It", ".is", "dr.no", "co.uk", "xn--", "xn--ls8h", "中国", "みんな", "嘉里大酒店", "भारतम्"),
    *(
        "＠",
        "＃",
        "＄",
        "﹫",
        "﹟",
        "﹩",
        "．",
        "。",
        "｡",
        "․",
        "﹒",
        "rt",
        "RT:",
        "$ABC",
        "list/x",
    ),
    *("é", "e\u0301", "\u0301", "\u0300", "\u0327", "\u0338", "\u0345", "\u3099", "\u20dd"),
    *("ı", "İ", "ſ", "\u212a", "ß", "ﬁ", "½", "²", "①", "©", "™", "ι", "Ⱥ", "ⱥ", "Ж", "ᲀ"),
    *(
        "😀",
        "👨",
        "⚕",
        "🏽",
        "❤",
        "👩🏽‍💻",
        "🤷‍♂",
        "👨‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇩🇪",
        "🇩",
        "🇨🇶",
        "☺",
        "☺️",
        "☺︎",
        "🫠",
    ),
    *("1️⃣", "1⃣", "#️⃣", "*️⃣", "\u20e3", "\ufe0f", "\ufe0e", "\u200d", "\u200c", "\u200b", "\u00ad"),
    *("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\U000e0041", "™️", "©️"),
    *("\ufeff", "\ufffe", "\uffff", "\ufffd", "\ufffc", "\ue000", "\u202e", "\u202a", "\u2066"),
    *(
        "東",
        "葛",
        "\U000e0100",
        "가",
        "ᄀ",
        "ᅡ",
        "ᆨ",
        "\u115f",
        "\u3164",
        "שּׁ",
        "क़",
        "क",
        "्",
        "ष",
        "ि",
    ),
    *("می", "خ", "กำ", "\u0e48", "ᠠ", "\u180b", "\u2800", "𐐀", "𠀀", "a" * 63, "あ" * 20),
    *("(a)", "(b(c))", "((", "path", "?q=1", "#frag", ":80", ":smile:", "<b>", "&lt;", "%00"),
)

TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.text(max_size=30))
"""Hostile texts and any text at all."""


def many(count: int, seed: int) -> Iterator[str]:
    """Yield so many hostile texts, the same for the same seed."""
    choice = random.Random(seed)
    for _ in range(count):
        yield "".join(choice.choices(PIECES, k=choice.randint(1, 14)))
