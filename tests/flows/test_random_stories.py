"""Whatever buyer, app, staff, console and faults do in whatever order: afterwards the oracle is content."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portone_local.actors.shop import ask_to_prepare, checkout, prepare, verify
from portone_local.oracle import ObservedStack, assert_clean, converge
from portone_local.portone import CancellationStatus, Fault, Refused, Unknowns

DAY = 24 * 3600
type Step = Callable[[ObservedStack, dict[str, Any]], object]


def buyer(act: str, **changes: Any) -> Step:
    def step(stack: ObservedStack, prepared: dict[str, Any]) -> object:
        window = (
            (checkout(prepared, **changes),)
            if act in {"open_window", "pay", "pay_pending", "decline"}
            else ()
        )
        return getattr(stack.portone.buyer, act)(prepared["paymentId"], *window)

    return step


def console(amount: int | None, status: CancellationStatus = CancellationStatus.SUCCEEDED) -> Step:
    def step(stack: ObservedStack, prepared: dict[str, Any]) -> None:
        stack.portone.console.cancel(prepared["paymentId"], amount, status=status)
        stack.deliver()

    return step


def fault(which: Fault, times: int) -> Step:
    return lambda stack, _: stack.portone.inject(operation="get_payment", fault=which, times=times)


STEPS: dict[str, Step] = {
    "open": buyer("open_window"),
    "pay": buyer("pay"),
    "pay_tampered": buyer("pay", amount=1, tampered=True),
    "pay_without_channel": buyer("pay", channel=None),
    "get_account": buyer("pay", method="VIRTUAL_ACCOUNT"),
    "deposit": buyer("deposit"),
    "decline": buyer("decline"),
    "wait_for_pg": buyer("pay_pending"),
    "pg_approves": buyer("approve"),
    "pg_refuses": buyer("refuse"),
    "refund_part": console(100),
    "refund_all": console(None),
    "ask_refund": console(50, CancellationStatus.REQUESTED),
    "verify": verify,
    "prepare": lambda stack, _: ask_to_prepare(stack),
    "catch_up": lambda stack, prepared: stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up"),
    "deliver": lambda stack, _: stack.deliver(),
    "lose": lambda stack, prepared: stack.portone.webhooks.lose() if watched(stack, prepared) else None,
    "down": fault(Fault.HTML_502, 3),
    "lag": fault(Fault.LAGGING, 2),
    "forget": fault(Fault.NOT_FOUND, 1),
    "a_minute": lambda stack, _: stack.run_for(60),
    "an_hour": lambda stack, _: stack.run_for(3600, step=600),
    "four_days": lambda stack, _: stack.run_for(4 * DAY, step=3600),
}


def watched(stack: ObservedStack, prepared: dict[str, Any]) -> bool:
    """Three days after its expiry an unpaid payment is let go (rule 4.1): from then on webhooks count."""
    held = stack.ports["store"].payment(prepared["paymentId"])
    return held.due_at is not None


def tell(stack: ObservedStack, story: list[str]) -> None:
    prepared = prepare(stack)
    for name in story:
        try:
            STEPS[name](stack, prepared)
        except Refused:  # PortOne would not let them
            continue
        prepared = latest(stack, prepared)


def latest(stack: ObservedStack, prepared: dict[str, Any]) -> dict[str, Any]:
    """The payment the app would go on with."""
    items = stack.app("user-1").get("/payments").json()["items"]
    return prepared | {"paymentId": items[0]["paymentId"]}


@pytest.mark.parametrize("unknowns", ["defaults", "all_turned"])
@given(story=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=12))
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_story_ends_in_agreement_with_portone(unknowns: str, story: list[str]) -> None:
    switches = Unknowns.all_settings()[unknowns]
    with ObservedStack.in_memory(seed=1, unknowns=switches) as stack:
        tell(stack, story)

        stack.portone.clear_faults()
        if converge(stack) >= 15 * 60:
            stack.run_for(DAY, step=600)

        assert_clean(stack, answers=stack.answers, hurt=stack.hurt)
