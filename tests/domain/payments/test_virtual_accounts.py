"""When a virtual account is closed: before a wrong deposit, and when its time is over."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.payments.virtual_accounts import should_close
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.domain.records.payments import Payment, Status
from tests.support.records import NOW, a_payment
from tests.support.snapshots import a_snapshot, after_reading, an_account

DUE = NOW + 3_600


def issued(**reading: Any) -> Payment:
    shown = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=an_account(3_600), **reading)
    return after_reading(a_payment(), shown)


@pytest.mark.parametrize(("after", "wanted"), [(-1, False), (0, True), (3_600, True)])
def test_a_virtual_account_is_closed_when_its_time_is_over(after: float, wanted: bool) -> None:  # noqa: FBT001 - a case
    assert should_close(issued(), int(DUE) + after) is wanted


def test_a_virtual_account_that_differs_is_closed_at_once() -> None:
    assert should_close(issued(total=300), NOW + 60)


def test_closing_is_requested_once_whatever_portone_answered() -> None:
    for payment in (issued(), issued(total=300)):
        assert not should_close(replace(payment, close_asked=True), DUE)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.VIRTUAL_ACCOUNT_ISSUED, Status.MISMATCH}))
def test_only_a_waiting_account_is_closed(status: Status) -> None:
    assert not should_close(replace(issued(), status=status), DUE + 1)


def test_a_deposited_mismatch_is_refunded_and_not_closed() -> None:
    deposited = a_snapshot(method=an_account(3_600), total=300, paid=300)

    assert not should_close(after_reading(issued(total=300), deposited), DUE + 1)
