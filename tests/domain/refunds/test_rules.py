"""Each refusal before a refund is reserved has a reason of its own, and nothing else is refused."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.errors.payments import RefundAccountRequired, RefundNotAllowed
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import Channel, Method
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.refunds.rules import RefundCheck, RefundPolicy, check_account, check_refund
from tests.support.refund_records import paid
from tests.support.snapshots import an_account

KST = timezone(timedelta(hours=9))
DAY = 24 * 3600
PAID_AT = datetime(2026, 1, 31, 12, tzinfo=KST).timestamp()
SMARTRO = Channel(test=True, pg_provider="SMARTRO_V2", pg_merchant_id="merchant-1", key="channel-1")


def paid_by(kind: PayMethod, at: float = PAID_AT, **reading: Any) -> Payment:
    method = an_account() if kind is PayMethod.VIRTUAL_ACCOUNT else Method(kind=kind)
    return paid(method=method, paid_at=int(at * 1_000_000), **reading)


def asked(**interesting: Any) -> RefundCheck:
    ordinary = {"amount": 300, "owner": False, "has_account": False, "has_phone": False}
    return RefundCheck(**ordinary | interesting)


def refusal(
    payment: Payment, wanted: RefundCheck, policy: RefundPolicy | None = None, after: float = 60
) -> str:
    """The reason of a refusal, "" for none."""
    try:
        check_refund(payment, wanted, policy or RefundPolicy(), now=PAID_AT + after)
    except RefundAccountRequired:
        return "refund_account_required"
    except (RefundNotAllowed, InvalidRequest) as refused:
        return str(refused.data["reason"])
    return ""


CARD = paid_by(PayMethod.CARD)


@pytest.mark.parametrize(
    ("days", "after", "reason"),
    [(7, 7 * DAY, ""), (7, 7 * DAY + 1, "too_late"), (0, 1, "owners_may_not_refund")],
)
def test_an_owner_refunds_within_the_days_of_the_policy(days: int, after: float, reason: str) -> None:
    assert refusal(CARD, asked(owner=True), RefundPolicy(owner_days=days), after) == reason


@pytest.mark.parametrize(
    ("amount", "most", "reason"),
    [(300, 300, ""), (301, 300, "too_much"), (None, 999, "too_much"), (None, 1_000, ""), (1_000, 0, "")],
)
def test_an_owner_refunds_up_to_the_maximum_of_the_policy(amount: int | None, most: int, reason: str) -> None:
    assert refusal(CARD, asked(owner=True, amount=amount), RefundPolicy(owner_max=most)) == reason


def test_the_policy_for_owners_does_not_bind_staff() -> None:
    strict = RefundPolicy(owner_days=0, owner_max=1)

    assert refusal(CARD, asked(), strict) == ""


@pytest.mark.parametrize(
    ("paid_on", "asked_on", "reason"),
    [
        ("2026-01-31T23:59:59", "2026-01-31T23:59:59", ""),
        ("2026-01-01T00:00:00", "2026-01-31T23:59:59", ""),
        ("2026-01-31T23:59:59", "2026-02-01T00:00:00", "phone_bill_month_over"),
        ("2025-01-31T12:00:00", "2026-01-31T12:00:00", "phone_bill_month_over"),
        # 08:59 in Korea is still the day before in UTC
        ("2026-02-01T00:00:00", "2026-02-01T08:59:00", ""),
    ],
)
def test_a_phone_bill_is_refunded_in_its_calendar_month_in_korea(
    paid_on: str, asked_on: str, reason: str
) -> None:
    at, now = (datetime.fromisoformat(each).replace(tzinfo=KST).timestamp() for each in (paid_on, asked_on))

    assert refusal(paid_by(PayMethod.MOBILE, at), asked(amount=1_000), after=now - PAID_AT) == reason


@pytest.mark.parametrize(
    ("kind", "days"), [(PayMethod.CARD, 366), (PayMethod.TRANSFER, 93), (PayMethod.EASY_PAY, 5 * 366)]
)
def test_a_pay_method_is_refunded_within_its_window(kind: PayMethod, days: int) -> None:
    payment = paid_by(kind)

    assert refusal(payment, asked(), after=days * DAY) == ""
    assert refusal(payment, asked(), after=days * DAY + 1) == "pay_method_window_over"


def test_a_virtual_account_has_no_window() -> None:
    payment = paid_by(PayMethod.VIRTUAL_ACCOUNT)

    assert refusal(payment, asked(has_account=True), after=9_999 * DAY) == ""


@pytest.mark.parametrize("kind", [PayMethod.MOBILE, PayMethod.GIFT_CERTIFICATE])
def test_a_method_without_partial_refunds_is_refunded_in_full_only(kind: PayMethod) -> None:
    payment = paid_by(kind)

    assert refusal(payment, asked(amount=300)) == "pay_method_has_no_partial_refund"
    assert refusal(payment, asked(amount=None)) == ""
    assert refusal(payment, asked(amount=1_000)) == ""
    assert refusal(payment, asked(amount=300), RefundPolicy(partial=frozenset({kind}))) == ""


def test_a_virtual_account_is_refunded_to_an_account_only() -> None:
    payment = paid_by(PayMethod.VIRTUAL_ACCOUNT)

    assert refusal(payment, asked()) == "refund_account_required"
    assert refusal(payment, asked(has_account=True)) == ""


def test_an_account_that_would_not_be_used_is_refused() -> None:
    assert refusal(CARD, asked(has_account=True)) == "not_for_this_pay_method"


def test_smartro_requires_the_phone_of_the_holder() -> None:
    payment = paid_by(PayMethod.VIRTUAL_ACCOUNT, channel=SMARTRO)

    assert refusal(payment, asked(has_account=True)) == "required_by_pg"
    assert refusal(payment, asked(has_account=True, has_phone=True)) == ""


def test_an_account_supplied_later_is_checked_in_the_same_way() -> None:
    payment = paid_by(PayMethod.VIRTUAL_ACCOUNT, channel=SMARTRO)

    with pytest.raises(InvalidRequest) as refused:
        check_account(payment, has_account=True, has_phone=False)

    assert refused.value.data == {"field": "refundAccount.phone", "reason": "required_by_pg"}


def test_smartro_requires_no_phone_without_a_deposit() -> None:
    assert refusal(paid_by(PayMethod.CARD, channel=SMARTRO), asked()) == ""
