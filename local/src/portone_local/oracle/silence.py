"""I16: nothing about money is wrong or unknown for long without a call for staff and an alarm."""

from collections.abc import Iterator
from itertools import pairwise

from portone_local.oracle.attentions import calls_for, closed_since
from portone_local.oracle.evidence import Evidence, Finding
from portone_local.oracle.kinds import COUNTED_AS, Trouble
from portone_local.oracle.outcomes import unanswered
from portone_local.oracle.takings import (
    charged_back,
    different,
    given_back_twice,
    held_twice,
    stuck,
    taken_unseen,
)
from portone_payments.domain.records.events import place_of
from portone_payments.domain.records.payments import Payment

SWEEPS = "DueLagSeconds"
# a sweep a minute; twenty that are missing are one that was down
OUTAGE = 20 * 60
SOURCES = (unanswered, different, taken_unseen, held_twice, charged_back, given_back_twice, stuck)


def troubles_call_a_person(evidence: Evidence) -> Iterator[Finding]:
    """I16: every trouble older than its time has its call and its alarm, whatever else is wrong there."""
    swept = evidence.alarms.last(SWEEPS)
    for source in SOURCES:
        for trouble in source(evidence):
            payment = evidence.payments[trouble.payment_id]
            due = swept is not None and swept >= trouble.until
            if due and not closed_since(evidence, payment, trouble):
                yield from _silent(evidence, payment, trouble)


def dead_work_is_told(evidence: Evidence) -> Iterator[Finding]:
    """I16: what was attempted in vain until it was given up set off an alarm, whatever record it is of."""
    for record in evidence.told:
        for entry in record.history:
            dead = entry.fact == "dead_lettered"
            if dead and not evidence.alarms.told(COUNTED_AS["dead-lettered"], entry.at, entry.at):
                yield Finding("I16", None, f"{place_of(record)[1]} was given up, and no alarm goes off")


def _until(evidence: Evidence, trouble: Trouble) -> float:
    """By when staff must be called. Without a sweep no call is raised: after an outage, by now."""
    swept = [at for at in evidence.alarms.moments(SWEEPS) if trouble.since <= at < trouble.until]
    course = [trouble.since, *swept, trouble.until]
    outage = any(later - earlier > OUTAGE for earlier, later in pairwise(course))
    return max(trouble.until, evidence.now) if outage else trouble.until


def _silent(evidence: Evidence, payment: Payment, trouble: Trouble) -> Iterator[Finding]:
    called = {kind for kind, subject in calls_for(evidence, payment) if trouble.told_by(kind, subject)}
    if not called:
        yield Finding("I16", payment.payment_id, f"{trouble.sentence}, and nobody is called")
    elif not any(
        evidence.alarms.told(COUNTED_AS[kind], trouble.since, _until(evidence, trouble)) for kind in called
    ):
        yield Finding("I16", payment.payment_id, f"{trouble.sentence}, and no alarm goes off")
