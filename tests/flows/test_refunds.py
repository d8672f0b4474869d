"""Money back: in full, in part, twice clicked, unanswered, asynchronous, refused, behind our back."""

from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone import CancellationStatus, Fault
from portone_local.testing.shopping import USER, pay, prepare, seen_by_owner, seen_by_staff, status

MINUTE, HOUR = 60, 3600
TOTAL = 12_000
ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}


def paid(stack: ObservedStack, order_id: str = "order-1", **changes: Any) -> dict[str, Any]:
    prepared = prepare(stack, order_id)
    pay(stack, prepared, **changes)
    stack.app(USER).post(f"/payments/{prepared['paymentId']}/verify")
    return prepared


def refund(
    stack: ObservedStack, prepared: dict[str, Any], refund_id: str = "refund-1", **body: Any
) -> Response:
    wanted: dict[str, Any] = {"refundId": refund_id, "reason": "단순 변심"} | body
    if "amount" not in wanted:
        wanted["full"] = True
    return stack.app(USER).post(f"/payments/{prepared['paymentId']}/cancel", wanted)


def refund_state(stack: ObservedStack, prepared: dict[str, Any], refund_id: str = "refund-1") -> str:
    shown = stack.app(USER).get(f"/payments/{prepared['paymentId']}/refunds/{refund_id}").json()
    return str(shown["state"])


def settle_what_is_requested(stack: ObservedStack, prepared: dict[str, Any]) -> None:
    """A bank takes its time where the PG refunds asynchronously."""
    for each in stack.portone.books()[prepared["paymentId"]].cancellations:
        if each.status is CancellationStatus.REQUESTED:
            stack.portone.console.settle_cancellation(prepared["paymentId"], each.id)


def cancelled_at_portone(stack: ObservedStack, prepared: dict[str, Any]) -> int:
    return stack.portone.books()[prepared["paymentId"]].cancelled


def test_a_full_refund_gives_everything_back(stack: ObservedStack) -> None:
    prepared = paid(stack)

    answered = refund(stack, prepared)

    assert (answered.status, answered.json()["state"], answered.json()["amount"]) == (200, "SUCCEEDED", TOTAL)
    assert (status(stack, prepared), cancelled_at_portone(stack, prepared)) == ("CANCELLED", TOTAL)


def test_partial_refunds_add_up_and_the_last_takes_the_rest(stack: ObservedStack) -> None:
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


LOST = [Fault.TIMEOUT_AFTER_COMMIT, Fault.RESET_AFTER_COMMIT, Fault.HTML_504, Fault.TRUNCATED_JSON]
UNSENT = [Fault.TIMEOUT_BEFORE_COMMIT, Fault.RESET_BEFORE_COMMIT, Fault.HTML_500, Fault.HTML_502]


@pytest.mark.parametrize("fault", LOST)
def test_a_refund_whose_answer_is_lost_is_found_by_its_token(stack: ObservedStack, fault: Fault) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=fault)

    answered = refund(stack, prepared, amount=3_000)
    stack.run_for(10 * MINUTE)

    assert answered.status in {200, 202}
    assert (refund_state(stack, prepared), cancelled_at_portone(stack, prepared)) == ("SUCCEEDED", 3_000)


@pytest.mark.parametrize("fault", UNSENT)
def test_a_refund_that_never_arrived_is_sent_again_under_the_same_key(
    stack: ObservedStack, fault: Fault
) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=fault)

    answered = refund(stack, prepared, amount=3_000)
    stack.run_for(10 * MINUTE)

    keys = {call.idempotency_key for call in stack.portone.calls() if call.operation == "cancel_payment"}
    assert (answered.status, answered.json()["state"]) == (202, "UNKNOWN")
    assert (refund_state(stack, prepared), cancelled_at_portone(stack, prepared)) == ("SUCCEEDED", 3_000)
    assert len(keys) == 1


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE_COMMIT, Fault.TIMEOUT_AFTER_COMMIT])
def test_after_the_key_window_only_a_reading_decides(stack: ObservedStack, fault: Fault) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=fault, times=None)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_500, times=None)

    refund(stack, prepared, amount=3_000)
    stack.run_for(4 * HOUR, step=5 * MINUTE)
    stack.portone.clear_faults()
    sent = sum(call.operation == "cancel_payment" for call in stack.portone.calls())
    stack.run_for(3 * HOUR, step=5 * MINUTE)

    happened = fault is Fault.TIMEOUT_AFTER_COMMIT
    assert refund_state(stack, prepared) == ("SUCCEEDED" if happened else "FAILED")
    assert cancelled_at_portone(stack, prepared) == (3_000 if happened else 0)
    assert sum(call.operation == "cancel_payment" for call in stack.portone.calls()) == sent


def test_while_one_refund_is_open_another_waits_and_keeps_its_id(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    refund(stack, prepared, "refund-1", amount=3_000)

    waiting = refund(stack, prepared, "refund-2", amount=1_000)
    stack.run_for(10 * MINUTE)
    later = refund(stack, prepared, "refund-2", amount=1_000)

    assert (waiting.status, waiting.json()["error"]["code"]) == (409, "refund_in_progress")
    assert "retry-after" in waiting.headers
    assert (later.status, cancelled_at_portone(stack, prepared)) == (200, 4_000)


def test_a_cancel_in_the_console_meanwhile_makes_the_balance_disagree_and_refunds_nothing_twice(
    stack: ObservedStack,
) -> None:
    prepared = paid(stack)
    stack.portone.console.cancel(prepared["paymentId"], 12_000)

    answered = refund(stack, prepared, amount=3_000)
    stack.run_for(10 * MINUTE)

    assert answered.status in {202, 409}
    assert (refund_state(stack, prepared), cancelled_at_portone(stack, prepared)) == ("FAILED", 12_000)


def test_a_cancel_of_the_same_amount_by_somebody_else_is_for_a_person_to_judge(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=None)
    refund(stack, prepared, amount=3_000)
    stack.portone.console.cancel(prepared["paymentId"], 3_000)

    stack.run_for(10 * MINUTE)

    assert refund_state(stack, prepared) == "AMBIGUOUS"
    assert [each["paymentId"] for each in seen_by_staff(stack, "ambiguous")] == [prepared["paymentId"]]
    stack.portone.clear_faults()
    body = {"reason": "the console's was another one", "decision": "not_refunded"}
    resolved = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/resolve", body)
    assert (resolved.status, refund_state(stack, prepared)) == (200, "FAILED")


def test_an_asynchronous_refund_is_requested_then_done(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)

    answered = refund(stack, prepared, amount=3_000)
    book = stack.portone.books()[prepared["paymentId"]]
    stack.portone.console.settle_cancellation(prepared["paymentId"], book.cancellation_ids[0])
    stack.run_for(2 * HOUR, step=5 * MINUTE)

    assert (answered.status, answered.json()["state"]) == (202, "REQUESTED")
    assert refund_state(stack, prepared) == "SUCCEEDED"


def test_a_refund_that_failed_with_a_200_is_a_failure(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.FAILED)

    answered = refund(stack, prepared, amount=3_000)

    assert (answered.status, answered.json()["error"]["code"]) == (409, "refund_failed")
    assert (status(stack, prepared), cancelled_at_portone(stack, prepared)) == ("PAID", 0)


def test_a_refund_with_a_failed_id_is_not_tried_again_but_a_new_id_is(stack: ObservedStack) -> None:
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

    asked = stack.staff.post(f"/ops{path}/cancel", body)
    same_person = stack.staff.post(f"/ops{path}/refunds/large/approve")
    held = cancelled_at_portone(stack, prepared)
    second_person = stack.staff_app.post(f"/staff{path}/refunds/large/approve")

    assert (asked.status, asked.json()["state"]) == (202, "AWAITING_APPROVAL")
    assert (same_person.status, held) == (403, 0)
    assert (second_person.status, cancelled_at_portone(stack, prepared)) == (200, 3_000)


def test_a_virtual_account_is_refunded_to_a_bank_account_that_is_forgotten_afterwards(
    stack: ObservedStack,
) -> None:
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.portone.buyer.deposit(prepared["paymentId"])
    stack.run_for(2 * HOUR, step=5 * MINUTE)

    without = refund(stack, prepared, amount=3_000)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    answered = refund(stack, prepared, amount=3_000, refundAccount=ACCOUNT)
    stack.run_for(HOUR, step=5 * MINUTE)
    settle_what_is_requested(stack, prepared)
    stack.run_for(2 * HOUR, step=5 * MINUTE)

    assert (without.status, without.json()["error"]["code"]) == (409, "refund_account_required")
    assert (answered.status, cancelled_at_portone(stack, prepared)) == (202, 3_000)
    told = str(stack.dump()) + "".join(stack.logs)
    assert "110123456789" not in told


def test_a_tampered_payment_goes_back_by_itself(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, amount=1_000, tampered=True)

    stack.run_for(20 * MINUTE)

    assert (status(stack, prepared), cancelled_at_portone(stack, prepared)) == ("CANCELLED", 1_000)
    [back] = seen_by_owner(stack, prepared)["refunds"]
    assert (back["by"], back["state"]) == ("auto", "SUCCEEDED")
