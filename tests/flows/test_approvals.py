"""Manual approval: what the buyer authenticated is charged once, and only if there is stock."""

import json
from typing import Any

import pytest

from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.testing.approving import (
    HOOK,
    approval,
    authenticate,
    code_of,
    confirm,
    confirms,
    facts,
    held,
)
from portone_local.testing.shopping import prepare, status
from portone_local.testing.stories import clock_of
from portone_payments.domain.instruction_records import ApprovalState

MINUTE = 60
HOUR = 3600
UNKNOWN = [
    Fault.TIMEOUT_BEFORE_COMMIT,
    Fault.TIMEOUT_AFTER_COMMIT,
    Fault.RESET_BEFORE_COMMIT,
    Fault.RESET_AFTER_COMMIT,
    Fault.HTML_500,
    Fault.HTML_502,
    Fault.HTML_504,
    Fault.TRUNCATED_JSON,
    Fault.LATE_COMMIT,
    Fault.OUTSTANDING,
    Fault.UNAUTHORIZED,
]
# charged, and there was time left to read it
SEEN_AT_ONCE = {Fault.RESET_AFTER_COMMIT, Fault.TRUNCATED_JSON, Fault.HTML_504}


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Whether the shop has a stock hook: only where a test asks for one."""
    return HOOK if "hook" in request.fixturenames else {}


@pytest.fixture
def hook(stack: ObservedStack) -> Any:
    """The shop's stock hook."""
    return stack.ports["stock"]


def events_released(stack: ObservedStack, prepared: dict[str, Any]) -> list[Any]:
    return [
        entry.data["code"] for entry in held(stack, prepared).history if entry.fact == "approval_released"
    ]


def test_what_the_buyer_authenticated_is_charged(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token)

    assert (answered.status, answered.json()["status"]) == (200, "PAID")
    assert answered.json()["approval"] == {"attempt": 1, "state": "APPROVED", "code": None}
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1


def test_the_token_is_sealed_until_settled_and_then_dropped(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    confirm(stack, prepared, token)
    waiting, dumped = approval(stack, prepared), json.dumps(stack.dump())

    stack.run_for(5 * MINUTE)

    assert waiting.token is not None
    assert token not in dumped
    assert approval(stack, prepared).token is None
    assert token not in "".join([*stack.logs, *stack.ports["queue"].bodies, *stack.metrics])


def test_a_virtual_account_is_issued_by_approving(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared, method="VIRTUAL_ACCOUNT")

    answered = confirm(stack, prepared, token)

    assert (answered.status, answered.json()["status"]) == (200, "VIRTUAL_ACCOUNT_ISSUED")
    assert answered.json()["virtualAccount"]["number"]


def test_a_closed_account_may_fail_after_the_approval_was_borne_out(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, authenticate(stack, prepared, method="VIRTUAL_ACCOUNT"))

    stack.portone.console.refuse_next("close_virtual_account", leaves="FAILED")
    stack.run_for(4 * 24 * HOUR, step=HOUR / 2)

    assert status(stack, prepared) in {"EXPIRED", "FAILED"}
    assert held(stack, prepared).lagging == 0


def test_the_same_token_is_the_same_try(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    first = confirm(stack, prepared, token)

    again = confirm(stack, prepared, token)

    assert (again.status, again.body) == (first.status, first.body)
    assert confirms(stack) == 1


def test_a_second_click_while_the_first_is_under_way_sends_nothing(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    inside: list[Any] = []
    stack.portone.before_next("confirm_payment", lambda: inside.append(confirm(stack, prepared, token)))

    answered = confirm(stack, prepared, token)

    assert [each.status for each in inside] == [202]
    assert inside[0].json()["statusUrl"] == f"/payments/{prepared['paymentId']}"
    assert (answered.status, confirms(stack)) == (200, 1)


def test_another_token_waits_while_one_is_under_way(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token, other = authenticate(stack, prepared), authenticate(stack, prepared)
    inside: list[Any] = []
    stack.portone.before_next("confirm_payment", lambda: inside.append(confirm(stack, prepared, other)))

    answered = confirm(stack, prepared, token)

    assert [(each.status, code_of(each)) for each in inside] == [(409, "approval_in_progress")]
    assert inside[0].headers["retry-after"]
    assert (answered.status, len(held(stack, prepared).approvals)) == (200, 1)


def test_another_token_after_a_failed_try_is_a_new_try_with_a_new_key(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, "example-token-nobody-gave")
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token)

    first, second = held(stack, prepared).approvals
    assert answered.status == 200
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.key != second.key


def test_the_token_of_a_failed_try_is_not_tried_again(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, "example-token-nobody-gave")

    again = confirm(stack, prepared, "example-token-nobody-gave")

    assert (again.status, code_of(again), confirms(stack)) == (409, "invalid_payment_token", 1)


def test_a_paid_payment_is_not_charged_with_another_token(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token, other = authenticate(stack, prepared), authenticate(stack, prepared)
    confirm(stack, prepared, token)

    answered = confirm(stack, prepared, other)

    assert (answered.status, code_of(answered)) == (409, "not_approvable")
    assert confirms(stack) == 1


def test_nobody_approves_another_users_payment(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token, user="user-2")

    assert (answered.status, code_of(answered)) == (404, "payment_not_found")
    assert held(stack, prepared).approvals == ()


def test_what_is_no_longer_on_offer_is_not_charged(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.run_for(61 * MINUTE)

    answered = confirm(stack, prepared, token)

    assert (answered.status, code_of(answered), confirms(stack)) == (409, "not_approvable", 0)


@pytest.mark.parametrize("changes", [{"amount": 100}, {"currency": "USD"}, {"tax_free": 10}], ids=str)
def test_an_authentication_of_something_else_is_not_charged(
    stack: ObservedStack, changes: dict[str, Any]
) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared, tampered=True, **changes)

    answered = confirm(stack, prepared, token)

    assert (answered.status, code_of(answered)) == (409, "information_mismatch")
    assert events_released(stack, prepared) == ["information_mismatch"]
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 0


def test_a_token_portone_does_not_know_fails_the_try_and_releases_it(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    authenticate(stack, prepared)

    answered = confirm(stack, prepared, "example-token-nobody-gave")

    assert (answered.status, code_of(answered)) == (409, "invalid_payment_token")
    assert events_released(stack, prepared) == ["invalid_payment_token"]


def test_a_pg_refusal_that_can_be_read_is_a_definite_failure(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.console.refuse_next("confirm_payment", leaves="FAILED")

    answered = confirm(stack, prepared, token)

    assert (answered.status, code_of(answered)) == (409, "approval_failed")
    assert answered.json()["error"]["details"] == {"reason": "pg_provider"}
    assert events_released(stack, prepared) == ["pg_provider"]
    assert status(stack, prepared) == "FAILED"


def test_a_pg_refusal_that_charged_all_the_same_is_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.console.refuse_next("confirm_payment", leaves="PAID")

    answered = confirm(stack, prepared, token)

    assert (answered.status, answered.json()["status"]) == (200, "PAID")
    assert events_released(stack, prepared) == []


def test_a_pg_refusal_without_a_trace_is_believed_after_two_readings(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.console.refuse_next("confirm_payment")
    answered = confirm(stack, prepared, token)
    at_once = approval(stack, prepared).state

    stack.run_for(5 * MINUTE)

    assert (answered.status, at_once) == (202, ApprovalState.RESERVED)
    assert events_released(stack, prepared) == ["pg_provider"]
    assert confirms(stack) == 1


def test_an_earlier_decline_says_nothing_about_the_try_under_way(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])
    clock_of(stack).advance(30)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT)

    answered = confirm(stack, prepared, token)
    stack.run_for(10 * MINUTE)

    assert answered.status == 202
    assert status(stack, prepared) == "PAID"
    assert events_released(stack, prepared) == []


def test_a_payment_somebody_paid_meanwhile_settles_the_try(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.before_next("confirm_payment", lambda: stack.portone.buyer.pay(prepared["paymentId"]))

    answered = confirm(stack, prepared, token)

    assert (answered.status, approval(stack, prepared).state) == (200, ApprovalState.APPROVED)
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1


@pytest.mark.parametrize("fault", [Fault.LAGGING, Fault.STALE, Fault.NOT_FOUND])
def test_a_lagging_reading_does_not_undo_portones_own_yes(stack: ObservedStack, fault: Fault) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="get_payment", fault=fault, times=3)

    answered = confirm(stack, prepared, token)
    state = approval(stack, prepared).state
    stack.run_for(15 * MINUTE)

    assert answered.status in {200, 202}
    assert state in {ApprovalState.CONFIRMED, ApprovalState.APPROVED}
    assert status(stack, prepared) == "PAID"
    assert events_released(stack, prepared) == []


def test_an_old_decline_read_after_portones_own_yes_is_not_believed(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])
    clock_of(stack).advance(90)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="get_payment", fault=Fault.STALE, seconds=60)

    answered = confirm(stack, prepared, token)

    assert (answered.status, answered.json()["status"]) == (202, "READY")
    assert "failed" not in facts(stack, prepared)
    assert approval(stack, prepared).state is ApprovalState.CONFIRMED


def test_two_readings_in_one_minute_are_one(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.console.refuse_next("confirm_payment")
    confirm(stack, prepared, token)

    clock_of(stack).advance(10)
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")

    assert approval(stack, prepared).state is ApprovalState.RESERVED


def test_a_refusal_of_a_second_send_says_nothing_about_the_first(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT)
    confirm(stack, prepared, token)
    stack.portone.console.refuse_next("confirm_payment", "INVALID_PAYMENT_TOKEN")
    stack.run_for(MINUTE)
    refused = approval(stack, prepared)

    stack.portone.buyer.pay(prepared["paymentId"])
    stack.run_for(5 * MINUTE)

    assert (refused.state, refused.answered) == (ApprovalState.RESERVED, "invalid_payment_token")
    assert approval(stack, prepared).state is ApprovalState.APPROVED
    assert events_released(stack, prepared) == []


@pytest.mark.parametrize("fault", UNKNOWN)
def test_an_unknown_outcome_is_202_and_finished_by_the_worker(stack: ObservedStack, fault: Fault) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=fault)

    answered = confirm(stack, prepared, token)
    stack.run_for(10 * MINUTE)

    assert answered.status == (200 if fault in SEEN_AT_ONCE else 202)
    assert status(stack, prepared) == "PAID"
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1
    assert approval(stack, prepared).token is None


@pytest.mark.parametrize("fault", UNKNOWN)
def test_ten_minutes_of_unknown_outcomes_end_in_one_charge_or_in_a_release(
    stack: ObservedStack, fault: Fault
) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=fault, times=None)
    confirm(stack, prepared, token)
    stack.run_for(10 * MINUTE)

    stack.portone.clear_faults()
    stack.run_for(30 * MINUTE)

    paid = stack.portone.books()[prepared["paymentId"]].times_paid
    assert approval(stack, prepared).state is (ApprovalState.APPROVED if paid else ApprovalState.FAILED)
    assert (status(stack, prepared) == "PAID", len(events_released(stack, prepared))) == (paid == 1, 1 - paid)


def test_a_resend_keeps_the_key_and_charges_once(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.LATE_COMMIT)
    confirm(stack, prepared, token)
    key = approval(stack, prepared).key

    stack.run_for(10 * MINUTE)

    assert approval(stack, prepared).key == key
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1


def test_beyond_the_key_window_it_only_reads_and_gives_up_after_two_quiet_readings(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    stack.portone.pg.token_life = 24 * HOUR
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=None)
    confirm(stack, prepared, token)
    stack.run_for(2.7 * HOUR)
    stack.portone.clear_faults()
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    stack.run_for(0.1 * HOUR)
    sent = confirms(stack)

    stack.portone.clear_faults()
    stack.run_for(3 * HOUR)

    assert sent == confirms(stack)
    assert events_released(stack, prepared) == ["not_executed"]
    assert stack.portone.books()[prepared["paymentId"]].times_paid == 0


def test_an_outcome_unknown_for_half_an_hour_calls_a_person(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    confirm(stack, prepared, token)

    stack.run_for(40 * MINUTE)

    waiting = stack.staff.get("/ops/attention?kind=unknown").json()["items"]
    assert [each["paymentId"] for each in waiting] == [prepared["paymentId"]]


def test_the_hook_is_asked_before_anything_is_charged(stack: ObservedStack, hook: Any) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token)

    assert answered.status == 200
    assert hook.asked == [(prepared["paymentId"], 1)]
    assert hook.reserved == {(prepared["paymentId"], 1)}


@pytest.mark.parametrize("trouble", ["out", "silent"])
def test_a_no_and_a_timeout_of_the_hook_charge_nothing_and_release_the_try(
    stack: ObservedStack, hook: Any, trouble: str
) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    setattr(hook, trouble, True)

    answered, again = confirm(stack, prepared, token), confirm(stack, prepared, token)

    assert [(each.status, code_of(each)) for each in (answered, again)] == [(409, "out_of_stock")] * 2
    assert facts(stack, prepared)[-3:] == ["approval_reserved", "stock_refused", "approval_released"]
    assert (confirms(stack), len(hook.asked)) == (0, 1)
    assert approval(stack, prepared).token is None


def test_the_hooks_answer_is_stored_before_anything_is_sent(stack: ObservedStack, hook: Any) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stored: list[Any] = []
    stack.portone.before_next("confirm_payment", lambda: stored.append(approval(stack, prepared)))

    confirm(stack, prepared, token)

    assert [(each.state, each.sent_at is not None) for each in stored] == [(ApprovalState.RESERVED, True)]
    assert len(hook.asked) == 1


def test_a_new_try_asks_the_hook_anew(stack: ObservedStack, hook: Any) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, "example-token-nobody-gave")
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token)

    assert answered.status == 200
    assert hook.asked == [(prepared["paymentId"], 1), (prepared["paymentId"], 2)]


@pytest.mark.parametrize("body", [{}, {"paymentToken": ""}, {"paymentToken": "a b"}, {"paymentToken": 1}])
def test_a_body_without_a_usable_token_is_400(stack: ObservedStack, body: dict[str, Any]) -> None:
    prepared = prepare(stack)

    answered = stack.app("user-1").post(f"/payments/{prepared['paymentId']}/confirm", body)

    assert (answered.status, code_of(answered)) == (400, "invalid_request")
    assert held(stack, prepared).approvals == ()
