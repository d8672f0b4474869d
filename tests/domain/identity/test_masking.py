"""Enough to recognise oneself, not enough to use."""

import unicodedata

import pytest

from portone_payments.domain.identity.masking import masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("홍길동", "홍*동"),
        ("김구", "김*"),
        ("남궁민수", "남**수"),
        ("Lee", "L*e"),
        ("A", "*"),
        (unicodedata.normalize("NFD", "김"), "*"),
        (unicodedata.normalize("NFD", "홍길동"), "홍*동"),
        ("A ", "*"),
        ("J K", "J*"),
        ("A\u200b", "*"),
        ("q\u0323\u0307", "*"),
        ("\u1112\u119e\u11ab", "*"),
        ("", "*"),
    ],
)
def test_a_name_keeps_its_first_and_last_letter_and_a_single_one_is_hidden(name: str, shown: str) -> None:
    assert masked({"name": name}) == {"name": shown}


@pytest.mark.parametrize(
    ("phone", "shown"), [("01012345678", "*******5678"), ("021234567", "*****4567"), ("12345678", "********")]
)
def test_a_phone_keeps_its_last_four_digits_where_it_has_nine(phone: str, shown: str) -> None:
    assert masked({"phone": phone}) == {"phone": shown}


@pytest.mark.parametrize(
    ("born", "shown"), [("1990-05-17", "1990-**-**"), ("900517", "******"), ("19900517", "********")]
)
def test_a_birth_date_keeps_its_year_where_its_format_is_known(born: str, shown: str) -> None:
    assert masked({"birthDate": born}) == {"birthDate": shown}


def test_a_value_that_identifies_nobody_is_shown() -> None:
    assert masked({"adult": "yes", "gender": "FEMALE"}) == {"adult": "yes", "gender": "FEMALE"}
