"""The people of the sample whose stories are told, each row of them written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lives import OURS, Complaint, Contract, Friend, Life, Like, Post, Sent, Visit
from words import BELIEF, IPHONE, IRONY, REFUSAL

AGREED = {
    "marketing_consent": "Y",
    "location_consent": "Y",
    "may_link_handle": "Y",
    "may_be_found": "Y",
    "may_be_named": "Y",
    "language": "en",
    "handset": "android",
    "home_area": "Old Town",
}
HAPPY_WITH_IPHONE = tuple(Post(30 * i + 11, text) for i, text in enumerate(IPHONE[:3]))
LOVES_IPHONE = Life(
    AGREED | {"born_on": "14/05/1991", "network": "tandem"},
    posts=HAPPY_WITH_IPHONE,
    likes=(Like("iPhone"), Like("Mobile Photography")),
)


def like_the_iphone_lover(**facts: str) -> Life:
    """Everything that would earn the iPhone message, but for one column."""
    return Life({**LOVES_IPHONE.facts, **facts}, posts=LOVES_IPHONE.posts, likes=LOVES_IPHONE.likes)


STORIES: Mapping[str, Life] = {
    "bank_employee": Life(
        AGREED
        | {"first_name": "Idris", "born_on": "03/02/1990", "network": "norcell"}
        | {"employer_id": "e01", "salary": "88000", "household": "single", "children": "0"}
        | {"home_area": "Castle Row", "handle": "idris_reads"}
    ),
    "weak_signal": Life(
        AGREED
        | {"first_name": "Carys", "born_on": "27/08/1984", "network": "norcell"}
        | {"home_area": "Harbourside", "handle": "carys_sails"},
        visits=(
            *(Visit("Harbourside", day) for day in (3, 9, 16, 22, 31, 40)),
            *(Visit("Millbrook", day) for day in (4, 11, 18, 25, 39)),
        ),
    ),
    "iphone_lover": like_the_iphone_lover(first_name="Zoë", handle="zoe_pictures"),
    "service_believer": Life(
        AGREED
        | {"first_name": "Kofi", "born_on": "19/11/1979", "network": "quayfone"}
        | {"handle": "kofi_answers"},
        posts=tuple(Post(25 * i + 6, text) for i, text in enumerate(BELIEF)),
        likes=(Like("Service with a Name"),),
    ),
    "left_two_years_ago": Life(
        AGREED | {"first_name": "Grete", "born_on": "30/01/1968", "network": "tandem"},
        contracts=(Contract(OURS, date(2022, 12, 5), date(2024, 12, 4), "19.50"),),
    ),
    "friend_joined": Life(
        AGREED
        | {"first_name": "Ben", "born_on": "08/07/1995", "network": "norcell"}
        | {"handle": "ben_on_foot"},
        friends=(Friend("new_friend", 5), Friend("shy_friend", 3)),
    ),
    "combined": Life(
        AGREED
        | {"first_name": "Priya", "born_on": "22/03/1988", "network": "quayfone"}
        | {"handset": "iphone", "handle": "priya_pings"},
        contracts=(Contract("quayfone", date(2024, 12, 10), date(2026, 12, 9), "31.00"),),
        posts=(
            *(Post(40 * i + 5, text) for i, text in enumerate(IPHONE[:3])),
            *(Post(35 * i + 8, text) for i, text in enumerate(BELIEF[:3])),
        ),
    ),
    "blackberry_refuser": Life(
        AGREED
        | {"first_name": "Omar", "born_on": "11/09/1987", "network": "norcell"}
        | {"handset_bought_on": "2023-06-17", "handle": "omar_types"},
        posts=tuple(Post(50 * i + 9, text) for i, text in enumerate(REFUSAL)),
    ),
    "unhappy_customer": Life(
        AGREED
        | {"first_name": "Vera", "born_on": "05/12/1975", "network": OURS}
        | {"joined_on": "2019-04-01", "handle": "vera_waits"},
        posts=tuple(Post(4 * i + 3, text) for i, text in enumerate(IRONY)),
        complaints=(Complaint(date(2026, 10, 12), None, "signal"),),
    ),
    "no_consent": like_the_iphone_lover(
        first_name="Rhys", handle="rhys_hikes", marketing_consent="N"
    ),
    "consent_unknown": like_the_iphone_lover(
        first_name="Mei", handle="mei_paints", marketing_consent=""
    ),
    "minor": like_the_iphone_lover(first_name="Nia", handle="nia_skates", born_on="18/06/2010"),
    "age_unknown": like_the_iphone_lover(first_name="Jun", handle="jun_builds", born_on=""),
    "friend_not_named": Life(
        AGREED
        | {"first_name": "Hana", "born_on": "16/10/1993", "network": "tandem"}
        | {"handle": "hana_cycles"},
        friends=(Friend("shy_friend", 4),),
    ),
    "written_to_lately": Life(
        {**LOVES_IPHONE.facts, "first_name": "Ines", "handle": "ines_climbs"},
        posts=LOVES_IPHONE.posts,
        likes=LOVES_IPHONE.likes,
        sent=(Sent(4, "welcome"),),
    ),
    "no_match": Life({"marketing_consent": "Y", "born_on": "21/04/1982", "language": "en"}),
    # The two friends: both joined last month, one of them would rather not be named.
    "new_friend": Life(
        AGREED
        | {"first_name": "Mara", "born_on": "02/06/1996", "network": OURS}
        | {"joined_on": "2026-10-08", "handle": "mara_rows"}
    ),
    "shy_friend": Life(
        AGREED
        | {"first_name": "Emre", "born_on": "25/09/1992", "network": OURS}
        | {"joined_on": "2026-10-11", "may_be_named": "N"}
    ),
}


# Typed by hand, once: what stands in the column of birth dates of these few, at any size.
NOT_DATES: Mapping[int, str] = {211: "31/02/1987", 940: "spring 1990", 3102: "1/13/1971"}
