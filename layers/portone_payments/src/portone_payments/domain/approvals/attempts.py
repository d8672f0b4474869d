"""The approval and charge attempts of a payment, and whether another may follow (rules 3.2 and 10.13)."""

import hashlib
import math

from portone_payments.domain.errors.billing import ChargeInProgress
from portone_payments.domain.errors.common import ProviderRefused, TooManyRequests
from portone_payments.domain.errors.payments import ApprovalInProgress, NotApprovable, TooManyTries
from portone_payments.domain.readings.outcome import CHARGE_FAULTS, FORGOTTEN, OUR_FAULTS
from portone_payments.domain.records.instructions import Approval, ApprovalState
from portone_payments.domain.records.payments import PAYABLE, Payment, Status
from portone_payments.domain.records.stops import PROBE_EVERY
from portone_payments.domain.shared.allowances import CONFIRMS, check, spent_at

MOST_TRIES = 20
WAITED = 24 * 3600
OPEN = frozenset({ApprovalState.ASKED, ApprovalState.RESERVED, ApprovalState.CONFIRMED})
SETTLED = frozenset({ApprovalState.APPROVED, ApprovalState.FAILED})
# PortOne accepts no more attempts under a paymentId (PortOne facts 6.3)
SPENT = "max_transaction_count_reached"
_UNPAID = frozenset({Status.READY, Status.FAILED, Status.EXPIRED})


def token_hash_of(payment_id: str, token: str) -> str:
    """Identifies a repeated paymentToken; the PG draws it at random, so it needs no keyed hash."""
    return digest(payment_id, token, "token")


def known_approval(payment: Payment, token_hash: str) -> Approval | None:
    """The attempt this token was used for, if any: the same token is the same attempt.

    A withdrawn one does not count: PortOne refused us, and nobody declined anything.
    """
    known = newest_of(payment, token_hash)
    return None if known is None or withdrawn(known) else known


def newest_of(payment: Payment, token_hash: str) -> Approval | None:
    """The last attempt with this token, withdrawn or not."""
    found = (each for each in reversed(payment.approvals) if each.token_hash == token_hash)
    return next(found, None)


def withdrawn(approval: Approval) -> bool:
    """Whether an error of ours ended an attempt: it is neither an attempt nor a decline (rule 10.13)."""
    return approval.state is ApprovalState.FAILED and is_ours(approval, approval.code)


def is_ours(approval: Approval, code: str | None) -> bool:
    """Whether a code is an error of ours: a buyer can send a wrong paymentToken, but never a wrong charge."""
    return code in (OUR_FAULTS if approval.billing_key_id is None else CHARGE_FAULTS)


def is_spent(payment: Payment) -> bool:
    """Whether PortOne accepts no more attempts under this id, and a later reading shows nothing charged."""
    refused_at = [each.settled_at or 0.0 for each in payment.approvals if each.code == SPENT]
    read = payment.read_at is not None and payment.read_at >= max(refused_at, default=math.inf)
    idle = payment.status in _UNPAID and open_approval(payment) is None
    return read and idle and not (payment.unanswered or payment.quarantined or payment.lagging)


def open_approval(payment: Payment) -> Approval | None:
    """The one attempt that is not settled, if any."""
    return next((each for each in payment.approvals if each.state not in SETTLED), None)


def waited_for(payment: Payment, now: float) -> bool:
    """Whether an attempt is in doubt, or pending at the PG, for so long that it blocks nobody (rule 10).

    It stays open: a payment that a later reading shows is judged then.
    """
    approval = open_approval(payment)
    if approval is None or not (payment.quarantined or payment.status is Status.PAY_PENDING):
        return False
    return now - (approval.sent_at or approval.created_at) >= WAITED


def check_tries(payment: Payment, now: float) -> None:
    """Raises `TooManyTries`: a day's attempts stay stored, so that no command charges twice.

    An attempt that an error of ours kept from the PG does not count, nor does a renewal, which no user sends.
    """
    tries = (each for each in payment.approvals if not kept_back(each))
    young = [at for at in map(since, tries) if now - at < WAITED]
    if len(young) >= MOST_TRIES:
        raise TooManyTries(allowance="tries", retry_after=int(min(young) + WAITED - now) + 1)


def check_by_hand(payment: Payment, now: float) -> None:
    """Raises `TooManyTries`: anybody can invent a token, and each costs a reservation and two calls."""
    tries = (since(each) for each in payment.approvals if each.billing_key_id is None and not kept_back(each))
    try:
        check(spent_at(tries, CONFIRMS), CONFIRMS, now=now)
    except TooManyRequests as used_up:
        raise TooManyTries(**used_up.data) from None


def check_pace(payment: Payment, billing_key_id: str, now: float) -> None:
    """Raises `ChargeInProgress`, `ProviderRefused`: a charge refused alone is probed every ten minutes.

    A payment method not yet refused for this payment is charged at once. A stop that concerns other charges
    too is checked before any send.
    """
    alone = [each for each in payment.approvals if kept_back(each) and each.code not in OUR_FAULTS]
    wait = max(map(since, alone), default=0.0) + PROBE_EVERY - now
    if wait <= 0 or all(each.billing_key_id != billing_key_id for each in alone):
        return
    waiting = any(map(waits, alone))
    raise (ChargeInProgress if waiting else ProviderRefused)(retry_after=math.ceil(wait))


def was_kept_back(payment: Payment) -> bool:
    """Whether an error of ours kept any attempt at this payment from the PG."""
    return any(map(kept_back, payment.approvals))


def refused_alone(payment: Payment, billing_key_id: str) -> str | None:
    """The code of the last attempt with this method, where it was an error of ours that stops nobody else."""
    last = next((each for each in reversed(payment.approvals) if each.billing_key_id == billing_key_id), None)
    return None if last is None or not kept_back(last) or last.code in OUR_FAULTS else last.code


def kept_back(approval: Approval) -> bool:
    """Whether PortOne charged nothing for an error of ours: the attempt is withdrawn, or is sent again."""
    return withdrawn(approval) or waits(approval)


def waits(approval: Approval) -> bool:
    """Whether PortOne refused every send of an attempt for an error of ours, and it will be sent again."""
    unsent = approval.state is ApprovalState.RESERVED and approval.sent_at is None
    return unsent and is_ours(approval, approval.code)


def next_attempt(payment: Payment, now: float) -> int:
    """The number of a new attempt. Raises `ApprovalInProgress`, `NotApprovable`."""
    if open_approval(payment) is not None:
        raise ApprovalInProgress(retry_after=10)
    if payment.status not in PAYABLE or payment.quarantined:
        raise NotApprovable(status=payment.status.value)
    if now >= payment.expires_at:
        raise NotApprovable(status=Status.EXPIRED.value)
    return next_number(payment)


def next_number(payment: Payment) -> int:
    """The number of the next attempt, whether it is allowed or not."""
    return max((each.attempt for each in payment.approvals), default=0) + 1


def forgotten(payment: Payment, charge: Approval, now: float) -> Approval | None:
    """A withdrawn charge that sent the same under a key PortOne has forgotten: it may be sent again."""
    found = (each for each in payment.approvals if withdrawn(each) and sends(each) == sends(charge))
    return next((each for each in found if now - since(each) >= FORGOTTEN), None)


def sends(charge: Approval) -> tuple[object, ...]:
    """What distinguishes the request of a charge from others of its payment."""
    return (charge.billing_key_id, charge.channel_key, charge.notice_urls, charge.product_type)


def since(approval: Approval) -> float:
    """When an attempt was first sent, as far as PortOne can know (epoch seconds UTC)."""
    sent_at = approval.sent_at if approval.resent_at is None else approval.resent_at
    return approval.created_at if sent_at is None else sent_at


def digest(*parts: str) -> str:
    """A digest that identifies these parts."""
    # 160 bits identify as surely as 256, and every payment stores them
    return hashlib.sha256(b"\x00".join(part.encode() for part in parts)).hexdigest()[:40]
