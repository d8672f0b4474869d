"""Reading PortOne's JSON: tolerant of what may come, strict about what moves money."""

import json
from typing import Any

import pytest

from portone_payments.adapters.portone.wire import payment_of
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import Channel, Method, RemoteStatus, Snapshot
from tests.support.payment_answers import (
    PAYMENT_ID,
    STORE_ID,
    paid,
)

NEEDED = ["id", "status", "transactionId", "storeId", "amount", "currency", "requestedAt", "updatedAt"]
AMOUNTS = ["total", "taxFree", "paid", "discount", "cancelled", "cancelledTaxFree"]
ODD_AMOUNTS = [True, 1.0, 10000.5, "10000", -1, None, 2**63, [], {}]


def read(answer: Any) -> Snapshot:
    return payment_of(PAYMENT_ID, json.dumps(answer).encode())


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in paid().items() if key not in keys}


def test_a_paid_card_payment_is_read_completely() -> None:
    snapshot = read(paid())

    assert snapshot == Snapshot(
        payment_id=PAYMENT_ID,
        transaction_id="transaction-1",
        store_id=STORE_ID,
        status=RemoteStatus.PAID,
        total=10000,
        tax_free=0,
        paid=10000,
        discount=0,
        cancelled=0,
        cancelled_tax_free=0,
        vat=909,
        currency="KRW",
        requested_at=1_767_323_045_000_000,
        updated_at=1_767_323_138_366_979,
        custom_data='{"bundle":"example"}',
        customer_id="user-1",
        channel=Channel(
            test=False,
            pg_provider="TOSSPAYMENTS",
            pg_merchant_id="example-merchant",
            key="channel-key-example",
        ),
        method=Method(kind=PayMethod.CARD),
        disputed=False,
        paid_at=1_767_323_138_000_000,
        pg_tx_id="pg-1",
        receipt_url="https://receipt.example/1",
    )


@pytest.mark.parametrize(
    "status",
    ["READY", "PAY_PENDING", "VIRTUAL_ACCOUNT_ISSUED", "PAID", "FAILED", "PARTIAL_CANCELLED", "CANCELLED"],
)
def test_each_state_of_portone_is_known(status: str) -> None:
    assert read(paid(status=status)).status == status


def test_an_unknown_state_is_a_value() -> None:
    assert read(paid(status="REVERSED")).status is RemoteStatus.UNRECOGNISED


def test_unknown_fields_are_ignored() -> None:
    assert read(paid(inventedLater={"a": [1]})) == read(paid())


@pytest.mark.parametrize("key", NEEDED)
def test_a_payment_without_a_required_field_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(without(key))


@pytest.mark.parametrize("key", sorted(set(paid()) - set(NEEDED)))
@pytest.mark.parametrize("odd", [None, 7, "odd", [], {}, [None]])
def test_any_other_field_may_be_missing_or_strange(key: str, odd: Any) -> None:
    assert read(without(key)).total == 10000
    assert read(paid(**{key: odd})).total == 10000


@pytest.mark.parametrize("odd", ODD_AMOUNTS)
@pytest.mark.parametrize("key", AMOUNTS)
def test_a_payment_with_an_invalid_amount_is_refused(key: str, odd: Any) -> None:
    answer = paid(amount=paid()["amount"] | {key: odd})

    with pytest.raises(ValueError, match=r".+"):
        read(answer)


def test_an_answer_about_another_payment_is_refused() -> None:
    with pytest.raises(ValueError, match="another payment"):
        read(paid(id="pay0000000000000000000000000002"))


def test_a_v1_payment_keeps_its_version() -> None:
    assert read(paid(version="V1")).version == "V1"
