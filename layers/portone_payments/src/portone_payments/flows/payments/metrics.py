"""Which metrics a save raises; counted after the save, from what it added to the history."""

from portone_payments.domain.payments.absorb import Absorbed
from portone_payments.domain.payments.doubts import awaits_deposit
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.domain.records.history import Fact
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.ports.world import Meter, Metric

_FACTS = {
    Fact.PAID: Metric.PAID,
    Fact.FAILED: Metric.FAILED,
    Fact.EXPIRED: Metric.EXPIRED,
    Fact.ACCOUNT_EXPIRED: Metric.EXPIRED,
    Fact.CANCELLED: Metric.CANCELLED,
    Fact.PAY_PENDING: Metric.PENDING,
    Fact.ACCOUNT_ISSUED: Metric.VIRTUAL_ACCOUNT_ISSUED,
    Fact.HINT_GIVEN_UP: Metric.HINT_GIVEN_UP,
    Fact.CHARGE_FAILED: Metric.CHARGE_DECLINED,
}
# a standing call for staff is counted at every reading, so its alarm repeats until staff closes it
CALLS = {
    AttentionKind.MISMATCH: Metric.MISMATCH,
    AttentionKind.SURPLUS: Metric.SURPLUS,
    AttentionKind.QUARANTINED: Metric.QUARANTINED,
    AttentionKind.UNKNOWN: Metric.UNKNOWN,
    AttentionKind.DEAD_LETTERED: Metric.DEAD_LETTERED,
    AttentionKind.AMBIGUOUS: Metric.AMBIGUOUS,
    AttentionKind.LATE: Metric.LATE,
    AttentionKind.LAGGING: Metric.LAGGING_LONG,
    AttentionKind.CHARGEBACK: Metric.CHARGEBACK,
    AttentionKind.DEPOSIT_TAKEN_BACK: Metric.DEPOSIT_TAKEN_BACK,
    AttentionKind.REFUND_STUCK: Metric.REFUND_STUCK,
    AttentionKind.PART_ENDED: Metric.PART_ENDED,
}
_NOTES = {
    "customer": Metric.CUSTOMER_DIFFERS,
    "tax_free": Metric.TAX_FREE_DIFFERS,
    "method": Metric.METHOD_DIFFERS,
}
_OF_WHAT_DIFFERS = frozenset({AttentionKind.MISMATCH, AttentionKind.QUARANTINED})
_UNRECOGNISED = frozenset({"method_unrecognised"})


def count_absorbed(meter: Meter, before: Payment, absorbed: Absorbed) -> None:
    """Count the facts, the notes and every standing call for staff of one save."""
    after = absorbed.payment
    for entry in after.history:
        if entry.seq >= before.next_seq and entry.fact in _FACTS:
            meter.count(_FACTS[Fact(entry.fact)])
            if entry.fact == Fact.PAID and after.approvals and after.approvals[-1].billing_key_id is not None:
                # the average of this metric is the rate of declines
                meter.count(Metric.CHARGE_DECLINED, 0)
    for note in absorbed.findings.notes:
        meter.count(_NOTES[note])
    if absorbed.lagging:
        meter.count(Metric.LAGGING)
    if after.quarantined and (_UNRECOGNISED & set(absorbed.findings.doubts) or not absorbed.findings.doubts):
        meter.count(Metric.UNRECOGNISED)
    _count_calls(meter, after)
    _count_channel(meter, after)


def _count_calls(meter: Meter, payment: Payment) -> None:
    """Every standing call; a difference of an account without a deposit is listed, and raises no alarm."""
    quiet = _OF_WHAT_DIFFERS if awaits_deposit(payment) else frozenset()
    for attention in payment.attentions:
        if attention.kind in CALLS:
            meter.count(Metric.DIFFERS_UNPAID if attention.kind in quiet else CALLS[attention.kind])


def count_texts(meter: Meter, reading: Snapshot | None) -> None:
    """Count the texts of a reading that no filter passed: what staff misses there was dropped here."""
    if reading is not None and reading.dropped:
        meter.count(Metric.TEXT_DROPPED, reading.dropped)


def _count_channel(meter: Meter, payment: Payment) -> None:
    channel = payment.seen.channel if payment.seen else None
    if channel is not None:
        meter.count(Metric.TEST_CHANNEL if channel.test else Metric.LIVE_CHANNEL)
