"""When a payment is due to be read again (rule 4.1). All times in epoch seconds UTC."""

from math import ceil

from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import CancellationStatus, Method
from portone_payments.domain.receipts.rules import receipt_due_at
from portone_payments.domain.records.instructions import ApprovalState, Refund, RefundState
from portone_payments.domain.records.payments import Payment, Status, by_window
from portone_payments.domain.records.webhooks import HintState
from portone_payments.domain.shared.times import BY_KIND, DAY, HOUR, POLL_STEPS, SILENCE, WEEK

READY_EVERY = 600
# 48 h beside the others: a late payment is seen within 24 h during the three days after expiry
AFTER_EXPIRY = (HOUR, 6 * HOUR, DAY, 2 * DAY, 3 * DAY)
AFTER_DECLINE = (600, HOUR, 6 * HOUR, DAY)
AFTER_CHARGE = (DAY,)
ACCOUNT_GRACE = HOUR
# as for a window: a deposit that a bank accepts after the account expired is seen within a day
AFTER_ACCOUNT = (ACCOUNT_GRACE, DAY, 2 * DAY, 3 * DAY)
# a bank refunds a deposit within two business days, whichever they are, or then reports that it cannot
AFTER_DEPOSIT_REFUND = (DAY, 3 * DAY, WEEK)
# five business days, whichever they are
REQUESTED_FOR = 7 * DAY
# a replica may be read often within its delay: neither the count nor the time alone ends the wait
LAGGING_LIMIT = 6
LAGGING_FOR = 15 * 60
# a PG that approves later reports it within the day, or staff contacts the PG
PENDING_FOR = DAY
_SETTLED_REFUND = frozenset({RefundState.SUCCEEDED, RefundState.FAILED})
_SETTLED_APPROVAL = frozenset({ApprovalState.APPROVED, ApprovalState.FAILED})


def next_due(payment: Payment, now: float) -> int | None:
    """When the payment should be read again after an answered reading; None when nothing is unfinished."""
    marks = [_routine(payment, now), _climbed(payment, now), _refund_due(payment, now)]
    marks += [_approval_due(payment, now), receipt_due_at(payment, now), _returning_due(payment)]
    marks += [_probe_due(payment, now), int(now) if payment.reversal else None]
    return min((mark for mark in marks if mark is not None), default=None)


def _probe_due(payment: Payment, now: float) -> int | None:
    """When a request that PortOne refuses may be sent again."""
    tried = [each.stopped_until for each in payment.approvals if each.state not in _SETTLED_APPROVAL]
    sent = [each.stopped_until for each in payment.refunds.values() if each.state is RefundState.RESERVED]
    marks = (*tried, *sent)
    return min((ceil(mark) for mark in marks if mark is not None and mark > now), default=None)


def _climbed(payment: Payment, now: float) -> int | None:
    """The next step of the polling schedule, where another reading is awaited or a buyer waits."""
    if unfinished(payment):
        return int(now) + (POLL_STEPS[payment.poll_step] if payment.poll_step < BY_KIND else HOUR)
    awaited = payment.poll_step < BY_KIND and payment.status in {Status.READY, Status.PAY_PENDING}
    return int(now) + POLL_STEPS[payment.poll_step] if awaited else None


def _refund_due(payment: Payment, now: float) -> int | None:
    waits = (
        _refund_wait(payment, each, now)
        for each in payment.refunds.values()
        if each.state not in _SETTLED_REFUND
    )
    return min((int(now) + wait for wait in waits), default=None)


def _refund_wait(payment: Payment, refund: Refund, now: float) -> int:
    """Seconds: an unknown outcome takes the steps, then 10 min for 3 h, then 1 h; REQUESTED 1 h, then 6 h."""
    age = now - (refund.sent_at or refund.created_at)
    if refund.state is RefundState.RESERVED and refund.silent_since is not None:
        return 60
    if refund.state is RefundState.RESERVED:
        return (
            POLL_STEPS[payment.poll_step] if payment.poll_step < BY_KIND else 600 if age < 3 * HOUR else HOUR
        )
    if refund.state is RefundState.REQUESTED:
        return HOUR if age < DAY else 6 * HOUR
    return DAY


def _returning_due(payment: Payment) -> int | None:
    """When the next automatic refund of money that must not stay is due, after a believed reading."""
    if payment.lagging or payment.quarantined:
        return None
    return payment.returning.next_at if payment.returning else None


def _approval_due(payment: Payment, now: float) -> int | None:
    """An approval without an outcome takes the schedule's steps, then every 10 min for 3 h, then hourly."""
    waiting = next((each for each in payment.approvals if each.state not in _SETTLED_APPROVAL), None)
    if waiting is None:
        return None
    if waiting.silent_since is not None:
        return int(now) + 60
    age = now - (waiting.sent_at or waiting.created_at)
    return int(now) + (
        POLL_STEPS[payment.poll_step] if payment.poll_step < BY_KIND else 600 if age < 3 * HOUR else HOUR
    )


def unfinished(payment: Payment) -> bool:
    """Whether anything beyond routine is open: a hint, a lagging reading, a doubt, an account to close."""
    to_close = payment.close_wanted and not payment.close_asked
    return known_behind(payment) or payment.quarantined or to_close


def known_behind(payment: Payment) -> bool:
    """Whether PortOne reported more than the last reading showed: an open hint, a lagging reading."""
    return payment.lagging > 0 or any(hint.state is HintState.OPEN for hint in payment.hints.values())


def after_silence(now: float, jitter: float) -> int:
    """When to read PortOne again after it did not answer; the polling step stays."""
    return int(now + SILENCE + jitter)


def account_due_at(payment: Payment) -> int | None:
    """The due date of the deposit, for a virtual account."""
    return deposit_due_at(payment.seen.method if payment.seen else None)


def deposit_due_at(method: Method | None) -> int | None:
    """The due date of a deposit by this method; None for any other method."""
    account = method.virtual_account if method else None
    if account is None:
        return None
    return account.ends_at if account.due_at is None else account.due_at


def _routine(payment: Payment, now: float) -> int | None:
    """The routine reading by status; money in doubt is read daily until staff decides."""
    by_kind = _by_kind(payment, now)
    if not payment.attentions:
        return by_kind
    return int(now) + DAY if by_kind is None else min(by_kind, int(now) + DAY)


def _by_kind(payment: Payment, now: float) -> int | None:
    if not isinstance(payment.status, Status):
        # a newer version wrote it and knows what it waits for
        return int(now) + HOUR
    account_due = account_due_at(payment)
    if payment.status is Status.VIRTUAL_ACCOUNT_ISSUED:
        return _account(account_due, now)
    if payment.status is Status.EXPIRED and account_due is not None:
        return _first_after(account_due, AFTER_ACCOUNT, now)
    if payment.status in {Status.READY, Status.FAILED, Status.EXPIRED, Status.PAY_PENDING}:
        return _payable(payment, now)
    return _refunding(payment, now)


def _refunding(payment: Payment, now: float) -> int | None:
    """A requested cancellation is read regularly: its failure sends no webhook (PortOne facts 8.2).

    Nor does a bank that cannot pay out a refund that PortOne has booked already.
    """
    seen = payment.seen
    if seen is None:
        return None
    changed_at = min(now, seen.updated_at / 1_000_000)
    if CancellationStatus.REQUESTED in seen.cancellations.values():
        return int(now) + (HOUR if now - changed_at < DAY else 6 * HOUR)
    by_deposit = seen.method is not None and seen.method.kind is PayMethod.VIRTUAL_ACCOUNT
    return _first_after(int(changed_at), AFTER_DEPOSIT_REFUND, now) if by_deposit and seen.cancelled else None


def _charged(payment: Payment, now: float) -> int | None:
    """A declined charge may still be approved: due soon after each attempt, then weekly until period end."""
    tried = max((each.created_at for each in payment.approvals), default=payment.created_at)
    soon = _first_after(int(tried), AFTER_DECLINE, now)
    weeks = int((now - tried) // WEEK) + 1
    mark = soon if soon is not None else int(tried) + weeks * WEEK
    return mark if mark < payment.expires_at else _first_after(payment.expires_at, AFTER_CHARGE, now)


def _payable(payment: Payment, now: float) -> int | None:
    if payment.subscription_id is not None and not by_window(payment):
        return _charged(payment, now)
    if now < payment.expires_at:
        return min(int(now) + READY_EVERY, payment.expires_at)
    later = _first_after(payment.expires_at, AFTER_EXPIRY, now)
    if payment.status is Status.PAY_PENDING:
        return int(now) + (HOUR if later else 6 * HOUR)
    return later


def _account(due_at: int | None, now: float) -> int:
    marks = [int(now) + HOUR]
    if due_at is not None:
        marks += [mark for mark in (due_at, due_at + ACCOUNT_GRACE) if mark > now]
    return min(marks)


def _first_after(start: int, steps: tuple[int, ...], now: float) -> int | None:
    return next((start + step for step in steps if start + step > now), None)
