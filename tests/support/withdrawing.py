"""The shop withdraws an order, and what must be true of it in the end."""

from typing import Any

from portone_local.actors.shop import USER, ask_to_prepare
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.stack.passing import let_pass

ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}
DAY, TOTAL = 24 * 3600, 12_000
OK, REFUSED = 2, 4


def withdraw(stack: ObservedStack, order_id: str = "order-1") -> Response:
    """The shop takes it back."""
    return stack.shop.delete(f"/orders/{order_id}")


def kept(stack: ObservedStack, *payment_ids: str) -> int:
    """Minor units that were paid and not refunded, of these payments or of all."""
    books = stack.portone.books()
    chosen = [books[each] for each in payment_ids if each in books] if payment_ids else books.values()
    return sum(book.paid - book.cancelled for book in chosen if book.times_paid)


def accounts_given(stack: ObservedStack, payment_id: str, user: str = USER) -> None:
    """The buyer names an account for each refund that waits for one."""
    shown = stack.app(user).get(f"/payments/{payment_id}").json()
    for each in shown.get("refunds", []):
        if each["state"] == "AWAITING_ACCOUNT":
            path = f"/payments/{payment_id}/refunds/{each['refundId']}/account"
            stack.app(user).put(path, ACCOUNT)


def days_later(stack: ObservedStack, payment_ids: list[str]) -> None:
    """Everything that was begun is over, with the accounts it needs."""
    for _ in range(3):
        let_pass(stack, DAY)
        for payment_id in payment_ids:
            accounts_given(stack, payment_id)
    let_pass(stack, DAY)


def told_wrong(
    stack: ObservedStack, first: Response, payment_ids: list[str], order_id: str = "order-1"
) -> dict[str, Any]:
    """What differs in the end from the answer to the shop; nothing, where all is well.

    Withdrawn is withdrawn: nothing is kept and nothing more can be paid. Refused as paid is paid.
    """
    last = withdraw(stack, order_id)
    money = kept(stack, *payment_ids)
    asked = ask_to_prepare(stack, order_id)
    wrong = {
        "withdrawn and kept": last.status // 100 == OK and money != 0,
        "withdrawn and offered": last.status // 100 == OK and asked.status // 100 != REFUSED,
        "refused and not paid": last.status // 100 == REFUSED and money != TOTAL,
        "neither": last.status // 100 not in {OK, REFUSED},
        "taken back": first.status // 100 == OK and last.status // 100 != OK,
        "paid twice": money > TOTAL,
    }
    return {name: (first.status, last.status, money) for name, so in wrong.items() if so}
