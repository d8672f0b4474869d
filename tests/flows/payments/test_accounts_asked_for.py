"""An automatic refund of a payment without a known method: its buyer may give an account for it."""

from collections.abc import Iterator

import pytest

from portone_local.stack.passing import let_pass
from portone_local.stories.refunds import ACCOUNT
from portone_local.stories.world import MINUTE, USER, World
from tests.support.edited import having, without
from tests.support.unkind import UnkindStack, unkind


@pytest.fixture(params=["left_out", "unheard_of"])
def stack(request: pytest.FixtureRequest) -> Iterator[UnkindStack]:
    hidden = without("method") if request.param == "left_out" else having(method={"type": "PaymentMethodNew"})
    with unkind() as unkind_stack:
        unkind_stack.wire.edited("get_payment", hidden)
        yield unkind_stack


def wrong_deposit(stack: UnkindStack) -> str:
    world = World(stack)
    payment_id = world.ready()
    world.pay(payment_id, method="VIRTUAL_ACCOUNT", amount=1_000, tampered=True)
    stack.portone.buyer.deposit(payment_id)
    stack.deliver()
    return payment_id


def asked_for(stack: UnkindStack, payment_id: str) -> list[str]:
    shown = stack.app(USER).get(f"/payments/{payment_id}").json()["refunds"]
    return [each["refundId"] for each in shown if each["state"] == "AWAITING_ACCOUNT"]


def named(stack: UnkindStack, payment_id: str, refund_id: str) -> int:
    return stack.app(USER).put(f"/payments/{payment_id}/refunds/{refund_id}/account", ACCOUNT).status


def cancelled(stack: UnkindStack, payment_id: str) -> int:
    return stack.portone.books()[payment_id].cancelled


def test_a_refund_account_may_be_given_before_anything_was_sent(stack: UnkindStack) -> None:
    payment_id = wrong_deposit(stack)

    answer = named(stack, payment_id, "mismatch")

    assert (answer, cancelled(stack, payment_id)) == (200, 1_000)


def test_a_refund_account_is_requested_once_the_refund_was_refused_without_one(stack: UnkindStack) -> None:
    payment_id = wrong_deposit(stack)
    let_pass(stack, 5 * MINUTE)

    assert asked_for(stack, payment_id) == ["mismatch:2"]
    named(stack, payment_id, "mismatch:2")
    assert cancelled(stack, payment_id) == 1_000


def test_a_refused_refund_account_is_requested_again_at_once(stack: UnkindStack) -> None:
    payment_id = wrong_deposit(stack)
    let_pass(stack, 5 * MINUTE)
    stack.wire.refuse("cancel_payment", "INVALID_REQUEST", times=1)
    named(stack, payment_id, "mismatch:2")
    let_pass(stack, 5 * MINUTE)

    assert asked_for(stack, payment_id) == ["mismatch:3"]
