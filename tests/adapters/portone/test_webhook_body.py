"""What is read out of a signed body (PortOne facts 8.1 to 8.3, 4.3)."""

from typing import Any
from urllib.parse import urlencode

import pytest

from portone_local.portone.events import BodyVersion, event_body
from portone_payments.adapters.portone.webhook_body import fill_in
from portone_payments.domain.payments.hints import EventType
from portone_payments.domain.readings.webhook import Delivery
from tests.support.delivery_parts import AT, READABLE, UNREADABLE, T, compact

ENVELOPE = Delivery(id="wh_1", type="Unreadable", body_hash="h", happened_at=1767323045.0)
TRANSACTIONS = sorted(kind for kind in EventType if kind.startswith("Transaction."))
BILLING_KEYS = sorted(kind for kind in EventType if kind.startswith("BillingKey."))


def filled(value: object) -> Delivery:
    return fill_in(ENVELOPE, compact(value).decode())


def paid(**data: Any) -> Delivery:
    return filled({"type": "Transaction.Paid", "timestamp": AT, "data": {**T, **data}})


@pytest.mark.parametrize("kind", TRANSACTIONS)
def test_every_transaction_event_is_read(kind: str) -> None:
    found = filled({"type": kind, "timestamp": AT, "data": {**T, "cancellationId": "c-1"}})

    assert (found.type, found.payment_id, found.transaction_id) == (kind, "p0001", "t-1")
    assert (found.store_id, found.cancellation_id, found.old_version) == ("store-1", "c-1", False)


@pytest.mark.parametrize("kind", BILLING_KEYS)
def test_every_billing_key_event_is_read_and_its_key_is_not_in_the_repr(kind: str) -> None:
    found = filled({"type": kind, "timestamp": AT, "data": {"billingKey": "bk-canary", "storeId": "s"}})

    assert (found.type, found.billing_key, found.store_id) == (kind, "bk-canary", "s")
    assert "bk-canary" not in repr(found)


@pytest.mark.parametrize("version", [BodyVersion.V2024_01_01_JSON, BodyVersion.V2024_01_01_FORM])
@pytest.mark.parametrize(
    "kind",
    [
        *("Ready", "Paid", "VirtualAccountIssued", "PartialCancelled"),
        *("Cancelled", "Failed", "PayPending", "CancelPending"),
    ],
)
def test_an_old_body_is_read_under_the_new_names_and_marked(version: BodyVersion, kind: str) -> None:
    written = event_body(version, f"Transaction.{kind}", T, 0.0)
    assert written is not None

    found = fill_in(ENVELOPE, written[0].decode())

    assert (found.type, found.old_version) == (f"Transaction.{kind}", True)
    assert (found.payment_id, found.transaction_id) == ("p0001", "t-1")


@pytest.mark.parametrize(
    "text",
    [
        '{"payment_id":"p0001","tx_id":"t-1","total_amount":1000}',
        urlencode({"payment_id": "p0001", "tx_id": "t-1", "total_amount": "1000"}),
    ],
)
def test_an_old_body_without_a_status_is_a_confirm_request(text: str) -> None:
    found = fill_in(ENVELOPE, text)

    assert (found.type, found.old_version) == (EventType.CONFIRM, True)
    assert (found.payment_id, found.total_amount) == ("p0001", 1000)


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Transaction.Confirm"},
        {"type": "Transaction.Confirm", "data": [T]},
        {"type": "Transaction.Confirm", "data": {"paymentId": 5, "totalAmount": "1000"}},
        {"total_amount": 1000},
        {"payment_id": None, "status": None, "total_amount": True},
    ],
)
def test_a_confirm_request_stays_one_however_little_is_readable(value: object) -> None:
    found = filled(value)

    assert (found.type, found.payment_id) == (EventType.CONFIRM, None)


@pytest.mark.parametrize("amount", [True, 1.0, "1000", -1, 10**16, None, [1]])
def test_an_amount_is_an_integer_in_range_or_none(amount: object) -> None:
    found = filled({"type": "Transaction.Confirm", "data": {**T, "totalAmount": amount}})

    assert (found.payment_id, found.total_amount) == ("p0001", None)


@pytest.mark.parametrize("amount", ["٣", "1e3", "-1", "9" * 17, "9" * 5_000, "", "1.0"])
def test_an_amount_in_a_form_is_plain_digits_in_range_or_none(amount: str) -> None:
    found = fill_in(ENVELOPE, urlencode({"payment_id": "p0001", "total_amount": amount, "tx_id": "t"}))

    assert (found.type, found.total_amount) == (EventType.CONFIRM, None)


def test_only_a_confirm_request_carries_an_amount() -> None:
    assert paid(totalAmount=1000).total_amount is None


def test_an_unknown_type_is_kept_by_name_and_cut_to_64_characters() -> None:
    assert filled({"type": "TaxInvoice.Issued", "data": {"a": 1}}).type == "TaxInvoice.Issued"
    assert filled({"type": "T" * 65}).type == "T" * 64


def test_an_unknown_transaction_type_still_names_its_payment() -> None:
    found = filled({"type": "Transaction.CancelFailed", "timestamp": AT, "data": T})

    assert (found.type, found.payment_id) == ("Transaction.CancelFailed", "p0001")


def test_unknown_fields_are_ignored() -> None:
    found = filled({"type": "Transaction.Paid", "data": {**T, "new": {"a": []}}, "newer": 1, "timestamp": AT})

    assert found == paid()


@pytest.mark.parametrize("body", [body for _, body in UNREADABLE], ids=lambda body: repr(body[:48]))
def test_an_authentic_body_we_cannot_use_is_unreadable_and_no_error(body: bytes) -> None:
    found = fill_in(ENVELOPE, body.decode())

    assert (found.type, found.payment_id, found.billing_key) == ("Unreadable", None, None)
    assert found.happened_at == ENVELOPE.happened_at


@pytest.mark.parametrize("content_type_and_body", READABLE)
def test_a_readable_body_is_not_unreadable(content_type_and_body: tuple[str, bytes]) -> None:
    assert fill_in(ENVELOPE, content_type_and_body[1].decode()).type != "Unreadable"


@pytest.mark.parametrize("bad", ["", "x" * 257, "한" * 86, "a\0", "a\n", "\ud800", 5, None, ["a"]])
def test_a_malformed_secondary_id_is_dropped_and_the_payment_is_still_named(bad: object) -> None:
    found = paid(transactionId=bad, storeId=bad, cancellationId=bad)

    assert found.payment_id == "p0001"
    assert (found.transaction_id, found.store_id, found.cancellation_id) == (None, None, None)


def test_an_id_of_256_bytes_is_read() -> None:
    assert paid(paymentId="x" * 256).payment_id == "x" * 256


@pytest.mark.parametrize(
    ("timestamp", "happened_at"),
    [
        ("2026-01-02T03:04:05Z", 1767323045.0),
        ("2026-01-02T03:04:05.5Z", 1767323045.5),
        ("2026-01-02T03:04:05.123456789Z", 1767323045.123456),
        ("2026-01-02T12:04:05.678+09:00", 1767323045.678),
        ("2026-01-02T03:04:06", 1767323045.0),
        ("1999", 1767323045.0),
        ("yesterday", 1767323045.0),
        (0, 1767323045.0),
        (None, 1767323045.0),
    ],
)
def test_the_event_time_is_read_and_otherwise_the_sending_time(timestamp: object, happened_at: float) -> None:
    found = filled({"type": "Transaction.Paid", "timestamp": timestamp, "data": T})

    assert found.happened_at == happened_at
