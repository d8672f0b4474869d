"""Enough to recognise oneself, not enough to use."""

import pytest

from portone_payments.domain.masking import masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [("홍길동", "홍*동"), ("김구", "김*"), ("남궁민수", "남**수"), ("Lee", "L*e"), ("A", "A*")],
)
def test_a_name_keeps_its_first_and_last_letter(name: str, shown: str) -> None:
    assert masked({"name": name}) == {"name": shown}


@pytest.mark.parametrize(("phone", "shown"), [("01012345678", "*******5678"), ("1234", "****")])
def test_a_phone_keeps_its_last_four_digits(phone: str, shown: str) -> None:
    assert masked({"phone": phone}) == {"phone": shown}


def test_a_birth_date_keeps_its_year() -> None:
    assert masked({"birthDate": "1990-05-17"}) == {"birthDate": "1990-**-**"}


def test_what_names_nobody_is_shown() -> None:
    assert masked({"adult": "yes", "gender": "FEMALE"}) == {"adult": "yes", "gender": "FEMALE"}
