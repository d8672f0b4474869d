"""Cash receipts: one stands for what remains paid, whatever fails, and the number it is for is forgotten."""

import json
from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone import TEST_CHANNEL, Fault
from portone_local.portone.books import ReceiptBook
from portone_local.testing.approving import code_of, facts, held
from portone_local.testing.shopping import pay, prepare, put_order, seen_by_staff, verify
from portone_payments.ports import Deadline, Metric
from portone_payments.ports_portone import ReceiptOrder

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR
NUMBER = "010-9876-5432"
DIGITS = NUMBER.replace("-", "")
WISH = {"type": "PERSONAL", "identityNumber": NUMBER}
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


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Self-issue is off unless a test asks for it."""
    return {"self_issue_receipts": "on"} if "self_issue" in request.fixturenames else {}


@pytest.fixture
def self_issue() -> None:
    """The shop reports unasked."""


def paid(
    stack: ObservedStack, method: Any = "TRANSFER", total: int = 12_000, tax_free: int = 0
) -> dict[str, Any]:
    """A payment that was paid and read."""
    methods = ["CARD", "VIRTUAL_ACCOUNT", "TRANSFER"]
    put_order(stack, amount={"total": total, "taxFree": tax_free}, payMethods=methods)
    prepared = prepare(stack)
    pay(stack, prepared, method=method)
    verify(stack, prepared)
    return prepared


def issue(stack: ObservedStack, prepared: dict[str, Any], body: Any = WISH, user: str = "user-1") -> Response:
    return stack.app(user).post(f"/payments/{prepared['paymentId']}/cash-receipt", body)


def cancel(stack: ObservedStack, prepared: dict[str, Any]) -> Response:
    return stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cash-receipt/cancel", {})


def read(stack: ObservedStack, prepared: dict[str, Any]) -> Response:
    return stack.app("user-1").get(f"/payments/{prepared['paymentId']}/cash-receipt")


def refund(stack: ObservedStack, prepared: dict[str, Any], amount: int, refund_id: str = "r1") -> Response:
    body = {"refundId": refund_id, "amount": amount, "reason": "one too many"}
    return stack.app("user-1").post(f"/payments/{prepared['paymentId']}/cancel", body)


def receipts(stack: ObservedStack, prepared: dict[str, Any]) -> tuple[ReceiptBook, ...]:
    """What PortOne has booked, oldest first."""
    return stack.portone.books()[prepared["paymentId"]].cash_receipts


def standing(stack: ObservedStack, prepared: dict[str, Any]) -> list[int]:
    """The amounts of the receipts that stand at PortOne."""
    return [each.amount for each in receipts(stack, prepared) if each.cancelled_at is None]


def calls(stack: ObservedStack, operation: str) -> int:
    return [call.operation for call in stack.portone.calls()].count(operation)


def test_a_receipt_is_issued_for_what_was_paid(stack: ObservedStack) -> None:
    prepared = paid(stack, total=12_000, tax_free=2_000)

    answered = issue(stack, prepared)

    shown = answered.json()
    assert (answered.status, shown["state"], shown["amount"], shown["taxFreeAmount"]) == (
        200,
        "ISSUED",
        12_000,
        2_000,
    )
    [booked] = receipts(stack, prepared)
    assert (booked.amount, booked.tax_free, booked.issue_number) == (12_000, 2_000, shown["issueNumber"])
    assert read(stack, prepared).json() == shown


def test_staff_issues_for_a_buyer_who_phones(stack: ObservedStack) -> None:
    prepared = paid(stack)

    answered = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cash-receipt", WISH)

    assert (answered.status, len(receipts(stack, prepared))) == (200, 1)


def test_the_number_is_sealed_while_it_is_needed_and_said_nowhere(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="issue_cash_receipt", fault=Fault.RESET_BEFORE_COMMIT)
    answered = issue(stack, prepared)
    waiting, dumped = held(stack, prepared).receipts[-1], json.dumps(stack.dump())

    stack.run_for(5 * MINUTE)

    said = "".join(
        [dumped, *stack.logs, *stack.ports["queue"].bodies, *stack.metrics, answered.body.decode()]
    )
    assert waiting.identity is not None
    assert held(stack, prepared).receipts[-1].identity is None
    assert not any(number in said for number in (NUMBER, DIGITS))
    assert standing(stack, prepared) == [12_000]


def test_asking_twice_is_one_receipt(stack: ObservedStack) -> None:
    prepared = paid(stack)
    first = issue(stack, prepared)

    again = issue(stack, prepared)

    assert (again.status, again.body) == (first.status, first.body)
    assert calls(stack, "issue_cash_receipt") == 1


def test_a_second_click_while_the_first_is_under_way_sends_nothing(stack: ObservedStack) -> None:
    prepared = paid(stack)
    inside: list[Response] = []
    stack.portone.before_next("issue_cash_receipt", lambda: inside.append(issue(stack, prepared)))

    answered = issue(stack, prepared)

    assert [(each.status, each.json()["state"]) for each in inside] == [(202, "UNKNOWN")]
    assert (answered.status, len(receipts(stack, prepared))) == (200, 1)


def test_another_kind_needs_the_first_to_be_cancelled(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)
    corporate = {"type": "CORPORATE", "identityNumber": "123-45-67890"}

    refused = issue(stack, prepared, corporate)
    cancelled = cancel(stack, prepared)
    issued = issue(stack, prepared, corporate)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_exists")
    assert (cancelled.status, cancelled.json()["state"]) == (200, "CANCELLED")
    assert (issued.status, standing(stack, prepared)) == (200, [12_000])


@pytest.mark.parametrize(
    ("method", "reason"), [("CARD", "not_cash"), ({"type": "PaymentMethodMobile"}, "not_cash")], ids=str
)
def test_no_receipt_for_what_was_not_paid_in_cash(stack: ObservedStack, method: Any, reason: str) -> None:
    prepared = paid(stack, method=method)

    refused = issue(stack, prepared)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_not_allowed")
    assert refused.json()["error"]["details"] == {"reason": reason}
    assert calls(stack, "issue_cash_receipt") == 0


def test_no_receipt_before_the_money_is_there(stack: ObservedStack) -> None:
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")

    refused = issue(stack, prepared)

    assert refused.json()["error"]["details"] == {"reason": "not_paid"}


def test_nobody_issues_or_reads_for_another_user_and_owners_do_not_cancel(stack: ObservedStack) -> None:
    prepared = paid(stack)
    path = f"/payments/{prepared['paymentId']}/cash-receipt"

    foreign = [issue(stack, prepared, user="user-2"), stack.app("user-2").get(path)]
    pretended = stack.app("user-1").post(f"/staff{path}/cancel", {})

    assert [(each.status, code_of(each)) for each in foreign] == [(404, "payment_not_found")] * 2
    assert (pretended.status, code_of(pretended)) == (403, "forbidden")
    assert receipts(stack, prepared) == ()


def test_without_a_receipt_there_is_nothing_to_read_or_cancel(stack: ObservedStack) -> None:
    prepared = paid(stack)

    answered = [read(stack, prepared), cancel(stack, prepared)]

    assert [(each.status, code_of(each)) for each in answered] == [(404, "cash_receipt_not_found")] * 2


@pytest.mark.parametrize("number", ["", "010", "abc-defg-hijk", "0" * 25])
def test_a_number_that_cannot_be_one_is_400(stack: ObservedStack, number: str) -> None:
    prepared = paid(stack)

    refused = issue(stack, prepared, {"type": "PERSONAL", "identityNumber": number})

    assert (refused.status, code_of(refused)) == (400, "invalid_request")


@pytest.mark.parametrize("fault", UNKNOWN)
def test_an_issue_without_an_answer_is_finished_by_the_worker(stack: ObservedStack, fault: Fault) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="issue_cash_receipt", fault=fault)

    answered = issue(stack, prepared)
    stack.run_for(10 * MINUTE)

    assert answered.status in {200, 202}
    assert standing(stack, prepared) == [12_000]
    assert read(stack, prepared).json()["state"] == "ISSUED"


@pytest.mark.parametrize("fault", UNKNOWN)
def test_ten_minutes_without_answers_end_in_one_receipt_or_in_none(
    stack: ObservedStack, fault: Fault
) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="issue_cash_receipt", fault=fault, times=None)
    issue(stack, prepared)
    stack.run_for(10 * MINUTE)

    stack.portone.clear_faults()
    stack.run_for(30 * MINUTE)

    state = read(stack, prepared).json()["state"]
    assert standing(stack, prepared) == ([12_000] if state == "ISSUED" else [])
    assert state in {"ISSUED", "FAILED"}


@pytest.mark.parametrize("fault", UNKNOWN)
def test_a_cancel_without_an_answer_is_finished_by_the_worker(stack: ObservedStack, fault: Fault) -> None:
    prepared = paid(stack)
    issue(stack, prepared)
    stack.portone.inject(operation="cancel_cash_receipt", fault=fault)

    answered = cancel(stack, prepared)
    stack.run_for(15 * MINUTE)

    assert answered.status in {200, 202}
    assert standing(stack, prepared) == []
    assert read(stack, prepared).json()["state"] == "CANCELLED"


def test_a_receipt_somebody_issued_before_is_adopted(stack: ObservedStack) -> None:
    prepared = paid(stack)
    order = ReceiptOrder(
        identity="0100000000",
        kind="PERSONAL",
        amount=12_000,
        tax_free=0,
        currency="KRW",
        order_name="모자",
        channel_key=str(TEST_CHANNEL.key),
    )
    deadline = Deadline.after(stack.clock, 20)
    stack.ports["portone"].issue_cash_receipt(
        prepared["paymentId"], order, key="example-key-of-another-system", deadline=deadline
    )

    answered = issue(stack, prepared)

    [booked] = receipts(stack, prepared)
    assert (answered.status, answered.json()["issueNumber"]) == (200, booked.issue_number)


def test_a_receipt_whose_answer_was_lost_is_found_again(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="issue_cash_receipt", fault=Fault.RESET_AFTER_COMMIT)
    stack.portone.inject(operation="get_cash_receipt", fault=Fault.RESET_BEFORE_COMMIT)
    issue(stack, prepared)

    stack.run_for(10 * MINUTE)

    [booked] = receipts(stack, prepared)
    assert read(stack, prepared).json()["issueNumber"] == booked.issue_number


def test_a_receipt_nobody_hears_of_calls_a_person_until_it_is_known(stack: ObservedStack) -> None:
    prepared = paid(stack)
    for operation in ("issue_cash_receipt", "get_cash_receipt"):
        stack.portone.inject(operation=operation, fault=Fault.HTML_504, times=None)
    issue(stack, prepared)

    stack.run_for(25 * MINUTE)
    early = stack.metrics.get(Metric.RECEIPT_UNKNOWN, 0)
    stack.run_for(15 * MINUTE)
    waiting = seen_by_staff(stack, "receipt")
    stack.portone.clear_faults()
    stack.run_for(15 * MINUTE)

    assert (early, [each["paymentId"] for each in waiting]) == (0, [prepared["paymentId"]])
    assert stack.metrics[Metric.RECEIPT_UNKNOWN] >= 1
    assert seen_by_staff(stack, "receipt") == []


def test_a_refusal_is_told_and_the_number_forgotten(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next("issue_cash_receipt", "INVALID_REQUEST")

    refused = issue(stack, prepared)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_failed")
    assert refused.json()["error"]["details"] == {"reason": "invalid_request"}
    assert held(stack, prepared).receipts[-1].identity is None


def test_after_a_refusal_it_may_be_asked_for_again(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next("issue_cash_receipt", "INVALID_REQUEST")
    issue(stack, prepared)

    answered = issue(stack, prepared)

    assert (answered.status, standing(stack, prepared)) == (200, [12_000])


def test_a_pg_refusal_is_believed_after_two_readings(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next("issue_cash_receipt")
    answered = issue(stack, prepared)

    stack.run_for(5 * MINUTE)

    assert answered.status == 202
    assert (read(stack, prepared).json()["state"], read(stack, prepared).json()["code"]) == (
        "FAILED",
        "pg_provider",
    )
    assert calls(stack, "issue_cash_receipt") == 1


def test_a_pg_refusal_that_issued_all_the_same_is_issued(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next("issue_cash_receipt", leaves="ISSUED")

    answered = issue(stack, prepared)

    assert (answered.status, answered.json()["state"]) == (200, "ISSUED")


@pytest.mark.parametrize("voids", [True, False], ids=["pg_voids", "pg_keeps"])
def test_a_full_refund_leaves_no_receipt_standing(stack: ObservedStack, voids: bool) -> None:  # noqa: FBT001 - a case
    prepared = paid(stack)
    stack.portone.pg.voids_receipts = voids
    issue(stack, prepared)

    refund(stack, prepared, 12_000)
    stack.run_for(30 * MINUTE)

    assert standing(stack, prepared) == []
    assert read(stack, prepared).json()["state"] == "CANCELLED"
    assert "cash_receipt_missing" not in facts(stack, prepared)
    assert calls(stack, "cancel_cash_receipt") == (0 if voids else 1)


def test_after_a_partial_refund_the_old_receipt_goes_and_a_new_one_is_asked_for(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)

    refund(stack, prepared, 5_000)
    stack.run_for(30 * MINUTE)
    missing = standing(stack, prepared), facts(stack, prepared)[-1]
    answered = issue(stack, prepared)

    assert missing == ([], "cash_receipt_missing")
    assert (answered.status, standing(stack, prepared)) == (200, [7_000])


def test_a_receipt_is_not_touched_until_the_pg_had_time_to_do_it(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)

    refund(stack, prepared, 5_000)
    stack.run_for(8 * MINUTE)

    assert standing(stack, prepared) == [12_000]
    assert calls(stack, "cancel_cash_receipt") == 0


def test_a_correction_the_pg_refuses_is_tried_again_the_next_day(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)
    stack.portone.console.refuse_next("cancel_cash_receipt")
    refund(stack, prepared, 12_000)
    stack.run_for(60 * MINUTE)
    first = standing(stack, prepared)

    stack.run_for(25 * HOUR, step=10 * MINUTE)

    assert (first, standing(stack, prepared)) == ([12_000], [])
    assert calls(stack, "cancel_cash_receipt") == 2


def test_nobody_is_reported_unasked_by_default(stack: ObservedStack) -> None:
    prepared = paid(stack, total=100_000)

    stack.run_for(6 * DAY, step=HOUR)

    assert receipts(stack, prepared) == ()
    assert held(stack, prepared).receipt_due is None


@pytest.mark.parametrize(("total", "expected"), [(99_999, []), (100_000, [100_000])])
@pytest.mark.usefixtures("self_issue")
def test_what_nobody_asked_for_is_reported_within_five_days(
    stack: ObservedStack, total: int, expected: list[int]
) -> None:
    prepared = paid(stack, total=total)
    stack.run_for(4 * DAY - HOUR, step=HOUR)
    early = standing(stack, prepared)

    stack.run_for(DAY, step=HOUR)

    assert (early, standing(stack, prepared)) == ([], expected)


@pytest.mark.usefixtures("self_issue")
def test_what_the_buyer_asked_for_is_not_reported_again(stack: ObservedStack) -> None:
    prepared = paid(stack, total=100_000)
    issue(stack, prepared)

    stack.run_for(6 * DAY, step=HOUR)

    assert len(receipts(stack, prepared)) == 1


@pytest.mark.usefixtures("self_issue")
def test_a_receipt_nobody_asked_for_follows_a_partial_refund_by_itself(stack: ObservedStack) -> None:
    prepared = paid(stack, total=200_000)
    stack.run_for(5 * DAY, step=HOUR)

    refund(stack, prepared, 150_000)
    stack.run_for(30 * MINUTE)

    assert standing(stack, prepared) == [50_000]
    assert read(stack, prepared).json()["selfIssued"] is True


@pytest.mark.usefixtures("self_issue")
def test_reporting_unasked_gives_up_after_five_refusals(stack: ObservedStack) -> None:
    prepared = paid(stack, total=100_000)
    stack.portone.console.refuse_next("issue_cash_receipt", "INVALID_REQUEST", times=99)

    stack.run_for(12 * DAY, step=HOUR)

    assert calls(stack, "issue_cash_receipt") == 5
    assert held(stack, prepared).receipt_due is None


@pytest.mark.usefixtures("self_issue")
def test_a_number_given_after_reporting_unasked_is_not_swallowed(stack: ObservedStack) -> None:
    prepared = paid(stack, total=100_000)
    stack.run_for(5 * DAY, step=HOUR)

    refused = issue(stack, prepared)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_exists")


def test_a_cancel_that_failed_is_told_and_the_receipt_still_stands(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)
    stack.portone.console.refuse_next("cancel_cash_receipt", "INVALID_REQUEST")

    refused, again = cancel(stack, prepared), issue(stack, prepared)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_failed")
    assert (again.status, again.json()["state"], standing(stack, prepared)) == (200, "ISSUED", [12_000])
