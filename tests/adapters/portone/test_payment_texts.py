"""Reading a payment with malformed, endless or personal texts: they are dropped, the payment is read."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from portone_local.twins.logs import RecordingMeter
from portone_payments.adapters.portone.billing_wire import key_of
from portone_payments.adapters.portone.listing import page_of
from portone_payments.adapters.portone.wire import payment_of
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.flows.payments.metrics import count_texts
from portone_payments.ports.world import Metric
from tests.support.payment_answers import (
    CANCELLATION,
    PAYMENT_ID,
    STORE_ID,
    VIRTUAL_ACCOUNT,
    paid,
    with_raw,
)

type Get = Callable[[Snapshot], object]

EASY_PAY = {"type": "PaymentMethodEasyPay", "provider": "KAKAOPAY"}
STRANGE = {
    "a name": '"김개똥님 한도초과"',
    "400 kB": json.dumps("x" * 400_000),
    "a lone surrogate": r'"\ud800"',
    "NUL": r'"51\u0000"',
    "broken UTF-8": '"\udcff"',
}
NO_TEXTS = {"2,000 digits": "9" * 2_000, "deep": "[" * 400 + "]" * 400, "null": "null"}


def base() -> dict[str, Any]:
    return paid(cancellations=[dict(CANCELLATION)], failure={})


def account(name: str) -> Get:
    return lambda found: getattr(found.method and found.method.virtual_account, name)


OPTIONAL: dict[str, tuple[dict[str, Any], Get]] = {
    "failure.pgCode": (base(), lambda found: found.pg_code),
    "pgTxId": (base(), lambda found: found.pg_tx_id),
    "receiptUrl": (base(), lambda found: found.receipt_url),
    "channel.pgProvider": (base(), lambda found: found.channel),
    "channel.pgMerchantId": (base(), lambda found: found.channel),
    "channel.key": (base(), lambda found: found.channel and found.channel.key),
    "method.provider": (paid(method=EASY_PAY), lambda found: found.method and found.method.provider),
    "method.bank": (paid(method=VIRTUAL_ACCOUNT), account("bank")),
    "method.accountNumber": (paid(method=VIRTUAL_ACCOUNT), account("number")),
    "cancellations.0.trigger": (base(), lambda found: found.shown[0].trigger),
}


@pytest.mark.parametrize("what", STRANGE)
@pytest.mark.parametrize("path", OPTIONAL)
def test_a_malformed_text_is_dropped_and_counted(path: str, what: str) -> None:
    answer, get = OPTIONAL[path]

    found = payment_of(PAYMENT_ID, with_raw(answer, path, STRANGE[what]))

    assert (get(found), found.dropped, found.total) == (None, 1, 10000)


@pytest.mark.parametrize("what", NO_TEXTS)
@pytest.mark.parametrize("path", OPTIONAL)
def test_a_value_that_is_no_text_counts_as_absent(path: str, what: str) -> None:
    answer, get = OPTIONAL[path]

    found = payment_of(PAYMENT_ID, with_raw(answer, path, NO_TEXTS[what]))

    assert (get(found), found.dropped, found.total) == (None, 0, 10000)


@pytest.mark.parametrize("what", ["400 kB", "a lone surrogate", "NUL"])
def test_the_holder_of_an_account_may_have_any_one_line_name(what: str) -> None:
    answer = paid(method=VIRTUAL_ACCOUNT)
    holder = account("holder")

    named = payment_of(PAYMENT_ID, with_raw(answer, "method.remitteeName", '"주식회사 예시"'))
    strange = payment_of(PAYMENT_ID, with_raw(answer, "method.remitteeName", STRANGE[what]))

    assert (holder(named), holder(strange), strange.dropped) == ("주식회사 예시", None, 1)


def test_a_shops_id_at_a_pg_may_look_like_a_phone() -> None:
    channel = payment_of(PAYMENT_ID, with_raw(base(), "channel.pgMerchantId", '"01000000000"')).channel

    assert channel is not None
    assert channel.pg_merchant_id == "01000000000"


def test_an_accepted_text_is_not_counted() -> None:
    assert payment_of(PAYMENT_ID, json.dumps(base()).encode()).dropped == 0


REQUIRED = [
    "status",
    "transactionId",
    "storeId",
    "currency",
    "requestedAt",
    "updatedAt",
    *(f"cancellations.0.{name}" for name in ("id", "status", "requestedAt")),
]


@pytest.mark.parametrize("raw", [json.dumps("x" * 201), r'"\ud800"', "9" * 2_000], ids=lambda raw: raw[:8])
@pytest.mark.parametrize("path", REQUIRED)
def test_a_payment_with_an_overlong_identifier_is_refused(path: str, raw: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        payment_of(PAYMENT_ID, with_raw(base(), path, raw))


@pytest.mark.parametrize(
    "raw", ["9" * 2_000, "9" * 5_000, "[" * 100_000, "NaN", "1e400"], ids=lambda raw: raw[:4]
)
@pytest.mark.parametrize("path", ["amount.total", "cancellations.0.totalAmount"])
def test_an_endless_amount_is_an_unreadable_answer(path: str, raw: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        payment_of(PAYMENT_ID, with_raw(base(), path, raw))


@pytest.mark.parametrize(
    "payment_id", ["x" * 201, "x" * 400_000, "\ud800", "a\x00b"], ids=lambda text: ascii(text)[:9]
)
def test_a_listed_payment_with_an_unusable_id_is_skipped(payment_id: str) -> None:
    items = [paid(id=payment_id), paid()]
    body = json.dumps({"items": items, "page": {"number": 0, "size": 2, "totalCount": 2}}).encode()

    page = page_of(2, body)

    assert ([each.payment_id for each in page.items], page.full) == ([PAYMENT_ID], True)


@pytest.mark.parametrize("name", ["billingKey", "storeId"])
@pytest.mark.parametrize("text", ["x" * 201, "\ud800"], ids=["long", "surrogate"])
def test_a_billing_key_with_an_overlong_identifier_is_refused(name: str, text: str) -> None:
    answer = {"status": "ISSUED", "billingKey": "key-1", "storeId": STORE_ID, name: text}

    with pytest.raises(ValueError, match=f"no {name}"):
        key_of(answer["billingKey"], json.dumps(answer).encode())


def test_dropped_texts_are_counted() -> None:
    meter = RecordingMeter()
    answer = base() | {"pgTxId": "김개똥", "receiptUrl": "김개똥"}

    for reading in (payment_of(PAYMENT_ID, json.dumps(answer).encode()), None):
        count_texts(meter, reading)

    assert meter.counts == {Metric.TEXT_DROPPED: 2}
