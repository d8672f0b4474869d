"""One refusal of us stops all containers and operations; of a former store, that store alone (rule 10.13)."""

from collections.abc import Callable, Iterator

import pytest

from portone_local.actors.people import id_of, messages, press, sent, start, typed
from portone_local.actors.shop import ask_to_prepare, put_order
from portone_local.actors.subscribers import (
    CHARGE,
    key_deleted,
    key_issued,
    key_saved,
    key_started,
    plan_stored,
    registered,
    subscribe,
)
from portone_local.gateway.messages import Response
from portone_local.portone import EXAMPLE_SUB_STORE, Fault
from portone_local.stack.passing import let_pass
from portone_payments.flows.shared.stops_heard import FRESH
from tests.support.charging import charge, prepared
from tests.support.receipts import issue as issue_receipt
from tests.support.receipts import paid as paid_in_cash
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.unkind import UnkindStack, unkind

MINUTE = 60


@pytest.fixture
def stack() -> Iterator[UnkindStack]:
    with unkind() as opened:
        yield opened


def stop_all(stack: UnkindStack) -> None:
    """One container is refused; seconds later the others know."""
    refused = paid(stack, "order-9")
    stack.portone.inject(operation="cancel_payment", fault=Fault.UNAUTHORIZED)
    refund(stack, refused, "refund-1", amount=1_000)
    let_pass(stack, FRESH + 1)


def _charge(stack: UnkindStack) -> Callable[[], Response]:
    key_saved(stack, "user-1")
    payment_id = prepared(stack, order_id="order-2")
    return lambda: charge(stack, payment_id)


def _subscribe(stack: UnkindStack) -> Callable[[], Response]:
    key_saved(stack)
    plan_stored(stack)
    return lambda: subscribe(stack)


def _receipt(stack: UnkindStack) -> Callable[[], Response]:
    cash = paid_in_cash(stack)
    return lambda: issue_receipt(stack, cash)


def _prepare(stack: UnkindStack) -> Callable[[], Response]:
    put_order(stack, "order-2")
    return lambda: ask_to_prepare(stack, "order-2")


def _delete(stack: UnkindStack) -> Callable[[], Response]:
    billing_key_id = key_saved(stack)
    return lambda: key_deleted(stack, billing_key_id)


def _confirm_key(stack: UnkindStack) -> Callable[[], Response]:
    billing_key_id = key_started(stack)
    told = key_issued(stack, billing_key_id, manual=True)
    return lambda: registered(stack, billing_key_id, told)


DOORS = {
    "pay_with_billing_key": (_charge, 503),
    "issue_cash_receipt": (_receipt, 503),
    "pre_register": (_prepare, 503),
    "confirm_billing_key": (_confirm_key, 503),
    # kept, and carried out once PortOne knows us again
    "delete_billing_key": (_delete, 202),
}


@pytest.mark.parametrize("operation", list(DOORS))
def test_a_stop_in_one_container_stops_all_containers(stack: UnkindStack, operation: str) -> None:
    scene, expected = DOORS[operation]
    act = scene(stack)
    stop_all(stack)
    before = stack.asked(operation)

    answer = act()

    assert (answer.status, stack.asked(operation)) == (expected, before)
    assert expected != 503 or answer.json()["error"]["code"] == "provider_refused"


def test_a_subscription_started_during_a_stop_is_charged_once_the_stop_ends(stack: UnkindStack) -> None:
    act = _subscribe(stack)
    stop_all(stack)

    answer = act()
    meanwhile = stack.asked(CHARGE)
    let_pass(stack, 40 * MINUTE)

    assert answer.status in {200, 202}
    assert (meanwhile, stack.asked(CHARGE)) == (0, 1)


def test_a_former_store_that_refuses_us_stops_nobody_else(stack: UnkindStack) -> None:
    old = paid(stack)
    stack.operated(store_id=EXAMPLE_SUB_STORE)
    new = paid(stack, "order-2")
    stack.portone.inject(operation="cancel_payment", fault=Fault.UNAUTHORIZED)

    waits = refund(stack, old, "refund-1", amount=1_000)
    goes = refund(stack, new, "refund-2", amount=1_000)

    assert (waits.status, goes.status) == (202, 200)
    assert (cancelled_at_portone(stack, old), cancelled_at_portone(stack, new)) == (0, 1_000)
    let_pass(stack, 40 * MINUTE)
    assert cancelled_at_portone(stack, old) == 1_000


@pytest.mark.parametrize("operation", ["send", "resend", "confirm"])
def test_no_verification_message_is_sent_while_sending_is_stopped(stack: UnkindStack, operation: str) -> None:
    verification_id = sent(stack)
    stop_all(stack)
    before, told = messages(stack), {"send": typed(), "resend": None, "confirm": {"otp": "000000"}}

    answer = press(stack, verification_id, operation, told[operation])

    assert messages(stack) == before
    # the same button twice sends no second message anyway
    assert operation == "send" or answer.json()["error"]["code"] == "provider_refused"


def test_a_refusal_of_a_verification_message_stops_payments_too(stack: UnkindStack) -> None:
    verification_id = id_of(start(stack, provider="DANAL"))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.UNAUTHORIZED)

    refused = press(stack, verification_id, "send", typed())
    put_order(stack)
    prepared_then = ask_to_prepare(stack)

    assert (refused.status, prepared_then.status, stack.asked("pre_register")) == (503, 503, 0)
