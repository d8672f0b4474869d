"""Reading PortOne's JSON: tolerant of what may come, strict about what moves money."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_local.testing.payment_answers import (
    CANCELLATION,
    CARD,
    PAYMENT_ID,
    STORE_ID,
    VIRTUAL_ACCOUNT,
    paid,
)
from portone_payments.adapters.portone_wire import error_type_of, micros, nothing_of, payment_of
from portone_payments.domain.snapshot import (
    Cancellation,
    CancellationStatus,
    Channel,
    Method,
    PayMethod,
    RemoteStatus,
    Snapshot,
    VirtualAccount,
)

NEEDED = ["id", "status", "transactionId", "storeId", "amount", "currency", "requestedAt", "updatedAt"]
AMOUNTS = ["total", "taxFree", "paid", "discount", "cancelled", "cancelledTaxFree"]
ODD_AMOUNTS = [True, 1.0, 10000.5, "10000", -1, None, 2**63, [], {}]


def read(answer: Any) -> Snapshot:
    return payment_of(PAYMENT_ID, json.dumps(answer).encode())


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in paid().items() if key not in keys}


def test_a_paid_card_payment_is_read_whole() -> None:
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


def test_a_state_invented_later_is_a_value() -> None:
    assert read(paid(status="REVERSED")).status is RemoteStatus.UNRECOGNISED


def test_fields_invented_later_are_ignored() -> None:
    assert read(paid(inventedLater={"a": [1]})) == read(paid())


@pytest.mark.parametrize("key", NEEDED)
def test_a_payment_without_what_every_state_has_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(without(key))


@pytest.mark.parametrize("key", sorted(set(paid()) - set(NEEDED)))
@pytest.mark.parametrize("odd", [None, 7, "odd", [], {}, [None]])
def test_anything_else_may_be_missing_or_strange(key: str, odd: Any) -> None:
    assert read(without(key)).total == 10000
    assert read(paid(**{key: odd})).total == 10000


@pytest.mark.parametrize("odd", ODD_AMOUNTS)
@pytest.mark.parametrize("key", AMOUNTS)
def test_an_amount_is_a_whole_number_or_nothing_is_read(key: str, odd: Any) -> None:
    answer = paid(amount=paid()["amount"] | {key: odd})

    with pytest.raises(ValueError, match=r".+"):
        read(answer)


def test_an_answer_about_another_payment_is_refused() -> None:
    with pytest.raises(ValueError, match="another payment"):
        read(paid(id="pay0000000000000000000000000002"))


def test_a_payment_made_through_v1_keeps_its_version() -> None:
    assert read(paid(version="V1")).version == "V1"


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ("PaymentMethodCard", PayMethod.CARD),
        ("PaymentMethodVirtualAccount", PayMethod.VIRTUAL_ACCOUNT),
        ("PaymentMethodTransfer", PayMethod.TRANSFER),
        ("PaymentMethodMobile", PayMethod.MOBILE),
        ("PaymentMethodEasyPay", PayMethod.EASY_PAY),
        ("PaymentMethodGiftCertificate", PayMethod.GIFT_CERTIFICATE),
        ("PaymentMethodConvenienceStore", PayMethod.CONVENIENCE_STORE),
        ("PaymentMethodCrypto", PayMethod.CRYPTO),
        ("CARD", PayMethod.UNRECOGNISED),  # a name of the SDK, never of an answer (facts 3.4)
        ("PaymentMethodBarter", PayMethod.UNRECOGNISED),
        (None, PayMethod.UNRECOGNISED),
        (["PaymentMethodCard"], PayMethod.UNRECOGNISED),
    ],
)
def test_a_method_goes_by_its_rest_type(sent: Any, kind: PayMethod) -> None:
    assert read(paid(method={"type": sent, "provider": {"odd": 1}})).method == Method(kind=kind)


def test_no_method_yet_is_not_an_unrecognised_one() -> None:
    assert read(without("method")).method is None


@pytest.mark.parametrize(
    ("inner", "card"),
    [(CARD, True), ({"type": "PaymentMethodTransfer"}, False), (None, False), ("odd", False)],
)
def test_an_easy_pay_says_whether_it_charged_a_card(inner: Any, card: bool) -> None:  # noqa: FBT001 - a table
    method = {"type": "PaymentMethodEasyPay", "provider": "NEWPAY", "easyPayMethod": inner}

    assert read(paid(method=method)).method == Method(
        kind=PayMethod.EASY_PAY, provider="NEWPAY", card_inside=card
    )


def test_a_virtual_account_says_where_and_until_when_to_deposit() -> None:
    method = read(paid(method=VIRTUAL_ACCOUNT)).method

    assert method is not None
    assert method.virtual_account == VirtualAccount(
        bank="KOOKMIN", number="00012345678901", holder="Example Shop", due_at=1_767_398_400
    )


def test_a_virtual_account_may_know_only_its_number() -> None:
    method = read(paid(method={"type": "PaymentMethodVirtualAccount", "accountNumber": "1"})).method

    assert method is not None
    assert method.virtual_account == VirtualAccount(bank=None, number="1", holder=None, due_at=None)


@pytest.mark.parametrize(("kind", "test"), [("LIVE", False), ("TEST", True)])
def test_the_channel_says_whether_money_is_real(kind: str, test: bool) -> None:  # noqa: FBT001 - a table
    channel = read(paid(channel=paid()["channel"] | {"type": kind})).channel

    assert channel is not None
    assert channel.test is test


@pytest.mark.parametrize("change", [{"type": "SANDBOX"}, {"type": None}, {"pgProvider": None}])
def test_a_channel_is_never_guessed(change: dict[str, Any]) -> None:
    assert read(paid(channel=paid()["channel"] | change)).channel is None


def test_a_provider_invented_later_is_kept() -> None:
    channel = read(paid(channel=paid()["channel"] | {"pgProvider": "NEWPG"})).channel

    assert channel is not None
    assert channel.pg_provider == "NEWPG"


def test_a_refund_is_read_with_the_token_in_its_reason() -> None:
    snapshot = read(paid(status="PARTIAL_CANCELLED", cancellations=[CANCELLATION]))

    assert snapshot.cancellations == (
        Cancellation(
            id="cancellation-1",
            status=CancellationStatus.SUCCEEDED,
            total=3000,
            tax_free=0,
            reason="ABCDEF012345 changed mind",
            requested_at=1_767_326_400_000_001,
            trigger="API",
        ),
    )


def test_a_refund_state_invented_later_is_a_value() -> None:
    snapshot = read(paid(cancellations=[CANCELLATION | {"status": "REVERSED"}]))

    assert snapshot.cancellations[0].status is CancellationStatus.UNRECOGNISED


@pytest.mark.parametrize("odd", [{}, "odd", [None], [{"id": "cancellation-1"}]])
def test_a_refund_that_cannot_be_read_is_never_left_out(odd: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(paid(cancellations=odd))


@pytest.mark.parametrize(
    ("disputes", "disputed"),
    [
        ([], False),
        ([{"status": "RESOLVED"}], False),
        ([{"status": "UNRESOLVED"}], True),
        ([{"status": "RESOLVED"}, {"status": "ESCALATED"}], True),
    ],
)
def test_a_payment_is_disputed_until_each_dispute_is_resolved(disputes: Any, disputed: bool) -> None:  # noqa: FBT001 - a table
    assert read(paid(disputes=disputes)).disputed is disputed


def test_a_failure_keeps_the_pgs_code_and_none_of_its_words() -> None:
    failure = {"reason": "Example Buyer is short of money", "pgCode": "E101", "pgMessage": "no"}

    snapshot = read(paid(status="FAILED", failedAt="2026-01-02T03:04:06+09:00", failure=failure))

    assert (snapshot.pg_code, snapshot.failed_at) == ("E101", 1_767_290_646_000_000)
    assert "Example Buyer" not in repr(snapshot)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01.5Z", 1_500_000),
        ("1970-01-01T00:00:01.123456Z", 1_123_456),
        ("1970-01-01T00:00:01.123456789Z", 1_123_456),
        ("1970-01-01T09:00:01+09:00", 1_000_000),
        ("1969-12-31T19:00:01.000001-05:00", 1_000_001),
    ],
)
def test_a_time_is_read_in_any_precision_and_zone(text: str, expected: int) -> None:
    assert micros(text) == expected


@given(st.datetimes(), st.integers(0, 999), st.sampled_from(["Z", "+09:00", "-11:30", "+00:00"]))
def test_a_time_never_loses_a_microsecond(moment: Any, nanos: int, zone: str) -> None:
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}"

    # %Y does not pad years below 1000 on every platform
    text = text.rjust(26, "0")
    assert micros(f"{text}{nanos:03}{zone}") == micros(f"{text}{zone}")
    assert micros(f"{text}{zone}") % 1_000_000 == moment.microsecond


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-01-02", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z"]
)
def test_a_time_without_a_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        micros(text)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"type":"ALREADY_PAID","message":"x"}', "ALREADY_PAID"),
        (b'{"type":"INVENTED_LATER"}', "INVENTED_LATER"),
        (b'{"type":"Example Buyer, 010-0000-0000"}', None),
        (b'{"type":["ALREADY_PAID"]}', None),
        (b'["ALREADY_PAID"]', None),
        (b"<html>502 Bad Gateway</html>", None),
        (b'{"type":"ALREADY_', None),
        (b"[" * 100_000, None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_an_error_type_is_a_code_or_nothing(body: bytes, expected: str | None) -> None:
    assert error_type_of(body) == expected


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"<html></html>", b'"ok"', b"\xff"])
def test_an_empty_answer_is_still_an_object(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        nothing_of(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TOP = sorted(paid())
NESTED = [
    ("amount", *[(key,) for key in AMOUNTS]),
    ("channel", ("type",), ("pgProvider",), ("key",)),
    ("method", ("type",), ("accountNumber",), ("easyPayMethod",), ("expiredAt",)),
    ("customer", ("id",)),
]
PATHS = [(key,) for key in TOP] + [(key, *rest) for key, *rests in NESTED for rest in rests]


@given(
    body=JSON.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=64)
    | st.integers(0, 600).map(lambda cut: json.dumps(paid()).encode()[:cut])
)
def test_no_body_raises_anything_but_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        payment_of(PAYMENT_ID, body)


@given(path=st.sampled_from(PATHS), value=JSON, method=st.sampled_from([CARD, VIRTUAL_ACCOUNT, None]))
def test_no_mutation_of_a_payment_makes_up_money(path: tuple[str, ...], value: Any, method: Any) -> None:
    answer = paid(method=method and dict(method), cancellations=[CANCELLATION])
    target = answer if len(path) == 1 else answer[path[0]]
    if target is None:
        return
    target[path[-1]] = value

    try:
        snapshot = read(answer)
    except ValueError:
        return

    assert snapshot.total == answer["amount"]["total"]
    assert type(snapshot.total) is int
    assert snapshot.store_id == answer["storeId"]
