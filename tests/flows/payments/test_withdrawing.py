"""The shop withdraws an order: nothing is offered any more, and later payments are refunded."""

from typing import Any

import pytest

from portone_local.actors.shop import (
    ask_to_prepare,
    pay,
    prepare,
    put_order,
    seen_by_owner,
    seen_by_staff,
    status,
    verify,
)
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.twins.dynamo import undisturbed
from tests.support.billing_app import put_parts, save_key, schedule
from tests.support.charging import charge
from tests.support.scheduling import BALANCE, DEPOSIT, scheduled

HOUR = 3600
DAY = 24 * HOUR
ACCOUNT = {"bank": "SHINHAN", "number": "110-000-000000", "holderName": "Example Buyer"}
WHO = "shop:iam:user/shop-backend"


def withdraw(stack: ObservedStack, order_id: str = "order-1") -> Response:
    return stack.shop.delete(f"/orders/{order_id}")


def code(refused: Response) -> tuple[int, str]:
    return refused.status, refused.json()["error"]["code"]


def issued(stack: ObservedStack) -> dict[str, Any]:
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    return prepared


def lines(stack: ObservedStack, prepared: dict[str, Any]) -> list[dict[str, Any]]:
    shown = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up").json()
    history: list[dict[str, Any]] = shown["history"]
    return history


def facts(stack: ObservedStack, prepared: dict[str, Any]) -> list[str]:
    return [line["fact"] for line in lines(stack, prepared)]


def test_the_history_records_who_withdrew_the_order(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    withdraw(stack)

    assert [line["by"] for line in lines(stack, prepared) if line["fact"] == "withdrawn"] == [WHO]


def test_an_order_without_a_payment_is_withdrawn(stack: ObservedStack) -> None:
    put_order(stack)

    gone = withdraw(stack)

    assert (gone.status, gone.json()["payment"]) == (200, None)
    assert gone.json()["withdrawnAt"] == stack.shop.get("/orders/order-1").json()["withdrawnAt"]
    assert gone.json()["withdrawnBy"] == WHO
    assert code(ask_to_prepare(stack)) == (409, "order_withdrawn")
    assert code(put_order(stack)) == (409, "order_withdrawn")


def test_withdrawing_twice_answers_the_same(stack: ObservedStack) -> None:
    issued(stack)

    first = withdraw(stack)
    stack.run_for(60)
    again = withdraw(stack)

    assert first.status == again.status == 200
    assert first.json() == again.json()


@pytest.mark.parametrize("order_id", ["no-such-order", "impossible%20id"])
def test_an_unknown_order_is_not_found(stack: ObservedStack, order_id: str) -> None:
    assert code(withdraw(stack, order_id)) == (404, "order_not_found")


def test_a_prepared_payment_is_no_longer_offered(stack: ObservedStack) -> None:
    prepared = prepare(stack, key="key-1")

    withdraw(stack)

    assert status(stack, prepared) == "EXPIRED"
    assert code(ask_to_prepare(stack, key="key-1")) == (409, "order_withdrawn")
    assert code(ask_to_prepare(stack, user="user-2")) == (404, "order_not_found")


def test_withdrawing_closes_a_waiting_account(stack: ObservedStack) -> None:
    prepared = issued(stack)

    gone = withdraw(stack)

    assert gone.status == 200
    assert stack.portone.books()[prepared["paymentId"]].state == "FAILED"
    assert status(stack, prepared) == "EXPIRED"


def test_a_payment_after_the_withdrawal_is_refunded_and_published(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    withdraw(stack)
    stack.run_for(60)

    pay(stack, prepared)
    verify(stack, prepared)
    called = seen_by_staff(stack, "late")
    stack.run_for(HOUR)

    assert [each["paymentId"] for each in called] == [prepared["paymentId"]]
    assert status(stack, prepared) == "CANCELLED"
    assert [each["subject"] for each in seen_by_staff(stack, "late")[0]["attentions"]] == ["order"]
    assert {"withdrawn", "paid_though_withdrawn", "refund_succeeded"} <= set(facts(stack, prepared))
    assert "paid" not in facts(stack, prepared)


def test_a_deposit_after_the_withdrawal_waits_for_its_account_and_is_refunded(stack: ObservedStack) -> None:
    stack.portone.pg.closes_accounts = False
    prepared = issued(stack)

    gone = withdraw(stack)
    stack.portone.buyer.deposit(prepared["paymentId"])
    stack.run_for(2 * HOUR)
    waiting = seen_by_owner(stack, prepared)["refunds"]
    stack.app("user-1").put(f"/payments/{prepared['paymentId']}/refunds/withdrawn/account", ACCOUNT)
    stack.run_for(HOUR)
    [sent] = seen_by_owner(stack, prepared)["refunds"]

    assert gone.status == 200
    assert [each["state"] for each in waiting] == ["AWAITING_ACCOUNT"]
    assert sent["state"] in {"SUCCEEDED", "REQUESTED"}


def test_an_account_issued_after_the_withdrawal_is_closed_too(stack: ObservedStack) -> None:
    prepared = issued(stack)
    withdraw(stack)
    stack.run_for(60)

    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    stack.run_for(HOUR)

    assert stack.portone.books()[prepared["paymentId"]].state == "FAILED"
    assert status(stack, prepared) in {"FAILED", "EXPIRED"}


def test_a_paid_order_is_not_withdrawn_although_no_webhook_arrived(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)

    refused = withdraw(stack)

    assert code(refused) == (409, "order_already_paid")
    assert refused.json()["error"]["details"] == {"paymentId": prepared["paymentId"]}
    assert status(stack, prepared) == "PAID"


def test_a_refunded_order_may_be_withdrawn(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    stack.portone.console.cancel(prepared["paymentId"])
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")

    assert withdraw(stack).status == 200
    assert code(ask_to_prepare(stack)) == (409, "order_withdrawn")


def test_nothing_is_withdrawn_while_portone_does_not_answer(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.inject(operation="get_payment", fault=Fault.RESET_BEFORE_COMMIT, times=2)

    refused = withdraw(stack)

    assert code(refused) == (503, "provider_unavailable")
    assert int(refused.headers["retry-after"]) >= 1
    assert prepare(stack)["paymentId"] == prepared["paymentId"]


def test_nothing_is_withdrawn_while_a_charge_has_no_outcome(stack: ObservedStack) -> None:
    save_key(stack)
    prepared = prepare(stack)
    stack.portone.inject(operation="pay_with_billing_key", fault=Fault.RESET_AFTER_COMMIT)
    stack.portone.inject(operation="get_payment", fault=Fault.RESET_BEFORE_COMMIT)
    charged = charge(stack, prepared["paymentId"])

    refused = withdraw(stack)
    stack.run_for(HOUR)

    assert (charged.status, code(refused)) == (202, (409, "order_payment_under_way"))
    assert int(refused.headers["retry-after"]) >= 1
    assert status(stack, prepared) == "PAID"
    assert code(withdraw(stack)) == (409, "order_already_paid")


def test_closing_is_requested_again_while_it_has_no_outcome(stack: ObservedStack) -> None:
    prepared = issued(stack)
    stack.portone.inject(operation="close_virtual_account", fault=Fault.RESET_BEFORE_COMMIT, times=2)

    gone = withdraw(stack)
    stack.run_for(HOUR)

    assert (gone.status, gone.json()["statusUrl"]) == (202, "/orders/order-1")
    assert stack.portone.books()[prepared["paymentId"]].state == "FAILED"
    assert withdraw(stack).status == 200


def test_an_order_paid_between_reading_and_storing_is_not_withdrawn(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    table = stack.ports["store"].table

    def paid_meanwhile(operation: str, call: Any) -> Any:
        if operation == "TransactWriteItems":
            table.around = undisturbed
            pay(stack, prepared)
            stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")
        return call()

    table.around = paid_meanwhile

    assert code(withdraw(stack)) == (409, "order_already_paid")
    assert status(stack, prepared) == "PAID"


def test_an_order_prepared_between_reading_and_storing_is_withdrawn_with_its_payment(
    stack: ObservedStack,
) -> None:
    put_order(stack)
    table = stack.ports["store"].table
    prepared: list[dict[str, Any]] = []

    def prepared_meanwhile(operation: str, call: Any) -> Any:
        if operation in {"PutItem", "TransactWriteItems"}:
            table.around = undisturbed
            prepared.append(prepare(stack))
        return call()

    table.around = prepared_meanwhile

    assert withdraw(stack).status == 200
    assert status(stack, prepared[0]) == "EXPIRED"


def test_a_paid_older_account_of_the_order_is_refunded(stack: ObservedStack) -> None:
    stack.portone.pg.closes_accounts = False
    old = issued(stack)
    stack.run_for(3 * DAY + 2 * HOUR, step=HOUR)
    prepare(stack)

    withdraw(stack)
    stack.portone.buyer.deposit(old["paymentId"])
    stack.run_for(DAY + HOUR, step=HOUR)

    assert "paid_though_withdrawn" in facts(stack, old)


def test_an_order_in_parts_with_a_paid_part_is_not_withdrawn(stack: ObservedStack) -> None:
    save_key(stack)
    part = scheduled(stack)

    refused = withdraw(stack)

    assert code(refused) == (409, "order_already_paid")
    assert stack.app("user-1").get(f"/subscriptions/{part}").json()["status"] == "ACTIVE"


def test_withdrawing_an_order_ends_an_unpaid_schedule(stack: ObservedStack) -> None:
    save_key(stack)
    later = {"dueAt": "2026-01-20T03:00:00Z"}
    put_parts(stack, DEPOSIT | later, BALANCE)
    begun = schedule(stack).json()["subscriptionId"]

    gone = withdraw(stack)
    stack.run_for(40 * DAY, step=HOUR)

    assert (gone.status, gone.json()["outstandingTotal"]) == (200, 0)
    assert stack.app("user-1").get(f"/subscriptions/{begun}").json()["status"] == "ENDED"
    assert stack.portone.books() == {}


def test_a_withdrawn_order_is_not_paid_in_parts(stack: ObservedStack) -> None:
    save_key(stack)
    put_parts(stack, DEPOSIT, BALANCE)
    withdraw(stack)

    assert code(schedule(stack)) == (409, "order_withdrawn")
