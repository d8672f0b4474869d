"""Tales of readings that no story has: accounts, charge-backs, easy pay, declines, the audit's list."""

from portone_local.actors.shop import checkout, pay, prepare, put_order, verify
from portone_local.adversary.tale_words import (
    CARD,
    DAY,
    EASY_CARD,
    HOUR,
    More,
    ask_back,
    seconds_pass,
    sold,
)
from portone_local.oracle import ObservedStack
from portone_local.stack.passing import let_pass

SELF_ISSUE = {"self_issue_receipts": "on"}


def account_nobody_pays(stack: ObservedStack) -> None:
    """A virtual account whose time is over."""
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    stack.deliver()
    let_pass(stack, 4 * DAY)


def account_left_alone(stack: ObservedStack) -> None:
    """Two months later."""
    account_nobody_pays(stack)
    let_pass(stack, 60 * DAY)


def deposit_unheard(stack: ObservedStack) -> None:
    """A deposit without a webhook."""
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    stack.deliver()
    stack.portone.buyer.deposit(str(prepared["paymentId"]))
    stack.portone.webhooks.lose()
    let_pass(stack, 2 * HOUR)


def charged_back(stack: ObservedStack) -> None:
    """The issuer takes a part back."""
    payment_id = sold(stack)
    stack.portone.console.chargeback(payment_id, 5_000)
    stack.deliver()


def dispute_settled(stack: ObservedStack) -> None:
    """A dispute is opened and settled."""
    payment_id = sold(stack, method=CARD)
    stack.portone.console.open_dispute(payment_id)
    stack.deliver()
    stack.portone.console.resolve_dispute(payment_id)
    stack.deliver()


def paid_by_easy_pay(stack: ObservedStack) -> None:
    """An easy pay that charged a card, in a shop that issues receipts without a request."""
    put_order(stack, amount={"total": 200_000}, payMethods=["EASY_PAY", "CARD"])
    sold(stack, method=EASY_CARD)
    let_pass(stack, 6 * DAY)


def transfer_unasked(stack: ObservedStack) -> None:
    """A transfer, in a shop that issues receipts without a request."""
    put_order(stack, amount={"total": 200_000}, payMethods=["TRANSFER"])
    sold(stack, method="TRANSFER")
    let_pass(stack, 6 * DAY)


def pending_then_paid(stack: ObservedStack) -> None:
    """The PG takes its time, and no webhook reports its approval."""
    prepared = prepare(stack)
    payment_id = str(prepared["paymentId"])
    stack.portone.buyer.pay_pending(payment_id, checkout(prepared))
    verify(stack, prepared)
    seconds_pass(stack, 5)
    stack.portone.buyer.approve(payment_id)
    stack.deliver()
    verify(stack, prepared)


def declined_twice(stack: ObservedStack) -> None:
    """Two declines of one payment, then it is paid."""
    prepared = prepare(stack)
    for _ in range(2):
        stack.portone.buyer.decline(str(prepared["paymentId"]), checkout(prepared))
        stack.deliver()
        verify(stack, prepared)
    pay(stack, prepared, method=CARD)
    stack.deliver()


def audited_list(stack: ObservedStack) -> None:
    """The audit reads a list of payments that are paid, refunded, and unknown here."""
    sold(stack, "order-1", method=CARD)
    seconds_pass(stack, 2)
    ask_back(stack, sold(stack, "order-2"))
    prepared = prepare(stack, "order-3")
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    refunded = sold(stack, "order-4")
    let_pass(stack, HOUR)
    stack.portone.console.cancel(refunded, 2_000)
    stack.portone.webhooks.lose()
    let_pass(stack, HOUR)
    stack.functions.invoke("Audit", {})
    let_pass(stack, HOUR)


OF_READINGS = (
    More("an account nobody pays into", account_nobody_pays),
    More("an account left alone for two months", account_left_alone),
    More("a deposit nobody tells of", deposit_unheard),
    More("a charge-back", charged_back),
    More("a dispute that is settled", dispute_settled),
    More("a card inside an easy pay", paid_by_easy_pay, settings=SELF_ISSUE),
    More("a transfer nobody wants a receipt for", transfer_unasked, settings=SELF_ISSUE),
    More("pending, then paid", pending_then_paid),
    More("declined twice, then paid", declined_twice),
    More("the audit of a list", audited_list),
)
