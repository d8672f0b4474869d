"""Repeatable commands about orders and payments, one more at each call."""

from http import HTTPStatus

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import ask_to_prepare, checkout, prepare, put_order, verify
from portone_local.actors.subscribers import (
    key_saved,
)
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.stack.passing import clock_of
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.filling import Act
from tests.support.receipts import cancel as cancel_receipt
from tests.support.receipts import issue as issue_receipt
from tests.support.receipts import paid as paid_by_transfer
from tests.support.refunding import paid, refund

OK = HTTPStatus.OK
MINUTE, HOUR = 60, 3600
LONG = "변" * 90


def refunds(stack: ObservedStack) -> Act:
    """An owner wants one won back."""
    prepared = paid(stack)
    return lambda number: refund(stack, prepared, f"refund-{number}", amount=1, reason=LONG)


def refused_refunds(stack: ObservedStack) -> Act:
    """An owner wants one won back, and the PG refuses."""
    prepared = paid(stack)

    def act(number: int) -> Response:
        stack.portone.console.refuse_next_cancel(leaves="FAILED")
        answer = refund(stack, prepared, f"refund-{number}", amount=1)
        stack.run_for(MINUTE)
        return answer

    return act


def refunds_by_staff(stack: ObservedStack) -> Act:
    """A careless member of staff gives back a won at a time."""
    path = f"/ops/payments/{paid(stack)['paymentId']}/cancel"
    return lambda n: stack.staff.post(path, {"refundId": f"refund-{n}", "amount": 1, "reason": "goodwill"})


def approvals(stack: ObservedStack) -> Act:
    """A payment authenticated anew and declined each time."""
    prepared = prepare(stack)

    def act(_: int) -> Response:
        token = authenticate(stack, prepared)
        stack.portone.console.refuse_next("confirm_payment", leaves="FAILED")
        answer = confirm(stack, prepared, token)
        stack.run_for(MINUTE)
        return answer

    return act


def invented_approvals(stack: ObservedStack) -> Act:
    """A token that PortOne never gave."""
    prepared = prepare(stack)
    return lambda number: confirm(stack, prepared, f"invented-{number}")


def charges(stack: ObservedStack) -> Act:
    """An order charged to a saved card that is declined each time."""
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.portone.pg.decline(times=None)

    def act(number: int) -> Response:
        answer = charge(stack, payment_id, f"charge-{number}")
        stack.run_for(MINUTE)
        return answer

    return act


def prepares(stack: ObservedStack) -> Act:
    """The same order prepared under a fresh key each time."""
    put_order(stack)
    return lambda number: ask_to_prepare(stack, key=f"client-key-{number:06}")


def orders(stack: ObservedStack) -> Act:
    """The shop stores an order anew."""
    return lambda number: put_order(stack, name=f"모자 {number}")


def declines(stack: ObservedStack) -> Act:
    """A buyer is declined, and the app verifies."""
    prepared = prepare(stack)

    def act(_: int) -> Response:
        stack.portone.buyer.decline(prepared["paymentId"], checkout(prepared))
        stack.deliver()
        return verify(stack, prepared)

    return act


def webhooks(stack: ObservedStack) -> Act:
    """PortOne sends the same webhook under a fresh id each time."""
    prepared = paid(stack)
    known = stack.portone.books()[prepared["paymentId"]].transaction_ids[-1]
    data = {"paymentId": prepared["paymentId"], "storeId": stack.portone.store_id, "transactionId": known}

    def act(_: int) -> None:
        stack.portone.webhooks.emit("Transaction.Paid", data)
        stack.deliver()

    return act


def promises(stack: ObservedStack) -> Act:
    """PortOne sends webhooks about cancellations no reading ever shows."""
    prepared = paid(stack)
    data = {"paymentId": prepared["paymentId"], "storeId": stack.portone.store_id, "transactionId": "none"}

    def act(number: int) -> None:
        told = data | {"cancellationId": f"cancellation-{number}"}
        stack.portone.webhooks.emit("Transaction.PartialCancelled", told)
        stack.deliver()

    return act


def receipts(stack: ObservedStack) -> Act:
    """A receipt issued and cancelled."""
    prepared = paid_by_transfer(stack)

    def act(_: int) -> Response:
        answer = issue_receipt(stack, prepared)
        cancel_receipt(stack, prepared)
        stack.run_for(MINUTE)
        return answer

    return act


def declined_refunds(stack: ObservedStack) -> Act:
    """A large refund one member of staff requests and another declines."""
    path = f"/staff/payments/{paid(stack)['paymentId']}"

    def act(number: int) -> Response:
        body = {"refundId": f"refund-{number}", "amount": 5_000, "reason": LONG}
        stack.staff_app.post(f"{path}/cancel", body)
        return stack.second_staff_app.post(f"{path}/refunds/refund-{number}/approve", {"approve": False})

    return act


def lapsed_offers(stack: ObservedStack) -> Act:
    """The same order prepared again each time its offer has ended."""
    put_order(stack)

    def act(number: int) -> Response:
        clock_of(stack).advance(61 * MINUTE)
        return ask_to_prepare(stack, key=f"client-key-{number:06}")

    return act


def readings(stack: ObservedStack) -> Act:
    """The app verifies again and again."""
    prepared = prepare(stack)

    def act(_: int) -> Response:
        clock_of(stack).advance(3)
        return verify(stack, prepared)

    return act
