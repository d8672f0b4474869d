"""Every schedule of the template is played by `make serve`: at its times, also when the clock is moved."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare
from portone_local.gateway.functions import Handler
from portone_local.gateway.schedules import schedules_of, when
from portone_local.serve.timer import DAY, Timer
from portone_local.stack.stack import START, Stack
from portone_local.template.cloudformation import transformed
from portone_local.twins.clock import MovableClock
from portone_payments.domain.retention.rules import KEPT

HALF_PAST = "cron(30 7,19 * * ? *)"


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def heard(stack: Stack) -> list[tuple[str, float]]:
    """Every invocation from here on: the function, and when by the stack's clock."""
    calls: list[tuple[str, float]] = []

    def around(function: str, handler: Handler) -> Handler:
        def called(event: dict[str, Any], context: Any) -> Any:
            calls.append((function, stack.clock.now()))
            return handler(event, context)

        return called

    stack.functions.around = around
    return calls


def test_every_scheduled_function_runs_when_the_clock_is_moved() -> None:
    scheduled = [
        each["Properties"]["Target"]["Arn"]["Fn::GetAtt"][0]
        for each in transformed()["Resources"].values()
        if "ScheduleExpression" in each.get("Properties", {})
    ]
    with Stack.in_memory() as stack:
        calls = heard(stack)

        Timer(stack).advance(2 * DAY)

    assert {"Sweep", "Audit", "IdentitySweep"} <= set(scheduled)
    assert set(scheduled) <= {function for function, _ in calls}
    assert stack.failures == []


def test_the_audit_runs_at_its_times_of_the_day() -> None:
    with Stack.in_memory() as stack:
        calls = heard(stack)

        Timer(stack).advance(2 * DAY)

    audits = [moment for function, moment in calls if function == "Audit"]
    assert [datetime.fromtimestamp(each).astimezone().utctimetuple()[3:5] for each in audits] == [
        (7, 30),
        (19, 30),
    ] * 2


def test_records_kept_for_five_years_are_gone_when_the_clock_was_moved_that_far() -> None:
    with Stack.in_memory(seed=1) as stack:
        prepared = prepare(stack)
        pay(stack, prepared)
        timer = Timer(stack)
        timer.advance(DAY)
        before = {item["pk"]["S"].partition("#")[0] for item in stack.dump()}

        stack.clock.advance(KEPT - 2 * DAY)  # type: ignore[attr-defined]
        timer.advance(6 * DAY)

        assert {"order", "payment"} <= before
        assert {item["pk"]["S"].partition("#")[0] for item in stack.dump()} <= {"audit"}
        assert stack.failures == []


def test_schedules_run_while_time_passes_by_itself() -> None:
    with Stack.in_memory() as stack:
        assert isinstance(stack.clock, MovableClock)
        timer, calls = Timer(stack), heard(stack)

        for _ in range(24 * 60):
            stack.clock.advance(60)
            timer.beat()

    assert Counter(function for function, _ in calls) == {
        "Sweep": 24 * 60,
        "IdentitySweep": 96,
        "Audit": 2,
        "Retention": 1,
    }


@pytest.mark.parametrize(
    ("expression", "zone", "moment", "next_"),
    [
        ("rate(1 minute)", "UTC", "2026-01-01T00:00:20Z", "2026-01-01T00:01:20Z"),
        ("rate(2 hours)", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T02:00:00Z"),
        (HALF_PAST, "UTC", "2026-01-01T07:29:59Z", "2026-01-01T07:30:00Z"),
        (HALF_PAST, "UTC", "2026-01-01T07:30:00Z", "2026-01-01T19:30:00Z"),
        (HALF_PAST, "UTC", "2026-01-01T19:30:00Z", "2026-01-02T07:30:00Z"),
        ("cron(30 4 * * ? *)", "Asia/Seoul", "2026-01-01T00:00:00Z", "2026-01-01T19:30:00Z"),
        ("cron(0/20 9-17 ? * 2-6 *)", "UTC", "2026-01-02T17:40:00Z", "2026-01-05T09:00:00Z"),
        ("cron(0 0 29 2 ? *)", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
    ],
)
def test_an_expression_says_when_it_fires_next(expression: str, zone: str, moment: str, next_: str) -> None:
    assert when(expression, zone).after(at(moment)) == at(next_)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)",
        "at(2026-01-01T00:00:00)",
        "cron(0 0 L * ? *)",
        "cron(61 0 * * ? *)",
        "cron(0 0 * *)",
    ],
)
def test_an_unsupported_schedule_is_refused_and_not_skipped(expression: str) -> None:
    with pytest.raises(ValueError, match=r"local stack|out of range"):
        when(expression)


def test_a_schedule_of_another_kind_is_refused_and_not_skipped() -> None:
    rule = {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 minute)"}}

    with pytest.raises(ValueError, match="Nightly"):
        schedules_of({"Resources": {"Nightly": rule}})


def test_a_disabled_schedule_does_not_run() -> None:
    off = {"Type": "AWS::Scheduler::Schedule", "Properties": {"ScheduleExpression": "x", "State": "DISABLED"}}

    assert schedules_of({"Resources": {"Nightly": off}}) == ()


def test_a_timer_starts_frequent_schedules_first_and_waits_for_a_time_of_the_day() -> None:
    with Stack.in_memory() as stack:
        calls = heard(stack)

        Timer(stack).beat()

    assert sorted(calls) == [("IdentitySweep", START), ("Sweep", START)]
