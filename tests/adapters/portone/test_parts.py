"""Reading method, channel, refunds, disputes and failure of a payment."""

import json
from typing import Any

import pytest

from portone_payments.adapters.portone.wire import payment_of
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import (
    AccountRefund,
    Cancellation,
    CancellationStatus,
    Method,
    Snapshot,
    VirtualAccount,
)
from tests.support.payment_answers import (
    CANCELLATION,
    CARD,
    PAYMENT_ID,
    VIRTUAL_ACCOUNT,
    paid,
)


def read(answer: Any) -> Snapshot:
    return payment_of(PAYMENT_ID, json.dumps(answer).encode())


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in paid().items() if key not in keys}


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
def test_a_method_is_named_by_its_rest_type(sent: Any, kind: PayMethod) -> None:
    method = read(paid(method={"type": sent, "provider": {"odd": 1}})).method

    assert method is not None
    assert (method.kind, method.provider) == (kind, None)


def test_an_absent_method_is_not_an_unrecognised_one() -> None:
    assert read(without("method")).method is None


@pytest.mark.parametrize(
    ("inner", "card"),
    [
        (CARD, True),
        ({"type": "PaymentMethodTransfer"}, False),
        ({"type": "PaymentMethodEasyPayMethodCharge"}, False),
        ({"type": "PaymentMethodInventedLater"}, None),
        (None, None),
        ("odd", None),
    ],
)
def test_an_easy_pay_shows_whether_it_charged_a_card_or_leaves_it_open(inner: Any, card: bool | None) -> None:  # noqa: FBT001 - a table
    method = {"type": "PaymentMethodEasyPay", "provider": "NEWPAY", "easyPayMethod": inner}

    assert read(paid(method=method)).method == Method(
        kind=PayMethod.EASY_PAY, provider="NEWPAY", card_inside=card
    )


def test_a_virtual_account_shows_where_and_until_when_to_deposit() -> None:
    method = read(paid(method=VIRTUAL_ACCOUNT)).method

    assert method is not None
    assert method.virtual_account == VirtualAccount(
        bank="KOOKMIN", number="00012345678901", holder="Example Shop", due_at=1_767_398_400
    )


def test_a_virtual_account_may_show_only_its_number() -> None:
    method = read(paid(method={"type": "PaymentMethodVirtualAccount", "accountNumber": "1"})).method

    assert method is not None
    assert method.virtual_account == VirtualAccount(bank=None, number="1", holder=None, due_at=None)


@pytest.mark.parametrize(("kind", "test"), [("LIVE", False), ("TEST", True)])
def test_the_channel_shows_whether_money_is_real(kind: str, test: bool) -> None:  # noqa: FBT001 - a table
    channel = read(paid(channel=paid()["channel"] | {"type": kind})).channel

    assert channel is not None
    assert channel.test is test


@pytest.mark.parametrize("change", [{"type": "SANDBOX"}, {"type": None}, {"pgProvider": None}])
def test_a_channel_is_never_guessed(change: dict[str, Any]) -> None:
    assert read(paid(channel=paid()["channel"] | change)).channel is None


def test_an_unknown_provider_is_kept() -> None:
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
            vat=273,
        ),
    )


def test_an_unknown_refund_state_is_a_value() -> None:
    snapshot = read(paid(cancellations=[CANCELLATION | {"status": "REVERSED"}]))

    assert snapshot.shown[0].status is CancellationStatus.UNRECOGNISED


def test_a_list_of_cancellations_that_was_left_out_is_not_an_empty_one() -> None:
    assert read(without("cancellations")).cancellations is None
    assert read(paid(cancellations=[])).cancellations == ()


@pytest.mark.parametrize(("said", "issued"), [("ISSUED", True), ("NOT_ISSUED", False), ("LATER", None)])
def test_a_reading_shows_whether_the_pg_issued_a_cash_receipt(said: str, issued: bool | None) -> None:  # noqa: FBT001 - a table
    assert read(paid(cashReceiptIssuanceStatus=said)).receipt_issued is issued


@pytest.mark.parametrize(
    ("said", "refund"),
    [
        (None, None),
        ("FAILED", AccountRefund.FAILED),
        ("PARTIAL_REFUND_FAILED", AccountRefund.PARTIAL_REFUND_FAILED),
        ("INVENTED_LATER", AccountRefund.UNRECOGNISED),
    ],
)
def test_a_deposit_shows_the_refund_status_at_the_bank(
    said: str | None, refund: AccountRefund | None
) -> None:
    method = read(paid(method=VIRTUAL_ACCOUNT | {"refundStatus": said})).method

    assert method is not None
    assert method.refund is refund


@pytest.mark.parametrize("odd", [{}, "odd", [None], [{"id": "cancellation-1"}]])
def test_an_unreadable_refund_is_never_left_out(odd: Any) -> None:
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


def test_a_failure_keeps_the_code_of_the_pg_and_none_of_its_text() -> None:
    failure = {"reason": "Example Buyer is short of money", "pgCode": "E101", "pgMessage": "no"}

    snapshot = read(paid(status="FAILED", failedAt="2026-01-02T03:04:06+09:00", failure=failure))

    assert (snapshot.pg_code, snapshot.failed_at) == ("E101", 1_767_290_646_000_000)
    assert "Example Buyer" not in repr(snapshot)
