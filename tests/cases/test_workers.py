"""A worker whose every job fails is seen within minutes; one with a wrong clock stops no charge."""

from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare
from portone_local.actors.subscribers import CHARGE, key_saved, plan_stored, subscribe
from portone_local.portone import Fault
from portone_local.twins.clock import Clock
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


class Broken:
    """A port nothing can be done with, as after a release that forgot something."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


class Wrong:
    """A clock that is off by so many seconds."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds

    def now(self) -> float:
        """Epoch seconds, off."""
        return self._clock.now() + self._seconds

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return self._clock.monotonic()


def run_elsewhere(stack: UnkindStack, function: str, times: int | None = None, **ports: Any) -> None:
    """Invocations of a function go to containers with other ports, the next `times` of them or all."""
    others = stack.containers(**ports)
    left = [times]

    def around(name: str, handler: Any) -> Any:
        if name != function or left[0] == 0:
            return handler
        left[0] = None if left[0] is None else left[0] - 1
        return lambda event, _context: others.invoke(name, event)

    stack.functions.around = around


def watched(stack: UnkindStack, metric: str) -> float:
    """Seconds within which an alarm of the template notices a metric; infinite without one."""
    alarms = [
        each["Properties"]
        for each in stack.template["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Alarm" and each["Properties"].get("MetricName") == metric
    ]
    periods = [float(each["Period"]) * float(each.get("EvaluationPeriods", 1)) for each in alarms]
    return min(periods, default=float("inf"))


def due_work(stack: UnkindStack) -> None:
    """Payments that only a worker can find."""
    stack.portone.webhooks.switched_on = False
    for number in range(3):
        pay(stack, prepare(stack, f"order-{number}"))


def due_charges(stack: UnkindStack) -> None:
    """First charges that did not arrive: their workers have to send them again."""
    plan_stored(stack)
    for number in range(3):
        to_be_sent_again(stack, f"user-{number}")


@pytest.mark.parametrize(
    ("function", "port", "due"),
    [
        ("Work", "portone", due_work),
        ("Work", "store", due_work),
        ("Charges", "portone", due_charges),
        ("Charges", "vault", due_charges),
    ],
)
def test_a_worker_whose_every_job_fails_is_seen_within_five_minutes(
    stack: UnkindStack, function: str, port: str, due: Any
) -> None:
    due(stack)
    broken: dict[str, Any] = {port: Broken()}
    run_elsewhere(stack, function, **broken)

    stack.run_for(12 * MINUTE)

    assert stack.counted("JobFailed") > 0
    assert watched(stack, "JobFailed") <= 5 * MINUTE


def test_a_worker_without_trouble_counts_no_failed_job(stack: UnkindStack) -> None:
    due_work(stack)

    stack.run_for(30 * MINUTE)

    assert stack.counted("JobFailed") == 0


def charged(stack: UnkindStack) -> int:
    """How many payments PortOne took money for."""
    return sum(book.times_paid for book in stack.portone.books().values())


def to_be_sent_again(stack: UnkindStack, user: str) -> None:
    """A first charge that did not arrive: its worker has to send it again."""
    key_saved(stack, user)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)
    subscribe(stack, user)


@pytest.mark.parametrize(
    ("function", "off"),
    [
        ("Sweep", HOUR),
        ("Sweep", DAY),
        ("Sweep", -HOUR),
        ("Sweep", -DAY),
        ("Charges", HOUR),
        ("Charges", -HOUR),
    ],
)
def test_charges_continue_whatever_the_clock_of_one_container_says(
    stack: UnkindStack, function: str, off: int
) -> None:
    plan_stored(stack)
    to_be_sent_again(stack, "user-1")
    run_elsewhere(stack, function, times=2, clock=Wrong(stack.clock, off))
    stack.run_for(3 * MINUTE)

    to_be_sent_again(stack, "user-2")
    to_be_sent_again(stack, "user-3")
    stack.run_for(10 * MINUTE)

    assert charged(stack) >= 2
    assert max(book.times_paid for book in stack.portone.books().values()) == 1


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_a_customer_swept_with_a_wrong_clock_is_charged_within_the_hour(stack: UnkindStack, off: int) -> None:
    plan_stored(stack)
    to_be_sent_again(stack, "user-1")
    run_elsewhere(stack, "Sweep", times=2, clock=Wrong(stack.clock, off))

    stack.run_for(HOUR + 10 * MINUTE)

    assert charged(stack) == 1
