"""Money that somebody else takes back calls a person, also where PortOne does not say who asked (rule 10)."""

from dataclasses import replace

import pytest

from portone_local.testing.refund_records import paid
from portone_local.testing.snapshots import a_cancellation, a_snapshot, after_reading, facts
from portone_payments.domain.facts import Fact, has_attention
from portone_payments.domain.records import AttentionKind, Payment
from portone_payments.domain.snapshot import RemoteStatus

BY_US = "0123456789AB changed mind"


def cancelled_by(trigger: str | None, reason: str = "changed mind") -> Payment:
    """A payment of which PortOne shows one cancellation in part."""
    shown = replace(a_cancellation(), trigger=trigger, reason=reason)
    reading = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, after=60, cancelled=1_000, cancellations=(shown,))
    return after_reading(paid(), reading)


@pytest.mark.parametrize(
    ("trigger", "reason", "called"),
    [
        ("CHARGEBACK", "changed mind", True),
        ("CHARGEBACK", BY_US, True),
        (None, "changed mind", True),
        ("ISSUER", "changed mind", True),
        (None, BY_US, False),
        ("ISSUER", BY_US, False),
        ("API", "changed mind", False),
        ("CONSOLE", "changed mind", False),
        ("PORTONE_ADMIN", "changed mind", False),
    ],
)
def test_what_neither_the_shop_nor_we_asked_for_calls_a_person(
    trigger: str | None, reason: str, *, called: bool
) -> None:
    assert has_attention(cancelled_by(trigger, reason), AttentionKind.CHARGEBACK) == called


def test_only_what_is_said_to_be_a_charge_back_is_told_as_one() -> None:
    assert Fact.CHARGED_BACK in facts(cancelled_by("CHARGEBACK"))
    assert Fact.CHARGED_BACK not in facts(cancelled_by(None))
