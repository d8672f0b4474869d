"""An omitted field proves nothing, timestamps of nodes are no order, every status field is read."""

from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, put_order, seen_by_owner, status, verify
from portone_local.portone import Checkout, Fault
from portone_local.stack.passing import clock_of, let_pass
from tests.support.edited import having, where, without
from tests.support.letters import event, send
from tests.support.refunding import paid, refund
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}


def order_of(stack: UnkindStack, order_id: str = "order-1") -> dict[str, Any]:
    """The order as the shop sees it."""
    shown: dict[str, Any] = stack.shop.get(f"/orders/{order_id}").json()
    return shown


def read_again(stack: UnkindStack, prepared: dict[str, Any]) -> int:
    """An operator has PortOne read; the status of the answer."""
    return stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up").status


def deposited(stack: UnkindStack) -> dict[str, Any]:
    """A virtual account the buyer paid into."""
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.portone.buyer.deposit(prepared["paymentId"])
    verify(stack, prepared)
    stack.deliver()
    return prepared


def stamped(earlier: str, later: str) -> Any:
    """One node stamps what it shows first with a later time than another what it shows afterwards."""

    def change(answer: dict[str, Any]) -> None:
        answer["updatedAt"] = earlier if answer["status"] in {"PAID", "CANCELLED"} else later

    return change


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("45.700Z", "45.900Z"), ("44Z", "45Z"), ("10.000001Z", "59.999999Z")],
)
def test_paid_is_never_older_than_pending_whatever_updated_at_says(
    stack: UnkindStack, earlier: str, later: str
) -> None:
    stack.wire.edited("get_payment", stamped(f"2026-01-02T03:04:{earlier}", f"2026-01-02T03:04:{later}"))
    prepared = prepare(stack)
    stack.portone.buyer.pay_pending(prepared["paymentId"])
    verify(stack, prepared)
    let_pass(stack, MINUTE)

    stack.portone.buyer.approve(prepared["paymentId"])
    verify(stack, prepared)
    let_pass(stack, 10 * MINUTE)

    assert status(stack, prepared) == "PAID"
    assert stack.attention("lagging") == []


@pytest.mark.parametrize("told", ["verify", "webhook", "catch-up"])
def test_a_deposit_counts_although_its_node_is_behind(stack: UnkindStack, told: str) -> None:
    stack.wire.edited("get_payment", stamped("2026-01-02T02:04:45.700Z", "2026-01-02T03:04:45.900Z"))
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.portone.webhooks.switched_on = told == "webhook"
    let_pass(stack, MINUTE)

    stack.portone.buyer.deposit(prepared["paymentId"])
    if told == "verify":
        verify(stack, prepared)
    if told == "catch-up":
        read_again(stack, prepared)
    stack.deliver()

    assert status(stack, prepared) == "PAID"


def test_a_refund_is_seen_although_its_node_is_behind(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", where("CANCELLED", having(updatedAt="2026-01-02T03:00:00.5Z")))

    stack.portone.console.cancel(prepared["paymentId"])
    stack.deliver()

    assert status(stack, prepared) == "CANCELLED"


def test_an_order_declined_and_then_paid_is_paid_whatever_updated_at_says(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])
    verify(stack, prepared)
    stack.wire.edited("get_payment", where("PAID", having(updatedAt="2026-01-02T03:00:00.123456Z")))

    pay(stack, prepared)
    let_pass(stack, 5)
    verify(stack, prepared)

    assert status(stack, prepared) == "PAID"


@pytest.mark.parametrize(
    "told",
    [
        "FAILED",
        "PARTIAL_REFUND_FAILED",
        "COMPLETED",
    ],
)
def test_a_deposit_counts_as_refunded_only_while_its_refund_status_agrees(
    stack: UnkindStack, told: str
) -> None:
    prepared = deposited(stack)
    stack.wire.edited("get_payment", having(method__refundStatus=told))

    refund(stack, prepared, refundAccount=ACCOUNT)
    let_pass(stack, 3 * HOUR)

    done = told == "COMPLETED"
    assert ("refund.succeeded" in stack.events()) is done
    assert (stack.attention("refund-stuck") == []) is done
    assert (stack.counted("RefundStuck") == 0) is done


def test_a_pending_deposit_refund_is_not_reported_as_done(stack: UnkindStack) -> None:
    prepared = deposited(stack)
    stack.wire.edited("get_payment", having(method__refundStatus="PENDING"))

    answer = refund(stack, prepared, refundAccount=ACCOUNT)
    let_pass(stack, 3 * HOUR)
    early = "refund.succeeded" in stack.events()
    stack.wire.undisturbed()
    let_pass(stack, 12 * HOUR)

    assert (answer.status, early) == (202, False)
    assert "refund.succeeded" in stack.events()


def test_the_account_of_a_failed_deposit_refund_can_be_replaced(stack: UnkindStack) -> None:
    prepared = deposited(stack)
    stack.wire.edited("get_payment", having(method__refundStatus="FAILED"))
    refund(stack, prepared, refundAccount=ACCOUNT)
    let_pass(stack, 3 * HOUR)

    shown = seen_by_owner(stack, prepared)

    assert [each["state"] for each in shown["refunds"]] != ["SUCCEEDED"]
    assert stack.attention("refund-stuck") == [prepared["paymentId"]]


LEFT_OUT = {
    "paid at": (without("paidAt"), "paidAt"),
    "method": (without("method"), "payMethod"),
    "receipt": (without("receiptUrl"), "receiptUrl"),
}


@pytest.mark.parametrize("what", list(LEFT_OUT))
@pytest.mark.parametrize("amount", [3_000, None])
def test_a_field_a_reading_leaves_out_stays_known_for_the_same_transaction(
    stack: UnkindStack, what: str, amount: int | None
) -> None:
    edit, shown = LEFT_OUT[what]
    prepared = paid(stack)
    before = seen_by_owner(stack, prepared)
    stack.wire.edited("get_payment", edit)

    wanted: dict[str, Any] = {} if amount is None else {"amount": amount}
    refund(stack, prepared, **wanted)
    let_pass(stack, HOUR)

    after = seen_by_owner(stack, prepared)
    assert after.get(shown) == before[shown]
    assert (order_of(stack)["paidTotal"], after["amount"]["paid"]) == (12_000, 12_000)


def test_a_deposit_refund_still_needs_its_account_when_a_reading_leaves_the_method_out(
    stack: UnkindStack,
) -> None:
    prepared = deposited(stack)
    stack.wire.edited("get_payment", without("method"))
    read_again(stack, prepared)

    answer = refund(stack, prepared, amount=3_000)

    assert (answer.status, answer.json()["error"]["code"]) == (409, "refund_account_required")


def test_a_field_known_of_another_transaction_is_not_used(stack: UnkindStack) -> None:
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.wire.edited("get_payment", where("PAID", without("method")))
    stack.portone.buyer.open_window(prepared["paymentId"], Checkout.from_browser(prepared, method="CARD"))
    stack.portone.buyer.pay(prepared["paymentId"])
    verify(stack, prepared)
    stack.deliver()
    let_pass(stack, MINUTE)

    answer = refund(stack, prepared, amount=3_000)

    assert (answer.status, order_of(stack)["cancelledTotal"]) == (200, 3_000)


TAMPERED: dict[str, dict[str, Any]] = {
    "10 won": {"amount": 10},
    "another currency": {"currency": "USD"},
    "more": {"amount": 13_000},
}


@pytest.mark.parametrize("how", list(TAMPERED))
def test_a_tampered_payment_is_a_mismatch_in_any_status_it_is_first_seen_in(
    stack: UnkindStack, how: str
) -> None:
    prepared = prepare(stack)
    stack.portone.webhooks.switched_on = False
    pay(stack, prepared, tampered=True, **TAMPERED[how])
    stack.portone.console.cancel(prepared["paymentId"])

    verify(stack, prepared)
    let_pass(stack, HOUR)

    told = stack.events(prepared["paymentId"])
    assert ("payment.paid" in told, "payment.mismatch" in told) == (False, True)
    assert order_of(stack)["paidTotal"] == 0 or order_of(stack)["payment"]["status"] == "MISMATCH"


def test_a_tampered_payment_refunded_in_part_is_a_mismatch(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    stack.portone.webhooks.switched_on = False
    pay(stack, prepared, tampered=True, amount=10)
    stack.portone.console.cancel(prepared["paymentId"], 4)

    verify(stack, prepared)
    let_pass(stack, HOUR)

    told = stack.events(prepared["paymentId"])
    assert ("payment.paid" in told, "payment.mismatch" in told) == (False, True)
    assert stack.portone.books()[prepared["paymentId"]].cancelled == 10


@pytest.mark.parametrize("settings", [{"mode": "live"}])
def test_a_test_payment_in_live_mode_is_a_mismatch_although_refunded_before_it_was_seen(
    stack: UnkindStack,
) -> None:
    prepared = prepare(stack)
    stack.portone.webhooks.switched_on = False
    pay(stack, prepared, channel="channel-key-example-test")
    stack.portone.console.cancel(prepared["paymentId"])

    verify(stack, prepared)
    let_pass(stack, HOUR)

    told = stack.events(prepared["paymentId"])
    assert ("payment.paid" in told, "payment.mismatch" in told) == (False, True)


def reported(stack: UnkindStack) -> int:
    """How often a cash receipt was requested."""
    return stack.asked("issue_cash_receipt")


UNSURE = {
    "no inner method": without("method.easyPayMethod"),
    "an inner method nobody knows": having(method__easyPayMethod={"type": "PaymentMethodNew"}),
    "an inner method without a type": having(method__easyPayMethod={}),
    "no method": without("method"),
    "no provider either": without("method.easyPayMethod", "method.provider"),
}


@pytest.mark.parametrize("settings", [{"self_issue_receipts": "on"}])
@pytest.mark.parametrize("what", list(UNSURE))
def test_an_easy_pay_that_may_have_been_a_card_gets_no_automatic_cash_receipt(
    stack: UnkindStack, what: str
) -> None:
    put_order(stack, amount={"total": 120_000}, payMethods=["EASY_PAY"])
    stack.wire.edited("get_payment", UNSURE[what])

    prepared = paid(stack, method="EASY_PAY")
    let_pass(stack, 6 * DAY)

    assert (status(stack, prepared), reported(stack)) == ("PAID", 0)


@pytest.mark.parametrize("settings", [{"self_issue_receipts": "on"}])
def test_a_bank_transfer_gets_its_automatic_cash_receipt(stack: UnkindStack) -> None:
    put_order(stack, amount={"total": 120_000}, payMethods=["TRANSFER"])

    paid(stack, method="TRANSFER")
    let_pass(stack, 6 * DAY)

    assert reported(stack) == 1


REPORTED = {"status": "ISSUED", "issueNumber": "1", "totalAmount": 120_000, "currency": "KRW"}


@pytest.mark.parametrize("settings", [{"self_issue_receipts": "on"}])
@pytest.mark.parametrize("field", ["cashReceipt", "cashReceiptIssuanceStatus"])
def test_a_receipt_issued_by_the_pg_is_not_issued_again_whichever_field_shows_it(
    stack: UnkindStack, field: str
) -> None:
    put_order(stack, amount={"total": 120_000}, payMethods=["TRANSFER"])
    stack.wire.edited("get_payment", without("cashReceipt", "cashReceiptIssuanceStatus"))
    told = {
        "cashReceipt": REPORTED | {"issuedAt": "2026-01-02T03:04:06Z"},
        "cashReceiptIssuanceStatus": "ISSUED",
    }
    stack.wire.edited("get_payment", having(**{field: told[field]}))

    paid(stack, method="TRANSFER")
    let_pass(stack, 6 * DAY)

    assert reported(stack) == 0


def readings_of(stack: UnkindStack, days: float) -> int:
    """How often a payment is read in so many days."""
    before = stack.asked("get_payment")
    let_pass(stack, days * DAY)
    return stack.asked("get_payment") - before


def test_a_virtual_account_without_a_due_date_is_not_read_for_ever(stack: UnkindStack) -> None:
    stack.wire.edited("get_payment", without("method.expiredAt"))
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.run_for(40 * DAY, step=6 * HOUR)

    in_five_days = readings_of(stack, 5)

    assert in_five_days <= 20
    assert status(stack, prepared) == "EXPIRED" or stack.calling()


def test_a_deposit_into_a_virtual_account_without_a_due_date_is_found(stack: UnkindStack) -> None:
    stack.wire.edited("get_payment", without("method.expiredAt"))
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.portone.webhooks.switched_on = False
    stack.run_for(10 * DAY, step=6 * HOUR)

    stack.portone.buyer.deposit(prepared["paymentId"])
    let_pass(stack, DAY)

    assert status(stack, prepared) == "PAID"


def test_a_payment_pending_for_months_raises_an_attention(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.pay_pending(prepared["paymentId"])
    verify(stack, prepared)

    stack.run_for(90 * DAY, step=12 * HOUR)

    assert prepared["paymentId"] in {each for ids in stack.calling().values() for each in ids}
    assert stack.alarmed()


def test_a_payment_pending_for_months_is_found_when_it_is_approved(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.pay_pending(prepared["paymentId"])
    verify(stack, prepared)
    stack.run_for(90 * DAY, step=12 * HOUR)
    stack.portone.webhooks.switched_on = False

    stack.portone.buyer.approve(prepared["paymentId"])
    let_pass(stack, DAY)

    assert (readings_of(stack, 5) <= 20, status(stack, prepared)) == (True, "PAID")


@pytest.mark.parametrize("who", ["owner", "staff", "webhooks"])
def test_a_hint_is_given_up_by_its_age_and_not_by_the_number_of_readings(
    stack: UnkindStack, who: str
) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"])
    let_pass(stack, MINUTE)
    stack.portone.inject(operation="get_payment", fault=Fault.STALE, seconds=90, times=None)
    pay(stack, prepared)
    stack.deliver()

    for number in range(8):
        clock_of(stack).advance(2.5)
        if who == "owner":
            verify(stack, prepared)
        elif who == "staff":
            read_again(stack, prepared)
        else:
            body = event("Transaction.Paid", prepared["paymentId"])
            send(stack, body, webhook_id=f"wh_{number}")
    early = stack.counted("HintGivenUp")
    stack.portone.clear_faults()
    let_pass(stack, 10 * MINUTE)

    assert (early, stack.attention("lagging")) == (0, [])
    assert (status(stack, prepared), stack.counted("HintGivenUp")) == ("PAID", 0)


def show_issued_again(answer: dict[str, Any]) -> None:
    """The bank took the deposit back: the account waits again."""
    if answer["status"] == "PAID":
        answer["status"] = "VIRTUAL_ACCOUNT_ISSUED"
        for name in ("paidAt", "disputes", "receiptUrl", "cashReceiptIssuanceStatus", "pgResponse"):
            answer.pop(name, None)
        answer["amount"] |= {"paid": 0}


def in_the_next_hours(stack: UnkindStack, prepared: dict[str, Any], hours: int = 3) -> None:
    """Somebody looks every ten minutes."""
    for _ in range(6 * hours):
        let_pass(stack, 10 * MINUTE)
        read_again(stack, prepared)


def test_a_deposit_the_bank_took_back_raises_an_attention_and_is_published(stack: UnkindStack) -> None:
    prepared = deposited(stack)
    stack.wire.edited("get_payment", show_issued_again)

    in_the_next_hours(stack, prepared)

    assert stack.attention("deposit-taken-back") == [prepared["paymentId"]]
    assert stack.counted("DepositTakenBack") > 0
    assert [each for each in stack.events() if "taken_back" in each]
    assert status(stack, prepared) == "PAID"


def test_a_webhook_about_a_reissued_account_is_enough_to_find_it(stack: UnkindStack) -> None:
    prepared = deposited(stack)
    stack.wire.edited("get_payment", show_issued_again)

    send(stack, event("Transaction.VirtualAccountIssued", prepared["paymentId"]), webhook_id="wh_back")
    let_pass(stack, 3 * HOUR)

    assert stack.attention("deposit-taken-back") == [prepared["paymentId"]]


@pytest.mark.parametrize("readings", [1, 2])
def test_one_node_that_briefly_shows_the_account_again_raises_no_alarm(
    stack: UnkindStack, readings: int
) -> None:
    prepared = deposited(stack)
    stack.wire.edited("get_payment", show_issued_again, times=readings)

    in_the_next_hours(stack, prepared, hours=1)

    assert (status(stack, prepared), stack.calling()) == ("PAID", {})
    assert [each for each in stack.events() if "taken_back" in each] == []


def test_readings_within_seconds_do_not_prove_that_a_deposit_was_taken_back(stack: UnkindStack) -> None:
    prepared = deposited(stack)
    stack.wire.edited("get_payment", show_issued_again)

    for _ in range(5):
        clock_of(stack).advance(3)
        read_again(stack, prepared)

    assert stack.attention("deposit-taken-back") == []
    assert [each for each in stack.events() if "taken_back" in each] == []
