"""A stop is known to every container, those of the API too: one refused request per ten minutes in all."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import prepare, put_order
from portone_local.actors.subscribers import CHARGE, key_deleted, key_saved, plan_stored, subscribe
from portone_local.stack.passing import clock_of
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.receipts import issue
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
CREDENTIAL = ("UNAUTHORIZED", "FORBIDDEN")
SEVERAL = 6

type Ask = Callable[[], object]


def refunds(stack: UnkindStack) -> list[Ask]:
    """Owners of several payments want a part back."""
    ready = [paid(stack, f"refund-{number}") for number in range(SEVERAL)]
    return [lambda each=each: refund(stack, each, amount=3_000) for each in ready]  # type: ignore[misc]


def refunds_by_staff(stack: UnkindStack) -> list[Ask]:
    """Staff refunds several payments."""
    ready = [paid(stack, f"by-staff-{number}")["paymentId"] for number in range(SEVERAL)]
    body = {"refundId": "by-hand", "amount": 3_000, "reason": "goodwill"}
    return [lambda each=each: stack.staff.post(f"/ops/payments/{each}/cancel", body) for each in ready]  # type: ignore[misc]


def approvals(stack: UnkindStack) -> list[Ask]:
    """Several buyers authenticated."""
    stack.portone.pg.token_life = DAY
    ready = [prepare(stack, f"approval-{number}") for number in range(SEVERAL)]
    tokens = [authenticate(stack, each) for each in ready]
    return [
        lambda each=each, token=token: confirm(stack, each, token)  # type: ignore[misc]
        for each, token in zip(ready, tokens, strict=True)
    ]


def charges(stack: UnkindStack) -> list[Ask]:
    """Several orders are charged to a saved method."""
    key_saved(stack)
    ready = [prepared_id(stack, order_id=f"charge-{number}") for number in range(SEVERAL)]
    return [lambda each=each: charge(stack, each) for each in ready]  # type: ignore[misc]


def first_charges(stack: UnkindStack) -> list[Ask]:
    """Several customers subscribe."""
    plan_stored(stack)
    users = [f"user-{number}" for number in range(SEVERAL)]
    for user in users:
        key_saved(stack, user)
    return [lambda each=each: subscribe(stack, each) for each in users]  # type: ignore[misc]


def deletions(stack: UnkindStack) -> list[Ask]:
    """Several customers delete a saved method."""
    users = [f"user-{number}" for number in range(SEVERAL)]
    ready = [(key_saved(stack, user), user) for user in users]
    return [lambda key=key, user=user: key_deleted(stack, key, user) for key, user in ready]  # type: ignore[misc]


def receipts(stack: UnkindStack) -> list[Ask]:
    """A buyer wants several cash receipts."""
    ready = [paid_by_transfer(stack, f"receipt-{number}") for number in range(SEVERAL)]
    return [lambda each=each: issue(stack, each) for each in ready]  # type: ignore[misc]


def paid_by_transfer(stack: UnkindStack, order_id: str) -> dict[str, Any]:
    """An order paid by bank transfer."""
    put_order(stack, order_id, payMethods=["TRANSFER"])
    return paid(stack, order_id, method="TRANSFER")


STOPPED: dict[str, tuple[str, Callable[[UnkindStack], list[Ask]]]] = {
    "refunds": ("cancel_payment", refunds),
    "refunds by staff": ("cancel_payment", refunds_by_staff),
    "approvals": ("confirm_payment", approvals),
    "charges": (CHARGE, charges),
    "first charges": (CHARGE, first_charges),
    "deletions": ("delete_billing_key", deletions),
    "receipts": ("issue_cash_receipt", receipts),
}


def each_in_a_container_of_its_own(stack: UnkindStack, asks: list[Ask]) -> None:
    """Every request meets a container that has just started."""
    for ask in asks:
        stack.functions.restart()
        ask()
        clock_of(stack).advance(20)


def refused_in_all(stack: UnkindStack) -> int:
    """How many mutations PortOne refused."""
    reads = ("get_", "list_")
    return sum(times for operation, times in stack.wire.refused.items() if not operation.startswith(reads))


@pytest.mark.parametrize(
    "what",
    list(STOPPED),
)
@pytest.mark.parametrize("kind", CREDENTIAL)
def test_a_stop_found_by_one_container_applies_to_containers_that_start_later(
    stack: UnkindStack, what: str, kind: str
) -> None:
    operation, ready = STOPPED[what]
    asks = ready(stack)
    stack.wire.refuse(operation, kind)

    each_in_a_container_of_its_own(stack, asks)

    assert refused_in_all(stack) <= 2


@pytest.mark.parametrize("kind", CREDENTIAL)
def test_a_stop_found_by_one_operation_applies_to_all_others(stack: UnkindStack, kind: str) -> None:
    asks = [ready(stack)[0] for _, ready in STOPPED.values() if ready is not first_charges]
    for operation, _ in STOPPED.values():
        stack.wire.refuse(operation, kind)

    each_in_a_container_of_its_own(stack, asks)

    assert refused_in_all(stack) <= 2


def test_containers_running_side_by_side_learn_of_a_stop_within_a_minute(stack: UnkindStack) -> None:
    others = [stack.containers() for _ in range(5)]
    asks = refunds(stack)
    charging = charges(stack)
    inner = stack.functions.around
    turn = [0]

    def around(name: str, _handler: Any) -> Any:
        turn[0] += 1
        other = others[turn[0] % len(others)]
        return lambda event, _context: other.invoke(name, event)

    stack.functions.around = around
    stack.wire.refuse("cancel_payment", "UNAUTHORIZED")
    stack.wire.refuse(CHARGE, "UNAUTHORIZED")
    for ask in [*asks, *charging]:
        ask()
        clock_of(stack).advance(MINUTE / 4)
    stack.functions.around = inner

    assert refused_in_all(stack) <= 2


@pytest.mark.parametrize("what", list(STOPPED))
def test_a_stop_ends_for_every_container_with_one_accepted_request(stack: UnkindStack, what: str) -> None:
    operation, ready = STOPPED[what]
    asks = ready(stack)
    stack.wire.refuse(operation, "UNAUTHORIZED")
    each_in_a_container_of_its_own(stack, asks)
    done = stack.asked(operation)
    stack.wire.undisturbed()

    stack.run_for(11 * MINUTE)
    each_in_a_container_of_its_own(stack, asks)
    stack.run_for(4 * HOUR, step=2 * MINUTE)

    assert stack.asked(operation) - done >= SEVERAL
    assert stack.calling() == {}


def test_every_container_learns_of_a_channel_portone_does_not_find(stack: UnkindStack) -> None:
    asks = charges(stack)
    other = paid(stack, "order-beside")
    stack.wire.refuse(CHARGE, "CHANNEL_NOT_FOUND")

    each_in_a_container_of_its_own(stack, asks)
    answer = refund(stack, other, amount=3_000)

    assert refused_in_all(stack) <= 2
    assert (answer.status, cancelled_at_portone(stack, other)) == (200, 3_000)


def test_one_probe_is_sent_every_ten_minutes_during_a_stop_whoever_asks(stack: UnkindStack) -> None:
    asks = [*charges(stack), *refunds(stack)]
    stack.wire.refuse(CHARGE, "UNAUTHORIZED")
    stack.wire.refuse("cancel_payment", "UNAUTHORIZED")

    for _ in range(6):
        each_in_a_container_of_its_own(stack, asks)
        stack.tick()
        stack.run_for(6 * MINUTE)

    assert refused_in_all(stack) <= 9
