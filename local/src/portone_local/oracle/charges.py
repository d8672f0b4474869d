"""I1, I4, I9, I10, I12 and I14 of saved payment methods, subscriptions and what they charge."""

from collections import defaultdict
from collections.abc import Iterator

from portone_local.oracle.evidence import Charge, Evidence, Finding
from portone_payments.domain.approvals.attempts import OPEN
from portone_payments.domain.records.billing_keys import KeyState, SavedKey
from portone_payments.domain.records.instructions import Approval, ApprovalState
from portone_payments.domain.records.payments import Payment, Status, holds_money
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
)
from portone_payments.domain.shared.times import DAY
from portone_payments.domain.subscriptions.life import OVER

LATE_WORK = 600
_AFTER_THE_END = frozenset({"subscription_credit_withdrawn"})
_DROPPED = frozenset({KeyState.DELETED, KeyState.REFUSED, KeyState.LAPSED})
_UNFINISHED = frozenset(
    {KeyState.PENDING, KeyState.CONFIRMING, KeyState.CHECKING, KeyState.UNWANTED, KeyState.DELETING}
)
_KEPT = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})
_YES = 200


def one_payment_per_invoice(evidence: Evidence) -> Iterator[Finding]:
    """I1: for an invoice PortOne took what it asks once, unless the surplus was called out.

    Another sum pays no invoice: it is a mismatch, and refunded (rule 6.1).
    """
    taken: dict[tuple[str, str], list[str]] = defaultdict(list)
    for payment in evidence.payments.values():
        book = evidence.books.get(payment.payment_id)
        paid = book is not None and book.times_paid and book.total == payment.total
        if payment.subscription_id and paid and not payment.surplus:
            taken[payment.subscription_id, payment.invoice_id or ""].append(payment.payment_id)
    for (_, invoice_id), ids in taken.items():
        if len(ids) > 1:
            yield Finding("I1", ids[-1], f"invoice {invoice_id} was paid {len(ids)} times: {sorted(ids)}")


def invoices_ask_what_is_agreed(evidence: Evidence) -> Iterator[Finding]:
    """I1: a payment has its invoice's amount; the invoices of an order never sum above it."""
    for payment in evidence.payments.values():
        invoice = _invoice_of(evidence, payment)
        if invoice is not None and payment.total != invoice.amount:
            told = f"asks for {payment.total}, invoice {invoice.id} for {invoice.amount}"
            yield Finding("I1", payment.payment_id, told)
    for subscription in evidence.subscriptions.values():
        order = evidence.orders.get(subscription.order_id or "")
        owed = [each for each in subscription.invoices.values() if each.state is not InvoiceState.VOID]
        asked = sum(each.amount for each in owed)
        if order is not None and asked > order.total:
            told = f"the invoices of order {order.order_id} sum to {asked}, it costs {order.total}"
            yield Finding("I1", None, told)


def charges_are_stored_first(evidence: Evidence) -> Iterator[Finding]:
    """I10: each charge PortOne was sent had been claimed, and a yes is never a FAILED."""
    for charge in evidence.charges:
        approval = _try_of(evidence, charge)
        if approval is None or approval.billing_key_id is None or (approval.sent_at or charge.at) > charge.at:
            yield Finding("I10", charge.payment_id, "a charge was sent and not claimed before")
        elif approval.state is ApprovalState.FAILED and charge.status == _YES:
            yield Finding(
                "I1", charge.payment_id, f"try {approval.attempt} is FAILED, PortOne said yes to it"
            )


def nothing_is_charged_after_the_end(evidence: Evidence) -> Iterator[Finding]:
    """I12: after a deletion or a cancellation was answered 200, no charge with that key or for it is sent."""
    for charge in evidence.charges:
        payment = evidence.payments.get(charge.payment_id)
        approval = _try_of(evidence, charge)
        key = _key_of(evidence, payment, approval.billing_key_id) if payment and approval else None
        if key is not None and charge.at > _deleted_at(evidence, key):
            yield Finding("I12", charge.payment_id, f"charged with key {key.id} after it was deleted")
        subscription = evidence.subscriptions.get(payment.subscription_id or "") if payment else None
        if subscription is not None and charge.at > _ended_at(evidence, subscription):
            told = f"charged for {subscription.subscription_id} after it was cancelled"
            yield Finding("I12", charge.payment_id, told)


def invoices_agree_with_payments(evidence: Evidence) -> Iterator[Finding]:
    """I4: an invoice is PAID only when its payment has money here; in flight while an attempt is open."""
    for subscription in evidence.subscriptions.values():
        for invoice in subscription.invoices.values():
            yield from _paid_by(evidence, invoice)
        yield from _in_flight(evidence, subscription)
    for payment in evidence.payments.values():
        pays = _invoice_of(evidence, payment)
        kept = payment.status in _KEPT and not payment.surplus
        if pays is not None and kept and pays.paid_by != payment.payment_id:
            told = f"is {payment.status}, invoice {pays.id} is {pays.state} by {pays.paid_by}"
            yield Finding("I4", payment.payment_id, told)


def keys_agree_with_portone(evidence: Evidence) -> Iterator[Finding]:
    """I4: what is DELETED here is gone at PortOne; of our issues nothing unclaimed stays there for long."""
    ours = {key.id: key for wallet in evidence.wallets.values() for key in wallet.keys.values()}
    for book in evidence.keys:
        key = ours.get(book.issue_id or "")
        if key is None or book.state.value != "ISSUED":
            continue
        since = key.settled_at if key.settled_at is not None else key.created_at
        old = evidence.now - since > DAY + LATE_WORK + 3600
        if key.state is KeyState.DELETED and (key.key_hash is not None or old):
            yield Finding("I4", None, f"key {key.id} is DELETED here and ISSUED at PortOne")
        elif key.state is not KeyState.ACTIVE and old:
            yield Finding("I4", None, f"key {key.id} is {key.state} here and ISSUED at PortOne")


def dropped_keys_keep_nothing(evidence: Evidence) -> Iterator[Finding]:
    """I14: the ciphertext of a key that is gone is gone, and so is a token that was used."""
    for wallet in evidence.wallets.values():
        for key in wallet.keys.values():
            if key.state in _DROPPED and key.sealed is not None:
                yield Finding("I14", None, f"key {key.id} is {key.state} and still has its ciphertext")
            if key.state is not KeyState.CONFIRMING and key.token is not None:
                yield Finding("I14", None, f"key {key.id} is {key.state} and still has its token")


def subscriptions_move_on(evidence: Evidence) -> Iterator[Finding]:
    """I10: what has not ended and is not waiting for its customer is due, and was looked at."""
    for subscription in evidence.subscriptions.values():
        name = f"subscription {subscription.subscription_id}"
        if subscription.due_at is None and _waits(subscription):
            yield Finding("I10", None, f"{name} is {subscription.status}, and it is not due")
        yield from _overdue(name, subscription.due_at, evidence.now)
    for wallet in evidence.wallets.values():
        open_ = [key.id for key in wallet.keys.values() if key.state in _UNFINISHED]
        if (open_ or wallet.waking) and wallet.due_at is None:
            yield Finding("I10", None, f"the wallet of {wallet.user_id} waits for {open_}, and it is not due")
        yield from _overdue(f"the wallet of {wallet.user_id}", wallet.due_at, evidence.now)


def ends_are_final(evidence: Evidence) -> Iterator[Finding]:
    """I9: a paid invoice is paid, a cancelled subscription and a deleted key are never heard of again.

    A part of an order whose money all went back is not paid any more.
    """
    for subscription in evidence.subscriptions.values():
        paid: set[object] = set()
        ended = False
        for entry in evidence.history(subscription):
            about = entry.data.get("invoice")
            if entry.fact == "invoice_ended" and _went_back(evidence, subscription.invoices.get(str(about))):
                paid.discard(about)
            if about in paid and entry.fact != "invoice_paid":
                told = f"invoice {about} of {subscription.subscription_id} was paid, then {entry.fact}"
                yield Finding("I9", None, told)
            if entry.fact == "invoice_paid":
                if about in paid:
                    yield Finding("I9", None, f"invoice {about} of {subscription.subscription_id} paid twice")
                paid.add(about)
            # a refund pays an unused credit back, also afterwards
            told_later = entry.fact in _AFTER_THE_END
            if ended and entry.fact.startswith("subscription_") and not told_later:
                told = f"{subscription.subscription_id} ended, then {entry.fact}"
                yield Finding("I9", None, told)
            ended = ended or entry.fact in {"subscription_ended", "subscription_completed"}


def _went_back(evidence: Evidence, part: Invoice | None) -> bool:
    """Whether PortOne's books had nothing left of what a part of an order was paid with."""
    book = evidence.books.get(part.paid_by or "") if part is not None else None
    of_order = part is not None and part.kind is InvoiceKind.PART
    return of_order and book is not None and 0 < book.total <= sum(each.amount for each in book.cancellations)


def _paid_by(evidence: Evidence, invoice: Invoice) -> Iterator[Finding]:
    if invoice.state is not InvoiceState.PAID or invoice.amount == 0 or invoice.paid_by in evidence.ended:
        return
    payment = evidence.payments.get(invoice.paid_by or "")
    if payment is None or not holds_money(payment.status) or payment.surplus:
        status = payment.status if payment else None
        yield Finding("I4", invoice.paid_by, f"invoice {invoice.id} is PAID by it, and it is {status}")


def _in_flight(evidence: Evidence, subscription: Subscription) -> Iterator[Finding]:
    id_ = subscription.subscription_id
    mine = [each for each in evidence.payments.values() if each.subscription_id == id_]
    flying = {each.payment_id for each in mine if any(a.state in OPEN for a in each.approvals)}
    invoice = subscription.invoices.get(subscription.in_flight or "")
    claimed = {invoice.payment_id} if invoice and invoice.payment_id else set[str]()
    if invoice is not None and not claimed <= flying:
        told = f"invoice {invoice.id} of {subscription.subscription_id} is in flight, no try of it is open"
        yield Finding("I4", invoice.payment_id, told)
    for payment_id in sorted(flying - claimed):
        yield Finding("I4", payment_id, f"a try is open, and {subscription.subscription_id} does not know it")


def _try_of(evidence: Evidence, charge: Charge) -> Approval | None:
    """The claim that a call was made for, by its one idempotency key."""
    payment = evidence.payments.get(charge.payment_id)
    tries = payment.approvals if payment else ()
    return next((each for each in tries if each.key == charge.key), None)


def _invoice_of(evidence: Evidence, payment: Payment) -> Invoice | None:
    subscription = evidence.subscriptions.get(payment.subscription_id or "")
    return subscription.invoices.get(payment.invoice_id or "") if subscription else None


def _key_of(evidence: Evidence, payment: Payment, billing_key_id: str | None) -> SavedKey | None:
    wallet = evidence.wallets.get(payment.user_id)
    return wallet.keys.get(billing_key_id or "") if wallet else None


def _deleted_at(evidence: Evidence, key: SavedKey) -> float:
    """When the caller was answered that it is gone, or our own record said so."""
    told = evidence.answered_at("DELETE", f"/billing-keys/{key.id}")
    known = key.settled_at if key.state is KeyState.DELETED else None
    return min((each for each in (told, known) if each is not None), default=float("inf"))


def _ended_at(evidence: Evidence, subscription: Subscription) -> float:
    """When its owner or the shop was answered that it has ended, or our own record said so."""
    path = f"/subscriptions/{subscription.subscription_id}/cancel"
    told = [evidence.answered_at("POST", each, '"ENDED"') for each in (path, f"/ops{path}")]
    known = subscription.ended_at
    return min((each for each in (*told, known) if each is not None), default=float("inf"))


def _waits(subscription: Subscription) -> bool:
    """Whether time alone has something left to do for it."""
    if subscription.in_flight is not None or subscription.resumes_at is not None:
        return True
    if subscription.stopped_for:
        return False
    parts = (each for each in subscription.invoices.values() if each.kind is InvoiceKind.PART)
    if any(each.state is InvoiceState.ENDED for each in parts):
        # the parts after it wait for staff
        return False
    collected = subscription.status.value in {"PENDING", "TRIAL", "ACTIVE", "PAST_DUE", "ENDING"}
    return collected and subscription.status not in OVER


def _overdue(name: str, due_at: int | None, now: float) -> Iterator[Finding]:
    if due_at is not None and now - due_at > LATE_WORK:
        yield Finding("I10", None, f"{name} is overdue for {int(now - due_at)} s")
