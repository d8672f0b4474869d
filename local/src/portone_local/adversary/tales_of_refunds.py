"""Tales of refunds that no story has: refused and yet carried out, failing, late, in parts."""

from portone_local.actors.shop import pay, prepare, put_order, verify
from portone_local.adversary.tale_words import ACCOUNT, CARD, DAY, HOUR, MINUTE, More, ask_back, sold
from portone_local.oracle import ObservedStack
from portone_local.portone import CancellationStatus
from portone_local.stack.passing import let_pass


def refused_yet_carried_out(stack: ObservedStack) -> None:
    """The PG refuses and carries it out later; the buyer requests it again meanwhile."""
    payment_id = sold(stack)
    stack.portone.console.refuse_next_cancel(leaves="REQUESTED")
    ask_back(stack, payment_id)
    let_pass(stack, 10 * MINUTE)
    ask_back(stack, payment_id, "refund-2")
    for entry in stack.portone.books()[payment_id].cancellations:
        if entry.status is CancellationStatus.REQUESTED:
            stack.portone.console.settle_cancellation(payment_id, entry.id)
    let_pass(stack, HOUR)


def failed_then_refunded(stack: ObservedStack) -> None:
    """PortOne answers 200 and FAILED; the buyer requests it again."""
    payment_id = sold(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.FAILED)
    ask_back(stack, payment_id)
    let_pass(stack, 10 * MINUTE)
    ask_back(stack, payment_id, "refund-2")


def requested_then_failed(stack: ObservedStack) -> None:
    """A refund that waits for the PG, which refuses in the end."""
    payment_id = sold(stack)
    stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)
    ask_back(stack, payment_id)
    let_pass(stack, 10 * MINUTE)
    [entry] = stack.portone.books()[payment_id].cancellations
    stack.portone.console.settle_cancellation(payment_id, entry.id, succeeded=False)
    let_pass(stack, 2 * HOUR)
    ask_back(stack, payment_id, "refund-2")


def refunded_thrice(stack: ObservedStack) -> None:
    """Two parts and the rest, one of them in PortOne's console."""
    payment_id = sold(stack)
    ask_back(stack, payment_id, "first")
    stack.portone.console.cancel(payment_id, 2_000)
    stack.deliver()
    ask_back(stack, payment_id, "second", amount=1_000)
    stack.staff.post(f"/ops/payments/{payment_id}/cancel", {"refundId": "r", "full": True, "reason": "all"})


def deposit_sent_back(stack: ObservedStack) -> None:
    """A deposit, and its refund to an account, which takes the PG a day."""
    prepared = prepare(stack)
    payment_id = str(prepared["paymentId"])
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    stack.portone.buyer.deposit(payment_id)
    stack.deliver()
    stack.portone.pg.asynchronous = frozenset({"PaymentMethodVirtualAccount"})
    stack.portone.pg.settles_after = DAY
    ask_back(stack, payment_id, refundAccount=ACCOUNT)
    let_pass(stack, 2 * DAY)


def discounted(stack: ObservedStack) -> None:
    """A discounted payment with a tax-free part, refunded in parts."""
    put_order(stack, amount={"total": 12_000, "taxFree": 4_000})
    payment_id = sold(stack, tax_free=4_000, discount=500, method=CARD)
    ask_back(stack, payment_id, taxFreeAmount=1_000)
    ask_back(stack, payment_id, "second", amount=2_000, taxFreeAmount=2_000)


OF_REFUNDS = (
    More("a refund refused by an answer and carried out later", refused_yet_carried_out),
    More("a refund that fails, and another", failed_then_refunded),
    More("a refund that waits and fails, and another", requested_then_failed),
    More("three refunds", refunded_thrice),
    More("a deposit sent back", deposit_sent_back),
    More("refunds of a discounted payment", discounted),
)
