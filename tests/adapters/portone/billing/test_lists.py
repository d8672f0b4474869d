"""Reading PortOne's lists of keys and schedules, and its answers to a confirm: whole, and about ours."""

from typing import Any

import pytest

from portone_payments.domain.readings.billing_key import ScheduleReading
from portone_payments.domain.readings.outcome import Outcome
from tests.support.billing_calls import (
    BILLING_KEY,
    FIRST_PAYMENT,
    KEY_IN,
    TOKEN,
    billing_client,
    key_answer,
    page_answer,
    schedule_answer,
)
from tests.support.key_answers import wire
from tests.support.portone_calls import KEY, error_of, in_time


def test_schedules_are_read_in_every_state() -> None:
    items = [schedule_answer(), schedule_answer(id="schedule-2", status="POSTPONED")]
    portone = billing_client(wire(page_answer(*items)))

    found = portone.list_schedules(BILLING_KEY, 0, 1, number=0, size=10, deadline=in_time())

    assert found == (
        ScheduleReading(
            id="schedule-1", payment_id="p1", status="SCHEDULED", time_to_pay=1_770_001_445_366_979
        ),
        ScheduleReading(
            id="schedule-2", payment_id="p1", status="POSTPONED", time_to_pay=1_770_001_445_366_979
        ),
    )


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"items": {}},
        page_answer(None),
        page_answer(schedule_answer(), schedule_answer(id=None)),
        page_answer(schedule_answer(timeToPay="soon")),
        page_answer(schedule_answer(timeToPay="2026-02-02T03:04:05")),
        page_answer(schedule_answer(billingKey="billing-key-2")),
    ],
)
def test_a_page_of_schedules_never_shrinks(answer: Any) -> None:
    error = error_of(
        lambda wire: billing_client(wire).list_schedules(
            BILLING_KEY, 0, 1, number=0, size=10, deadline=in_time()
        ),
        wire(answer),
    )

    assert error.outcome is Outcome.UNKNOWN


def test_keys_are_listed_with_their_state() -> None:
    items = [key_answer(), key_answer(billingKey="billing-key-2", status="DELETED")]
    portone = billing_client(wire(page_answer(*items)))

    found = portone.list_billing_keys("user-1", 0, 1, number=0, size=10, deadline=in_time())

    assert [(key.billing_key, key.status.value) for key in found] == [
        (BILLING_KEY, "ISSUED"),
        ("billing-key-2", "DELETED"),
    ]


@pytest.mark.parametrize("answer", [{}, {"billingKey": ""}, {"billingKey": "NEEDS_CONFIRMATION"}, [], None])
def test_a_confirm_without_a_key_is_unknown(answer: Any) -> None:
    error = error_of(
        lambda wire: billing_client(wire).confirm_billing_key(TOKEN, test=True, key=KEY, deadline=in_time()),
        wire(answer),
    )

    assert error.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [{"billingKey": BILLING_KEY}, {"billingKey": BILLING_KEY, "paymentId": "p2"}, {"paymentId": "p1"}],
)
def test_a_confirm_with_another_payment_is_unknown(answer: Any) -> None:
    error = error_of(
        lambda wire: billing_client(wire).confirm_issue_and_pay(
            TOKEN, FIRST_PAYMENT, test=True, key=KEY, deadline=in_time()
        ),
        wire(answer),
    )

    assert error.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("answer", [{}, {"billingKeyInfo": {}}, {"billingKey": BILLING_KEY}, []])
def test_a_card_issue_without_a_key_is_unknown(answer: Any) -> None:
    error = error_of(
        lambda wire: billing_client(wire, key_in=True).issue_billing_key(KEY_IN, key=KEY, deadline=in_time()),
        wire(answer),
    )

    assert error.outcome is Outcome.UNKNOWN


def test_a_too_deeply_nested_answer_is_unknown() -> None:
    deep = b'{"items":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

    error = error_of(
        lambda wire: billing_client(wire).list_billing_keys(
            "user-1", 0, 1, number=0, size=10, deadline=in_time()
        ),
        wire(deep),
    )

    assert error.outcome is Outcome.UNKNOWN
