"""What counts as one emoji.

The sequences are those that twitter-text 3.1.0 counts as one (twemoji-parser 11, Emoji 11.0 of
2018). A younger sequence is not known here and is counted as the sum of its parts, so a count may
be too high and never too low.
"""

import re
from functools import cache
from typing import Final

# Written as hexadecimal code points, because half of them look like nothing or like each other.
_TEXT_BY_DEFAULT: Final = """
203c 2049 2139 2194-2199 21a9-21aa 231a-231b 2328 23cf 23ed-23ef 23f1-23f2 23f8-23fa 24c2
25aa-25ab 25b6 25c0 25fb-25fe 2600-2604 260e 2611 2614-2615 2618 2620 2622-2623 2626 262a
262e-262f 2638-263a 2640 2642 2648-2653 2660 2663 2665-2666 2668 267b 267f 2692-2697 2699
269b-269c 26a0-26a1 26aa-26ab 26b0-26b1 26bd-26be 26c4-26c5 26c8 26cf 26d1 26d3-26d4 26e9-26ea
26f0-26f5 26f8 26fa 26fd 2702 2708-2709 270f 2712 2714 2716 271d 2721 2733-2734 2744 2747 2757
2763-2764 27a1 2934-2935 2b05-2b07 2b1b-2b1c 2b50 2b55 3030 303d 3297 3299 1f004 1f170-1f171
1f17e-1f17f 1f202 1f21a 1f22f 1f237 1f321 1f324-1f32c 1f336 1f37d 1f396-1f397 1f399-1f39b
1f39e-1f39f 1f3cd-1f3ce 1f3d4-1f3df 1f3f3 1f3f5 1f3f7 1f43f 1f441 1f4fd 1f549-1f54a 1f56f-1f570
1f573 1f576-1f579 1f587 1f58a-1f58d 1f5a5 1f5a8 1f5b1-1f5b2 1f5bc 1f5c2-1f5c4 1f5d1-1f5d3
1f5dc-1f5de 1f5e1 1f5e3 1f5e8 1f5ef 1f5f3 1f5fa 1f6cb 1f6cd-1f6cf 1f6e0-1f6e5 1f6e9 1f6f0 1f6f3
"""
_ALWAYS_EMOJI: Final = """
23e9-23ec 23f0 23f3 267e 26ce 2705 2728 274c 274e 2753-2755 2795-2797 27b0 27bf 1f0cf 1f18e
1f191-1f19a 1f201 1f232-1f236 1f238-1f23a 1f250-1f251 1f300-1f320 1f32d-1f335 1f337-1f37c
1f37e-1f384 1f386-1f393 1f3a0-1f3c1 1f3c5-1f3c6 1f3c8-1f3c9 1f3cf-1f3d3 1f3e0-1f3f0 1f3f4
1f3f8-1f3fa 1f400-1f43e 1f440 1f444-1f445 1f451-1f465 1f46a-1f46d 1f46f 1f479-1f47b 1f47d-1f480
1f484 1f488-1f4a9 1f4ab-1f4fc 1f4ff-1f53d 1f54b-1f54e 1f550-1f567 1f5a4 1f5fb-1f644 1f648-1f64a
1f680-1f6a2 1f6a4-1f6b3 1f6b7-1f6bf 1f6c1-1f6c5 1f6d0-1f6d2 1f6eb-1f6ec 1f6f4-1f6f9 1f910-1f917
1f91d 1f920-1f925 1f927-1f92f 1f93a 1f93c 1f940-1f945 1f947-1f970 1f973-1f976 1f97a 1f97c-1f9a2
1f9b4 1f9b7 1f9c0-1f9c2 1f9d0 1f9de-1f9ff
"""
_SIGNS: Final = "a9 ae 2122 265f"  # text, unless VARIATION SELECTOR-16 says otherwise
_HANDS_AND_SPORTS: Final = "261d 26f7 270c-270d 1f590"  # text by default, and take a skin tone
_SPORTS_ROLES: Final = "26f9 1f3cb-1f3cc 1f574-1f575"  # the same, and have a man and a woman
_PEOPLE: Final = """
270a-270b 1f385 1f3c2 1f3c7 1f442-1f443 1f446-1f450 1f466-1f469 1f470 1f472 1f474-1f476 1f478
1f47c 1f483 1f485 1f4aa 1f57a 1f595-1f596 1f64c 1f64f 1f6c0 1f6cc 1f918-1f91c 1f91e-1f91f
1f930-1f934 1f936 1f9b5-1f9b6 1f9d1-1f9d5
"""
_ROLES: Final = """
1f3c3-1f3c4 1f3ca 1f46e 1f471 1f473 1f477 1f481-1f482 1f486-1f487 1f645-1f647 1f64b 1f64d-1f64e
1f6a3 1f6b4-1f6b6 1f926 1f935 1f937-1f939 1f93d-1f93e 1f9b8-1f9b9 1f9d6-1f9dd
"""
_PAIRS_WITHOUT_TONE: Final = "1f46f 1f93c 1f9de-1f9df"  # dancers, wrestlers, genies, zombies
_TOOLS: Final = """
1f33e 1f373 1f393 1f3a4 1f3a8 1f3eb 1f3ed 1f4bb-1f4bc 1f527 1f52c 1f680 1f692 1f9b0-1f9b3
"""
_FLAGS: Final = """
AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ DE DG DJ DK DM DO DZ EA
EC EE EG EH ER ES ET EU FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY
HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA
LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ
NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM UN US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
_REGIONS: Final = "gbeng gbsct gbwls"  # England, Scotland, Wales: the three flags spelt in tags

ZWJ: Final = "\u200d"
"""ZERO WIDTH JOINER, which makes one emoji of several."""
VS16: Final = "\ufe0f"
"""VARIATION SELECTOR-16: the character before it is to be drawn as an emoji."""
KEYCAP: Final = "\u20e3"
"""COMBINING ENCLOSING KEYCAP."""
SKIN_TONES: Final = "\U0001f3fb-\U0001f3ff"
"""The five skin tones, as the inside of a character class."""
REGIONAL_INDICATORS: Final = "\U0001f1e6-\U0001f1ff"
"""The 26 letters that flags are written in, as the inside of a character class."""


def _inside(ranges: str) -> str:
    """Return the inside of a character class from ranges of hexadecimal code points."""
    ends = (item.split("-") for item in ranges.split())
    return "".join("-".join(rf"\U{int(end, 16):08x}" for end in pair) for pair in ends)


def _flag(letters: str) -> str:
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in letters)


def _region(name: str) -> str:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in name)
    return f"\U0001f3f4{tags}\U000e007f"


def _sequences() -> str:
    """Return the alternatives as they are tried: a longer sequence before its beginning."""
    tone = f"[{SKIN_TONES}]"
    gender = f"{ZWJ}[\u2640\u2642]{VS16}"
    adult, boy, girl = "[\U0001f468\U0001f469]", "\U0001f466", "\U0001f467"
    children = f"(?:{boy}(?:{ZWJ}{boy})?|{girl}(?:{ZWJ}[{boy}{girl}])?)"
    man, woman, heart = "\U0001f468", "\U0001f469", f"{ZWJ}\u2764{VS16}{ZWJ}(?:\U0001f48b{ZWJ})?"
    return "|".join(
        (
            rf"{adult}{tone}?{ZWJ}(?:[\u2695\u2696\u2708]{VS16}|[{_inside(_TOOLS)}])",
            rf"[{_inside(_SPORTS_ROLES)}](?:{tone}|{VS16}){gender}",
            rf"[{_inside(_ROLES)}]{tone}?{gender}",
            rf"(?:{man}{heart}{man}|{woman}{heart}{adult})",
            rf"(?:(?:{man}{ZWJ}{adult}|{woman}(?:{ZWJ}{woman})?|{man}){ZWJ}{children})",
            rf"\U0001f3f3{VS16}{ZWJ}\U0001f308|\U0001f3f4{ZWJ}\u2620{VS16}|\U0001f441{ZWJ}\U0001f5e8",
            rf"[{_inside(_PAIRS_WITHOUT_TONE)}]{gender}",
            rf"[#*0-9]{VS16}?{KEYCAP}",
            rf"[{_inside(_SIGNS)}]{VS16}",
            rf"[{_inside(_TEXT_BY_DEFAULT)}](?:{VS16}|(?!\ufe0e))",
            rf"[{_inside(_HANDS_AND_SPORTS + ' ' + _SPORTS_ROLES)}](?:{VS16}|(?!\ufe0e)){tone}?",
            rf"[{_inside(_PEOPLE + _ROLES)}]{tone}?",
            "|".join(_region(name) for name in _REGIONS.split()),
            "|".join(_flag(letters) for letters in _FLAGS.split()),
            rf"[{_inside(_ALWAYS_EMOJI)}]",
        )
    )


@cache
def sequence() -> re.Pattern[str]:
    """One emoji as twitter-text knows them, with everything that belongs to it.

    Compiled for the first text that isn't plain: it takes longer than all that most texts need.
    """
    return re.compile(_sequences())


PICTOGRAPHS: Final = _inside(
    f"{_TEXT_BY_DEFAULT} {_ALWAYS_EMOJI} {_SIGNS} {_HANDS_AND_SPORTS} {_SPORTS_ROLES}"
    f"{_PEOPLE} {_ROLES}"
)
"""The characters that can begin or continue a joined emoji, as the inside of a character class."""

MAY_BE_JOINED: Final = re.compile(
    rf"[{VS16}{ZWJ}{KEYCAP}{SKIN_TONES}{REGIONAL_INDICATORS}\U000e0020-\U000e007f]"
)
"""A text without any of these holds no emoji of more than one character."""

# Blocks that hold hardly anything but emoji: what is drawn there since 2018 counts too.
_MAY_BE_EMOJI: Final = re.compile("[^\0-\u203b]")  # every emoji has one of these


@cache
def _any() -> re.Pattern[str]:
    return re.compile(rf"{_sequences()}|[\U0001f000-\U0001faff]")


def emoji(text: str) -> tuple[str, ...]:
    """Return the emoji of a text in their order, a joined sequence as one.

    Emoji younger than Emoji 11.0 are found one character at a time.
    """
    return tuple(_any().findall(text)) if _MAY_BE_EMOJI.search(text) else ()
