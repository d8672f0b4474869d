"""Refunds that left their payment's item, and the traces that later decisions need (rule 10.9).

The newest settled ones stay, so that an owner sees them without another read. Of each other one a trace,
a line of text, stays under its token; the whole refund gets an item of its own in the same transaction.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from portone_payments.domain.readings.payment import Cancellation, CancellationStatus, Snapshot
from portone_payments.domain.records.booked import booked, short
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment, SettledRefund

KEPT = 4
# each is an item of its own in the transaction of the save, which DynamoDB bounds at a hundred
LEAVING = 50
SETTLED = frozenset({RefundState.SUCCEEDED, RefundState.FAILED})


@dataclass(frozen=True, slots=True)
class Trace:
    """A refund's namespace, state, amount in minor units, and a short hash of PortOne's cancellation id."""

    namespace: str
    state: str
    amount: int
    cancellation: str = ""

    @classmethod
    def of(cls, refund: Refund) -> "Trace":
        """The trace of a refund."""
        known = short(refund.cancellation_id) if refund.cancellation_id else ""
        return cls(space_of(refund.id), str(refund.state), refund.went_back, known)

    @classmethod
    def read(cls, text: str) -> "Trace":
        """The trace in a stored text."""
        namespace, state, amount, cancellation = text.split("/", 3)
        return cls(namespace, state, int(amount), cancellation)

    def __str__(self) -> str:
        """The text as it is stored."""
        return f"{self.namespace}/{self.state}/{self.amount}/{self.cancellation}"


def space_of(refund_id: str) -> str:
    """The namespace of an id: owner, staff, auto, lost."""
    return refund_id.partition(":")[0]


def traces(payment: Payment) -> Iterator[Trace]:
    """Every refund of the payment, those that left it first."""
    yield from map(Trace.read, payment.settled.values())
    yield from map(Trace.of, payment.refunds.values())


def asked_by(payment: Payment, namespace: str) -> int:
    """How many refunds were stored for this namespace, refused ones too."""
    return sum(each.namespace == namespace for each in traces(payment))


def refunded_by(payment: Payment, namespace: str) -> int:
    """The amount this namespace refunded or still may, in minor units.

    A refund whose record was lost has an unknown requester: it counts for every namespace.
    """
    namespaces = {namespace, "lost"}
    return sum(
        each.amount
        for each in traces(payment)
        if each.namespace in namespaces and each.state != RefundState.FAILED
    )


def parted(payment: Payment) -> tuple[Payment, tuple[SettledRefund, ...]]:
    """The payment as it is stored, and the refunds that leave it with this save."""
    done = [each for each in payment.refunds.values() if _may_leave(payment, each)]
    leaving = sorted(done, key=_settled_at)[: max(0, len(done) - KEPT)][:LEAVING]
    if not leaving:
        return payment, ()
    gone = {each.id for each in leaving}
    kept = replace(
        payment,
        refunds={id_: each for id_, each in payment.refunds.items() if id_ not in gone},
        settled={**payment.settled, **{each.token: str(Trace.of(each)) for each in leaving}},
    )
    return kept, tuple(SettledRefund(payment_id=payment.payment_id, refund=each) for each in leaving)


def _settled_at(refund: Refund) -> float:
    return refund.created_at if refund.settled_at is None else refund.settled_at


def _may_leave(payment: Payment, refund: Refund) -> bool:
    """Whether a refund is settled and no reading is still to be compared with it."""
    if refund.state not in SETTLED:
        return False
    if refund.state is RefundState.FAILED:
        return True
    return booked(payment.seen, refund.cancellation_id) is not None


def recalled(payment: Payment, snapshot: Snapshot) -> tuple[str, ...]:
    """Tokens of refunds that left as failed and that this reading shows otherwise."""
    failed = {
        token: trace
        for token, trace in ((token, Trace.read(text)) for token, text in payment.settled.items())
        if trace.state == RefundState.FAILED
    }
    if not failed:
        return ()
    moved = [each for each in snapshot.shown if each.status is not CancellationStatus.FAILED]
    return tuple(token for token, trace in failed.items() if any(_is(trace, token, each) for each in moved))


def _is(trace: Trace, token: str, cancellation: Cancellation) -> bool:
    return cancellation.reason.startswith(token) or trace.cancellation == short(cancellation.id)


def undone(payment: Payment, done: Iterable[str]) -> tuple[str, ...]:
    """Tokens of refunds that left as carried out and are none of these cancellations."""
    known = {short(each) for each in done}
    told = ((token, Trace.read(text)) for token, text in payment.settled.items())
    return tuple(
        token
        for token, trace in told
        if trace.state == RefundState.SUCCEEDED and trace.cancellation not in known
    )


def returned(payment: Payment, refund: Refund) -> Payment:
    """The payment with a refund that had left, restored to its item."""
    settled = {token: text for token, text in payment.settled.items() if token != refund.token}
    return replace(payment, refunds={refund.id: refund, **payment.refunds}, settled=settled)


def left(payment: Payment, cancellation: Cancellation) -> bool:
    """Whether a cancellation belongs to a refund that left."""
    if not payment.settled:
        return False
    if any(cancellation.reason.startswith(token) for token in payment.settled):
        return True
    known = short(cancellation.id)
    return any(Trace.read(text).cancellation == known for text in payment.settled.values())
