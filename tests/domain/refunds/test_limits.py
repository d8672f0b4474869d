"""Limits cover the sum of a payment's refunds, their number is bounded, a second person is another one."""

from dataclasses import replace

import pytest

from portone_payments.domain.errors.payments import RefundNotAllowed, TooManyRefunds
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.refund_traces import asked_by, parted, refunded_by
from portone_payments.domain.refunds.reserve import with_refund
from portone_payments.domain.refunds.rules import (
    OWNER_COUNT,
    STAFF_COUNT,
    RefundPolicy,
    check_count,
    check_second_person,
    needs_second_person,
)
from tests.support.refund_records import paid, reserved, the_refund

SETTLED = (RefundState.SUCCEEDED, RefundState.FAILED)


def with_refunds(namespace: str, *states: RefundState, amount: int = 10) -> Payment:
    """A payment with so many refunds of one name namespace, numbered."""
    payment = paid()
    for number, state in enumerate(states):
        one = the_refund(reserved(refund_id=f"{namespace}:{number}", amount=amount), f"{namespace}:{number}")
        done = float(number) if state in SETTLED else None
        payment = with_refund(payment, replace(one, state=state, settled_at=done))
    return payment


@pytest.mark.parametrize(("owner", "most"), [(True, OWNER_COUNT), (False, STAFF_COUNT)])
@pytest.mark.parametrize("state", SETTLED)
def test_each_side_may_request_only_so_many_refunds_including_refused_ones(
    state: RefundState, most: int, *, owner: bool
) -> None:
    namespace = "owner" if owner else "staff"
    full = with_refunds(namespace, *[state] * most)

    check_count(with_refunds(namespace, *[state] * (most - 1)), owner=owner)
    with pytest.raises(TooManyRefunds):
        check_count(full, owner=owner)
    with pytest.raises(TooManyRefunds):
        check_count(parted(full)[0], owner=owner)
    check_count(full, owner=not owner)


def test_refunds_in_flight_count_and_failed_ones_do_not() -> None:
    states = (RefundState.SUCCEEDED, RefundState.FAILED, RefundState.REQUESTED, RefundState.AWAITING_APPROVAL)

    assert refunded_by(with_refunds("staff", *states), "staff") == 30


def test_a_refund_whose_record_was_lost_counts_for_both_sides() -> None:
    payment = with_refunds("lost", RefundState.SUCCEEDED)

    assert (refunded_by(payment, "owner"), refunded_by(payment, "staff")) == (10, 10)
    assert asked_by(payment, "owner") == 0


@pytest.mark.parametrize(("more", "needed"), [(70, False), (71, True)])
def test_staff_needs_a_second_person_once_the_sum_exceeds_the_limit(more: int, *, needed: bool) -> None:
    payment = with_refunds("staff", RefundState.SUCCEEDED, RefundState.SUCCEEDED, RefundState.REQUESTED)

    assert needs_second_person(payment, more, RefundPolicy(staff_limit=100)) == needed


def asked_by_person(door: str, person: str) -> Refund:
    """A refund a member of staff requested."""
    return replace(the_refund(reserved()), door=door, person=person)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (("iam", "user/kim"), ("iam", "user/lee"), None),
        (("token", "kim"), ("token", "lee"), None),
        (("token", "kim"), ("token", "kim"), "needs_a_second_person"),
        (("iam", "user/kim"), ("iam", "user/kim"), "needs_a_second_person"),
        (("iam", "user/kim"), ("token", "lee"), "needs_the_same_door"),
        (("token", "kim"), ("iam", "user/lee"), "needs_the_same_door"),
        (("iam", "assumed-role/Ops/kim"), ("iam", "assumed-role/Ops/lee"), "needs_a_staff_token"),
        (("iam", "assumed-role/Ops/kim"), ("iam", "assumed-role/Other/lee"), "needs_a_staff_token"),
        (("iam", "user/kim"), ("iam", "assumed-role/Ops/lee"), "needs_a_staff_token"),
        (("iam", "assumed-role/Ops/kim"), ("iam", "user/lee"), "needs_a_staff_token"),
        (("iam", "root"), ("iam", "user/lee"), "needs_a_staff_token"),
        (("iam", "federated-user/a"), ("iam", "federated-user/b"), "needs_a_staff_token"),
        (("", ""), ("token", "lee"), "needs_the_same_door"),
    ],
)
def test_only_a_demonstrably_different_person_approves(
    first: tuple[str, str], second: tuple[str, str], reason: str | None
) -> None:
    refund, (door, person) = asked_by_person(*first), second

    if reason is None:
        check_second_person(refund, door=door, person=person)
        return
    with pytest.raises(RefundNotAllowed) as raised:
        check_second_person(refund, door=door, person=person)
    assert raised.value.data["reason"] == reason
