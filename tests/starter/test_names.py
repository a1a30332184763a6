"""What names of files and columns are taken for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targeter.sources.guessing import GuessedColumn
from targeter.starter import duties, names


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("userID", ("user", "id")),
        ("user_id", ("user", "id")),
        ("Customer Number", ("customer", "number")),
        ("DOB", ("dob",)),
        ("HTTPStatus2", ("http", "status", "2")),
        ("größe_m", ("grösse", "m")),
    ],
)
def test_a_name_is_read_as_its_words(name: str, words: tuple[str, ...]) -> None:
    assert names.words_of(name) == words


@pytest.mark.parametrize(
    "name", ["userID", "user_id", "userid", "customer", "Customer No", "crm_contact_id", "users"]
)
def test_what_tells_people_apart_is_recognised(name: str) -> None:
    assert names.means_person(name)


@pytest.mark.parametrize(
    "name",
    [
        *("id", "friendID", "friend_user_id", "account_manager_id", "user_name", "paid", "avoid"),
        *("customer_segment", "artistID", "last_contact", "order_no", ""),
    ],
)
def test_what_tells_other_things_apart_is_not_the_person(name: str) -> None:
    assert not names.means_person(name)


@pytest.mark.parametrize("stem", ["customers", "people", "crm_users_2024", "Subscriber"])
def test_a_file_of_people_is_recognised(stem: str) -> None:
    assert names.means_people(stem)


@pytest.mark.parametrize("stem", ["customer_orders", "user_artists", "data", "2024"])
def test_a_file_of_something_else_is_not_one_of_people(stem: str) -> None:
    assert not names.means_people(stem)


@pytest.mark.parametrize("name", ["posted_at", "liked_on", "time", "opened_on", "column_2"])
def test_when_a_row_happened_is_recognised(name: str) -> None:
    assert names.is_event(name)


@pytest.mark.parametrize("name", ["ends_on", "valid_until", "date_of_birth", "renewal_date"])
def test_a_day_to_come_or_of_birth_is_no_event(name: str) -> None:
    assert not names.is_event(name)


@given(st.text(max_size=80), st.lists(st.sampled_from(["data", "order_rows", "a", "A_2"])))
def test_a_source_always_gets_a_name_of_its_own_that_sql_can_say(
    stem: str, taken: list[str]
) -> None:
    name = names.source_name(stem, taken, {"order", "select"})
    assert re.fullmatch(r"[a-z_][a-z0-9_]*", name)
    assert name not in {t.casefold() for t in taken} | {"order", "select"}


def flag(name: str) -> GuessedColumn:
    return GuessedColumn(name, "boolean", true_values=("Y",), false_values=("N",))


AGREES = [
    *("marketing_consent", "newsletter", "newsletter_opt_in", "email_opt_in", "opt_in"),
    *("accepts_marketing", "AcceptsMarketing", "sms_consent", "consent_to_be_contacted"),
    *("marketing_ok", "wants_newsletter", "opted_in"),
]
NOT_MARKETING = [
    *("location_consent", "cookie_consent", "gdpr_consent", "consent", "ads_clicked"),
    *("newsletter_opened", "promo_redeemed", "may_be_named", "subscribed", "terms_agreed"),
    *("marketing", "promotion", "third_party_consent", "no_marketing", "opt_out", "active"),
    *("profiling_consent", "mailing_bounced", "works_in_marketing"),
]
REFUSES = ["opt_out", "email_opt_out", "unsubscribed", "do_not_contact", "no_newsletter", "dnc"]


@pytest.mark.parametrize("name", AGREES)
def test_a_column_about_agreeing_to_be_written_to_is_consent(name: str) -> None:
    assert duties.consents_of([flag("id_card_seen"), flag(name)]).marketing == name


@pytest.mark.parametrize("name", NOT_MARKETING)
def test_no_other_column_is_taken_for_consent(name: str) -> None:
    assert duties.consents_of([flag(name)]).marketing is None


def test_of_two_consents_none_is_chosen_unless_one_speaks_of_marketing() -> None:
    both = duties.consents_of([flag("email_consent"), flag("sms_consent")])
    assert (both.marketing, both.unclear) == (None, ("email_consent", "sms_consent"))
    named = duties.consents_of([flag("email_consent"), flag("marketing_consent")])
    assert named.marketing == "marketing_consent"


@pytest.mark.parametrize("name", REFUSES)
def test_a_refusal_is_a_refusal(name: str) -> None:
    found = duties.consents_of([flag(name)])
    assert (found.refusals, found.marketing) == ((name,), None)


@pytest.mark.parametrize(
    ("values", "yes", "no"),
    [
        (("0", "1"), ("1",), ("0",)),
        (("1",), ("1",), ("0",)),
        (("Y",), ("Y",), ()),
        (("ja", "nein"), ("ja",), ("nein",)),
    ],
)
def test_a_consent_that_was_written_down_otherwise_is_read(
    values: tuple[str, ...], yes: tuple[str, ...], no: tuple[str, ...]
) -> None:
    column = GuessedColumn("newsletter_opt_in", "text", examples=values, distinct=len(values))
    read = duties.as_flag(column)
    assert (read.type, read.true_values, read.false_values) == ("boolean", yes, no)


@pytest.mark.parametrize("values", [("0", "1", "2"), ("2021", "2022"), (), ("maybe", "yes")])
def test_what_may_mean_anything_is_no_consent(values: tuple[str, ...]) -> None:
    column = GuessedColumn("newsletter_opt_in", "text", examples=values, distinct=len(values))
    assert duties.as_flag(column) == column


def test_a_column_with_more_values_than_were_seen_is_no_consent() -> None:
    column = GuessedColumn("opt_in", "text", examples=("N", "Y", "no"), distinct=4)
    assert duties.as_flag(column) == column
