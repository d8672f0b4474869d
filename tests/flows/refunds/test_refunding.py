"""Money back: in full, in part, twice clicked, and only to whom and as far as the policy allows."""

import pytest

from portone_local.actors.shop import pay, prepare, seen_by_owner, status
from portone_local.oracle import ObservedStack
from portone_local.portone import CancellationStatus
from tests.support.refunding import TOTAL, cancelled_at_portone, paid, refund

MINUTE, HOUR = 60, 3600


def test_a_full_refund_refunds_everything(stack: ObservedStack) -> None:
    prepared = paid(stack)

    answered = refund(stack, prepared)

    assert (answered.status, answered.json()["state"], answered.json()["amount"]) == (200, "SUCCEEDED", TOTAL)
    assert (status(stack, prepared), cancelled_at_portone(stack, prepared)) == ("CANCELLED", TOTAL)


def test_partial_refunds_add_up_and_the_last_refunds_the_rest(stack: ObservedStack) -> None:
    prepared = paid(stack)

    for number, amount in enumerate((3_000, 5_000), 1):
        assert refund(stack, prepared, f"part-{number}", amount=amount).status == 200
    assert status(stack, prepared) == "PARTIAL_CANCELLED"
    rest = refund(stack, prepared, "rest")

    assert (rest.json()["amount"], status(stack, prepared)) == (4_000, "CANCELLED")


def test_the_same_refund_id_is_the_same_refund(stack: ObservedStack) -> None:
    prepared = paid(stack)

    first, second = (refund(stack, prepared, amount=3_000) for _ in range(2))

    assert first.json() == second.json()
    assert cancelled_at_portone(stack, prepared) == 3_000


def test_the_same_refund_id_with_another_body_is_refused(stack: ObservedStack) -> None:
    prepared = paid(stack)
    refund(stack, prepared, amount=3_000)

    answered = refund(stack, prepared, amount=4_000)

    assert (answered.status, answered.json()["error"]["code"]) == (422, "refund_id_reused")


def test_equal_amounts_under_two_ids_are_two_refunds(stack: ObservedStack) -> None:
    prepared = paid(stack)

    refund(stack, prepared, "refund-1", amount=3_000)
    refund(stack, prepared, "refund-2", amount=3_000)

    assert cancelled_at_portone(stack, prepared) == 6_000


@pytest.mark.parametrize("amount", [0, -1, 12_001, True, 1.5, "3000"])
def test_an_amount_that_cannot_be_refunded_is_refused_and_nothing_is_sent(
    stack: ObservedStack, amount: object
) -> None:
    prepared = paid(stack)

    answered = refund(stack, prepared, amount=amount)

    assert answered.status in {400, 409}
    assert cancelled_at_portone(stack, prepared) == 0


def test_amount_and_full_together_are_refused(stack: ObservedStack) -> None:
    prepared = paid(stack)

    answered = refund(stack, prepared, amount=3_000, full=True)

    assert (answered.status, answered.json()["error"]["details"]["field"]) == (400, "amount")


def test_a_failed_refund_id_is_not_sent_again_but_a_new_id_is(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.FAILED)
    refund(stack, prepared, amount=3_000)

    again = refund(stack, prepared, amount=3_000)
    anew = refund(stack, prepared, "refund-2", amount=3_000)

    assert (again.status, anew.status, cancelled_at_portone(stack, prepared)) == (409, 200, 3_000)


def test_another_users_payment_cannot_be_refunded_and_looks_absent(stack: ObservedStack) -> None:
    prepared = paid(stack)
    body = {"refundId": "refund-1", "full": True, "reason": "mine now"}

    foreign = stack.app("user-2").post(f"/payments/{prepared['paymentId']}/cancel", body)
    absent = stack.app("user-2").post("/payments/absent/cancel", body)

    assert (foreign.status, foreign.json()["error"]["code"]) == (
        absent.status,
        absent.json()["error"]["code"],
    )
    assert (foreign.status, cancelled_at_portone(stack, prepared)) == (404, 0)


@pytest.mark.parametrize("settings", [{"owner_refund_days": "0"}, {"owner_refund_max": "2999"}])
def test_an_owner_refunds_only_within_the_policy_and_staff_beyond_it(stack: ObservedStack) -> None:
    prepared = paid(stack)

    owner = refund(stack, prepared, amount=3_000)
    body = {"refundId": "refund-1", "amount": 3_000, "reason": "goodwill"}
    staff = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cancel", body)

    assert (owner.status, owner.json()["error"]["code"]) == (403, "refund_not_allowed")
    assert (staff.status, cancelled_at_portone(stack, prepared)) == (200, 3_000)


@pytest.mark.parametrize("settings", [{"staff_refund_limit": "2999"}])
def test_a_large_staff_refund_needs_a_second_person(stack: ObservedStack) -> None:
    prepared = paid(stack)
    path = f"/payments/{prepared['paymentId']}"
    body = {"refundId": "large", "amount": 3_000, "reason": "goodwill"}

    asked = stack.staff_app.post(f"/staff{path}/cancel", body)
    same_person = stack.staff_app.post(f"/staff{path}/refunds/large/approve")
    held = cancelled_at_portone(stack, prepared)
    second_person = stack.second_staff_app.post(f"/staff{path}/refunds/large/approve")

    assert (asked.status, asked.json()["state"]) == (202, "AWAITING_APPROVAL")
    assert (same_person.status, held) == (403, 0)
    assert (second_person.status, cancelled_at_portone(stack, prepared)) == (200, 3_000)


def test_a_tampered_payment_is_refunded_automatically(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, amount=1_000, tampered=True)

    stack.run_for(20 * MINUTE)

    assert (status(stack, prepared), cancelled_at_portone(stack, prepared)) == ("CANCELLED", 1_000)
    [back] = seen_by_owner(stack, prepared)["refunds"]
    assert (back["by"], back["state"]) == ("auto", "SUCCEEDED")
