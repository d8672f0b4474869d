"""The core stories of payments, played on a stack one after the other."""
# ruff: noqa: D103 - a story is described by its name

from collections.abc import Callable
from contextlib import suppress

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import USER, ask_to_prepare, checkout, pay, prepare, put_order, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import CancellationStatus, Fault, Refused

MINUTE = 60

HOUR = 60 * MINUTE

type Story = Callable[[ObservedStack], object]


def card(stack: ObservedStack) -> None:
    pay(stack, prepare(stack))
    stack.deliver()


def card_with_an_exempt_part(stack: ObservedStack) -> None:
    put_order(stack, amount={"total": 12_000, "taxFree": 2_000})
    pay(stack, prepare(stack), tax_free=2_000, discount=500)
    stack.deliver()


def verified(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)


def nobody_told_us(stack: ObservedStack) -> None:
    pay(stack, prepare(stack))
    stack.portone.webhooks.lose()
    stack.run_for(15 * MINUTE)


def window_left_open(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"], checkout(prepared))
    verify(stack, prepared)


def nobody_paid(stack: ObservedStack) -> None:
    prepare(stack)
    stack.run_for(8 * HOUR, step=10 * MINUTE)


def virtual_account(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    stack.deliver()
    verify(stack, prepared)
    stack.portone.buyer.deposit(prepared["paymentId"])
    stack.deliver()


def declined_then_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"], checkout(prepared))
    verify(stack, prepared)
    pay(stack, prepare(stack))
    stack.deliver()


def waiting_for_the_pg(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.pay_pending(prepared["paymentId"], checkout(prepared))
    verify(stack, prepared)
    stack.portone.buyer.approve(prepared["paymentId"])
    stack.deliver()


def tampered(stack: ObservedStack) -> None:
    pay(stack, prepare(stack), amount=100, tampered=True)
    stack.deliver()


def tampered_virtual_account(stack: ObservedStack) -> None:
    pay(stack, prepare(stack), amount=100, tampered=True, method="VIRTUAL_ACCOUNT")
    stack.deliver()
    stack.run_for(15 * MINUTE)


def refunded_in_parts(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.deliver()
    path = f"payments/{prepared['paymentId']}/cancel"
    stack.app(USER).post(f"/{path}", {"refundId": "part", "amount": 1_000, "reason": "too big"})
    stack.staff.post(f"/ops/{path}", {"refundId": "rest", "full": True, "reason": "too small"})


def cancelled_in_parts(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.console.cancel(prepared["paymentId"], 2_000)
    stack.deliver()
    # where PortOne rounded the part's VAT up the rest may be refused, which is the console's affair
    with suppress(Refused):
        stack.portone.console.cancel(prepared["paymentId"])
    stack.deliver()


def cancellation_that_waits(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.console.cancel(prepared["paymentId"], status=CancellationStatus.REQUESTED)
    stack.deliver()
    stack.run_for(2 * HOUR, step=10 * MINUTE)


def disputed(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.console.open_dispute(prepared["paymentId"])
    stack.deliver()


def approved_by_hand(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, "example-token-nobody-gave")
    confirm(stack, prepared, authenticate(stack, prepared))


def account_approved_by_hand(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, authenticate(stack, prepared, method="VIRTUAL_ACCOUNT"))
    stack.deliver()


def cash_receipt_that_follows_a_refund(stack: ObservedStack) -> None:
    put_order(stack, amount={"total": 12_000, "taxFree": 2_000}, payMethods=["TRANSFER"])
    prepared = prepare(stack)
    pay(stack, prepared, method="TRANSFER", tax_free=2_000)
    stack.deliver()
    path = f"/payments/{prepared['paymentId']}"
    body = {"type": "PERSONAL", "identityNumber": "010-0000-0000"}
    stack.app(USER).post(f"{path}/cash-receipt", body)
    part = {"refundId": "part", "amount": 1_000, "taxFreeAmount": 0, "reason": "too big"}
    stack.app(USER).post(f"{path}/cancel", part)
    stack.run_for(30 * MINUTE)
    stack.app(USER).post(f"{path}/cash-receipt", body)
    stack.staff.post(f"/ops{path}/cash-receipt/cancel", {})


def audited(stack: ObservedStack) -> None:
    card(stack)
    stack.run_for(HOUR, step=10 * MINUTE)
    stack.functions.invoke("Audit", {})


def two_devices(stack: ObservedStack) -> None:
    phone, laptop = prepare(stack, platform="ios"), prepare(stack, platform="web")
    pay(stack, phone)
    verify(stack, laptop)
    ask_to_prepare(stack)


def foreign_payment(stack: ObservedStack) -> None:
    stack.portone.buyer.pay("somebodyelses1", checkout(prepare(stack), custom_data=None))
    stack.deliver()


def portone_breaks(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    for fault in (Fault.HTML_500, Fault.TRUNCATED_JSON, Fault.TIMEOUT_AFTER_COMMIT, Fault.OUTSTANDING):
        stack.portone.inject(operation="pre_register", fault=fault)
        ask_to_prepare(stack)
    pay(stack, prepared)
    stack.portone.inject(operation="get_payment", fault=Fault.LAGGING)
    stack.deliver()
    stack.run_for(5 * MINUTE)


STORIES: tuple[Story, ...] = (
    card,
    card_with_an_exempt_part,
    verified,
    nobody_told_us,
    window_left_open,
    nobody_paid,
    virtual_account,
    declined_then_paid,
    waiting_for_the_pg,
    tampered,
    tampered_virtual_account,
    refunded_in_parts,
    cancelled_in_parts,
    cancellation_that_waits,
    approved_by_hand,
    account_approved_by_hand,
    cash_receipt_that_follows_a_refund,
    audited,
    disputed,
    two_devices,
    foreign_payment,
    portone_breaks,
)
