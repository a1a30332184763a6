"""The bakery some days after its first messages: a plan with every kind of ending."""

from __future__ import annotations

from pathlib import Path

from tests.cli.bakery import RULES, SETTINGS, bakery, targeter

LIMITS = """\
cooldown: 7 days
frequency_cap: 3 per 12 weeks
holdout: {percent: 20, salt: oven-15}
block: [half price]
"""
BUSY_SETTINGS = (
    SETTINGS.replace("match_rate: 0.5}", "match_rate: 0.5, stay: 14 days}").replace(
        "address: handle}", "address: handle}\n" + LIMITS.rstrip()
    )
    + "\n"
)
BUSY_RULES = RULES.replace("when: waits", "when: waits\n    again_after: 14 days").replace(
    "    templates: [stollen]\n",
    "    max_people: 3\n    rank_by: spent\n    templates: [stollen]\n",
)
_HEAD = "person_id,name,age,language,agreed,town,spent,handle,waits\n"
# On 28 October: ada and bo are written to, six enter the audience of Harbour, max is handed over.
BEFORE = _HEAD + "".join(
    [
        "ada,Ada,44,en,Y,Harbour,80.50,@ada,N\n",
        "bo,Bo,70,de,Y,Hill,51,@bo,N\n",
        *(f"h{n},Hal,3{n},en,Y,Harbour,{n},,N\n" for n in range(6)),
        "max,Max,38,en,Y,Harbour,12,,Y\n",
    ]
)
# Four days later.
NOW = _HEAD + "".join(
    [
        "ada,Ada,44,en,Y,Harbour,80.50,@ada,N\n",
        "bo,Bo,70,de,Y,Hill,51,@bo,N\n",
        "h0,Hal,30,en,N,Harbour,0,,N\n",
        *(f"h{n},Hal,3{n},en,Y,Harbour,{n},,N\n" for n in range(1, 6)),
        *(f"n{n},Nan,3{n},en,Y,Harbour,{n},,N\n" for n in range(3)),
        *(f"s{n},Sam,6{n},en,Y,,{70 + n},@s{n},N\n" for n in range(5)),
        "gil,Gil,34,en,Y,Island,6,,N\n",
        "hob,Half Price,66,en,Y,,300,@hob,N\n",
        "ida,Ida,15,en,Y,Harbour,8,,N\n",
        "jo,Jo,35,en,Y,,7,,N\n",
        "kim,Kim,66,en,Y,,99,,N\n",
        "lee,Lee,37,en,,Harbour,11,,N\n",
        "max,Max,38,en,Y,Harbour,12,,Y\n",
        "mo,Mo,38,en,Y,Harbour,12,,Y\n",
    ]
)


def busy_bakery(root: Path) -> Path:
    """The project on 1 November, with what was rendered on 28 October."""
    bakery(root, settings=BUSY_SETTINGS, rules=BUSY_RULES, people=BEFORE)
    ran = targeter("render", "--as-of", "2026-10-28", "--project", root)
    assert ran.code == 0, ran.err
    return bakery(root, settings=BUSY_SETTINGS, rules=BUSY_RULES, people=NOW)
