"""Staff's word about a subscription of which somebody else took money back: it goes on, or it ends."""

from dataclasses import replace
from enum import StrEnum

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.history import Moment, has_attention
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.records.subscriptions import EndReason, Subscription
from portone_payments.domain.subscriptions.chargebacks import waits_for_staff, went_on
from portone_payments.domain.subscriptions.collection import next_due
from portone_payments.domain.subscriptions.ending import end_now
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.ports.store import Store

CALL = AttentionKind.CHARGEBACK


class Word(StrEnum):
    """What becomes of the subscription."""

    GO_ON = "go_on"
    END = "end"


def decided_on(
    held: Payment,
    resolved: Payment,
    word: Word | None,
    moment: Moment,
    *,
    store: Store,
    billing: BillingPolicy,
) -> tuple[Subscription, ...]:
    """The subscription after staff closed this call, saved together with it; none where none waits.

    Raises `InvalidRequest` for a decision that leaves open whether it goes on, and for a word about none.
    """
    subscription = _waiting(held, store) if word or _closes(held, resolved) else None
    if subscription is None:
        if word:
            raise InvalidRequest(field="decision", reason="no_subscription_waits")
        return ()
    if word is None:
        raise InvalidRequest(field="decision", reason="go_on_or_end")
    after = went_on(subscription, held.payment_id, moment)
    if word is Word.END:
        after = end_now(replace(after, stopped_for=(), stopped_at=None), moment, EndReason.SHOP)
    return (replace(after, due_at=next_due(after, moment.now, billing), tries=0),)


def _closes(held: Payment, resolved: Payment) -> bool:
    """Whether staff is called about this payment's money no more."""
    return has_attention(held, CALL) and not has_attention(resolved, CALL)


def _waiting(held: Payment, store: Store) -> Subscription | None:
    subscription = store.subscription(held.subscription_id) if held.subscription_id else None
    return subscription if subscription and waits_for_staff(subscription, held.payment_id) else None
