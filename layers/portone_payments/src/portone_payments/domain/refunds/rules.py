"""Checks before a refund is reserved, each with its own reason: policy, windows, accounts (facts 5.2)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.errors.payments import RefundAccountRequired, RefundNotAllowed, TooManyRefunds
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.records.instructions import Refund
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.refund_traces import asked_by, refunded_by
from portone_payments.domain.refunds.automatic import MAY_NEED_ACCOUNT, needs_account
from portone_payments.domain.refunds.reserve import cancellable

OWNER, STAFF, AUTO = "owner", "staff", "auto"
# refunds of one payment that one requester may send, refused ones included
OWNER_COUNT, STAFF_COUNT = 20, 200
IAM, TOKEN = "iam", "token"
KST = timezone(timedelta(hours=9))
_DAY = 24 * 3600
# the longest that is documented; a PG may refuse earlier, and then answers so itself
_WINDOW_DAYS = {PayMethod.CARD: 366, PayMethod.TRANSFER: 93, PayMethod.EASY_PAY: 5 * 366}
_WHOLE_ONLY = frozenset({PayMethod.MOBILE, PayMethod.GIFT_CERTIFICATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPolicy:
    """The shop's policy. Amounts in minor units, 0 meaning no limit; `owner_days` 0: owners may not.

    `base` is the amount from which PortOne computes the balance (total or paid), `partial` the pay methods
    whose PG refunds in part although most do not.
    """

    owner_days: int = 7
    owner_max: int = 0
    staff_limit: int = 0
    base: str = "total"
    partial: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCheck:
    """What the checks need to know of a request before its refund is reserved."""

    amount: int | None
    owner: bool
    has_account: bool
    has_phone: bool


def check_count(payment: Payment, *, owner: bool) -> None:
    """Raises `TooManyRefunds`: repeated requests have a bound, refused ones count too (rule 10.9)."""
    namespace, most = (OWNER, OWNER_COUNT) if owner else (STAFF, STAFF_COUNT)
    if asked_by(payment, namespace) >= most:
        raise TooManyRefunds


def check_fills(payment: Payment, *, owner: bool) -> None:
    """Raises `TooManyRefunds` when accounts were named too often for money that is refunded automatically."""
    if asked_by(payment, AUTO) > (OWNER_COUNT if owner else STAFF_COUNT):
        raise TooManyRefunds


def needs_second_person(payment: Payment, amount: int, policy: RefundPolicy) -> bool:
    """Whether staff's refunds of this payment together exceed the limit of one operator (rule 10.12)."""
    return bool(policy.staff_limit) and refunded_by(payment, STAFF) + amount > policy.staff_limit


def check_second_person(refund: Refund, *, door: str, person: str) -> None:
    """Raises `RefundNotAllowed` unless the approver is certainly not the requester.

    By another door the same human may have another name. A session of an IAM role does not show who opened
    it, so with IAM only two users count as two.
    """
    if refund.door != door:
        raise RefundNotAllowed(reason="needs_the_same_door")
    if door == IAM and not all(each.startswith("user/") for each in (refund.person, person)):
        raise RefundNotAllowed(reason="needs_a_staff_token")
    if refund.person == person:
        raise RefundNotAllowed(reason="needs_a_second_person")


def check_refund(payment: Payment, asked: RefundCheck, policy: RefundPolicy, *, now: float) -> None:
    """Raises `RefundNotAllowed`, `RefundAccountRequired` or `InvalidRequest` with the reason."""
    if asked.owner:
        _check_owner(payment, asked, policy, now)
    _check_window(payment, now)
    _check_whole(payment, asked, policy)
    check_account(payment, has_account=asked.has_account, has_phone=asked.has_phone)


def _check_owner(payment: Payment, asked: RefundCheck, policy: RefundPolicy, now: float) -> None:
    if policy.owner_days == 0:
        raise RefundNotAllowed(reason="owners_may_not_refund")
    if payment.subscription_id is not None:
        # the shop decides what a begun period is worth
        raise RefundNotAllowed(reason="recurring_charge")
    if now - _paid_at(payment) > policy.owner_days * _DAY:
        raise RefundNotAllowed(reason="too_late")
    amount = asked.amount if asked.amount is not None else cancellable(payment, base=policy.base)
    if policy.owner_max and refunded_by(payment, OWNER) + amount > policy.owner_max:
        raise RefundNotAllowed(reason="too_much")


def _check_window(payment: Payment, now: float) -> None:
    kind = _kind(payment)
    if kind is PayMethod.MOBILE and _month(_paid_at(payment)) != _month(now):
        raise RefundNotAllowed(reason="phone_bill_month_over")
    days = _WINDOW_DAYS.get(kind) if kind else None
    if days is not None and now - _paid_at(payment) > days * _DAY:
        raise RefundNotAllowed(reason="pay_method_window_over")


def _check_whole(payment: Payment, asked: RefundCheck, policy: RefundPolicy) -> None:
    kind = _kind(payment)
    partial = asked.amount is not None and asked.amount != cancellable(payment, base=policy.base)
    if partial and kind in _WHOLE_ONLY and kind not in policy.partial:
        raise RefundNotAllowed(reason="pay_method_has_no_partial_refund")


def check_account(payment: Payment, *, has_account: bool, has_phone: bool) -> None:
    """Raises `RefundAccountRequired` or `InvalidRequest`, also for an account that is supplied later."""
    if needs_account(payment) and not has_account:
        raise RefundAccountRequired
    if not needs_account(payment) and has_account and _kind(payment) not in MAY_NEED_ACCOUNT:
        raise InvalidRequest(field="refundAccount", reason="not_for_this_pay_method")
    channel = payment.seen.channel if payment.seen else None
    smartro = channel is not None and channel.pg_provider.startswith("SMARTRO")
    if needs_account(payment) and smartro and not has_phone:
        raise InvalidRequest(field="refundAccount.phone", reason="required_by_pg")


def _kind(payment: Payment) -> PayMethod | None:
    method = payment.seen.method if payment.seen else None
    return method.kind if method else None


def _paid_at(payment: Payment) -> float:
    paid_at = payment.seen.paid_at if payment.seen else None
    return payment.status_at if paid_at is None else paid_at / 1_000_000


def _month(at: float) -> tuple[int, int]:
    """The calendar month in Korea, within which phone bills are refunded."""
    local = datetime.fromtimestamp(at, UTC).astimezone(KST)
    return local.year, local.month
