"""Banks: PortOne's REST name is what is sent, whichever of the two names the app uses."""

import json
import os
from pathlib import Path

import pytest

from portone_local.portone.banks import BANKS as BANKS_OF_THE_FAKE
from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.refunds.banks import BANKS, bank_of


@pytest.mark.parametrize("bank", sorted(BANKS))
def test_a_rest_name_is_itself(bank: str) -> None:
    assert bank_of(bank) == bank


@pytest.mark.parametrize(
    ("sdk", "rest"),
    [
        ("SHINHAN_BANK", "SHINHAN"),
        ("KDB_BANK", "KDB"),
        ("K_BANK", "K_BANK"),
        ("SAVINGS_BANK", "SAVINGS_BANK"),
    ],
)
def test_a_bank_name_of_the_browser_sdk_is_translated(sdk: str, rest: str) -> None:
    assert bank_of(sdk) == rest


@pytest.mark.parametrize("name", ["", "_BANK", "NO_SUCH_BANK", "shinhan", "SHINHAN_BANK_BANK"])
def test_an_unknown_bank_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        bank_of(name)

    assert refused.value.data == {"field": "refundAccount.bank", "reason": "unknown_bank"}


def test_the_banks_are_those_of_portones_document() -> None:
    path = os.environ.get("PORTONE_OPENAPI")
    if not path:
        pytest.skip("PORTONE_OPENAPI is not set")
    schemas = json.loads(Path(path).read_text())["components"]["schemas"]

    assert frozenset(schemas["Bank"]["enum"]) == BANKS


def test_the_fake_portone_accepts_the_same_banks() -> None:
    assert BANKS_OF_THE_FAKE == BANKS
