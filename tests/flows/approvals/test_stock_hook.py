"""With a stock hook nothing is charged that is not in stock."""

from typing import Any

import pytest

from portone_local.actors.approver import HOOK, approval, authenticate, code_of, confirm, confirms, facts
from portone_local.actors.shop import prepare
from portone_local.oracle import ObservedStack
from portone_payments.domain.records.instructions import ApprovalState


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Whether the shop has a stock hook: only where a test needs one."""
    return HOOK if "hook" in request.fixturenames else {}


@pytest.fixture
def hook(stack: ObservedStack) -> Any:
    """The shop's stock hook."""
    return stack.ports["stock"]


def test_the_stock_hook_is_called_before_anything_is_charged(stack: ObservedStack, hook: Any) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token)

    assert answered.status == 200
    assert hook.asked == [(prepared["paymentId"], 1)]
    assert hook.reserved == {(prepared["paymentId"], 1)}


@pytest.mark.parametrize("trouble", ["out", "silent"])
def test_a_refusal_and_a_timeout_of_the_hook_charge_nothing_and_release_the_attempt(
    stack: ObservedStack, hook: Any, trouble: str
) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    setattr(hook, trouble, True)

    answered, again = confirm(stack, prepared, token), confirm(stack, prepared, token)

    assert [(each.status, code_of(each)) for each in (answered, again)] == [(409, "out_of_stock")] * 2
    assert facts(stack, prepared)[-3:] == ["approval_reserved", "stock_refused", "approval_released"]
    assert (confirms(stack), len(hook.asked)) == (0, 1)
    assert approval(stack, prepared).token is None


def test_the_hooks_answer_is_stored_before_anything_is_sent(stack: ObservedStack, hook: Any) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stored: list[Any] = []
    stack.portone.before_next("confirm_payment", lambda: stored.append(approval(stack, prepared)))

    confirm(stack, prepared, token)

    assert [(each.state, each.sent_at is not None) for each in stored] == [(ApprovalState.RESERVED, True)]
    assert len(hook.asked) == 1


def test_a_new_attempt_calls_the_hook_again(stack: ObservedStack, hook: Any) -> None:
    prepared = prepare(stack)
    confirm(stack, prepared, "example-token-nobody-gave")
    token = authenticate(stack, prepared)

    answered = confirm(stack, prepared, token)

    assert answered.status == 200
    assert hook.asked == [(prepared["paymentId"], 1), (prepared["paymentId"], 2)]
