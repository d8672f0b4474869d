"""Gathers what the oracle judges by from a stack."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus

from portone_local.gateway.polling import MemorySource
from portone_local.oracle.alarms import Alarms
from portone_local.oracle.ends import without_ended
from portone_local.oracle.evidence import Answered, Charge, Confirm, Evidence
from portone_local.oracle.table import (
    listed_in,
    payments_in,
    read,
    spilled_in,
    subscriptions_in,
    wallets_in,
)
from portone_local.portone import Call
from portone_local.stack.stack import Stack
from portone_local.template import cloudformation as template
from portone_local.twins.tables import MemoryQueue
from portone_payments.domain.records.payments import ClientRequest, Order
from portone_payments.domain.records.webhooks import UnmatchedWebhook


def gather(stack: Stack, *, answers: Iterable[Answered] = (), hurt: bool = False) -> Evidence:
    """The evidence a stack offers, its stream read; `hurt` when anything but PortOne was made to fail."""
    stack.publish()
    items = stack.dump()
    records, unreadable = read(items)
    written = [json.dumps(item, ensure_ascii=False) for item in items]
    chosen = template.environment(stack.template, "receive_webhook")
    given, calls = tuple(answers), stack.portone.calls()
    return without_ended(
        Evidence(
            now=stack.clock.now(),
            books=stack.portone.books(),
            orders={record.order_id: record for record in records if isinstance(record, Order)},
            payments=payments_in(records),
            subscriptions=subscriptions_in(records),
            wallets=wallets_in(records),
            requests=tuple(record for record in records if isinstance(record, ClientRequest)),
            unmatched={
                record.webhook_id: record for record in records if isinstance(record, UnmatchedWebhook)
            },
            spilled=spilled_in(items),
            sent=tuple(stack.portone.webhooks.sent),
            texts=_texts(stack, given),
            dump="\n".join(written),
            longest=max(map(len, written), default=0),
            statuses=tuple(_statuses(stack.logs)),
            answers=given,
            failures=tuple((function, type(error).__name__) for function, error in stack.failures),
            published=tuple(stack.bus.published),
            confirms=tuple(_confirms(calls)),
            charges=tuple(_charges(calls)),
            keys=tuple(stack.portone.billing_books().keys.values()),
            agreed=frozenset(hook.agreed) if (hook := stack.ports.get("stock")) else None,
            store_id=chosen["STORE_ID"],
            live=chosen["MODE"] == "live",
            hurt=hurt or any(call.fault for call in calls),
            items=tuple(items),
            unreadable=tuple(unreadable),
            readings=_readings(calls),
            alarms=Alarms(stack.template, stack.ports["meter"].moments),
            operations=tuple(getattr(stack, "operations", ())),
            listed=listed_in(items),
            settings=template.environment(stack.template, "subscribe"),
        )
    )


def _confirms(calls: Iterable[Call]) -> Iterator[Confirm]:
    for call in calls:
        if call.operation == "confirm_payment":
            key = (call.idempotency_key or "").strip('"')
            yield Confirm(payment_id=call.path.split("/")[2], key=key, status=call.status)


def _charges(calls: Iterable[Call]) -> Iterator[Charge]:
    for call in calls:
        if call.operation == "pay_with_billing_key":
            key = (call.idempotency_key or "").strip('"')
            yield Charge(payment_id=call.path.split("/")[2], key=key, at=call.at, status=call.status)


def _readings(calls: Iterable[Call]) -> Mapping[str, tuple[float, ...]]:
    found: dict[str, list[float]] = defaultdict(list)
    for call in calls:
        if call.operation == "get_payment" and call.status == HTTPStatus.OK and call.fault is None:
            found[call.path.split("/")[2].partition("?")[0]].append(call.at)
    return {payment_id: tuple(each) for payment_id, each in found.items()}


def _texts(stack: Stack, answers: tuple[Answered, ...]) -> Mapping[str, str]:
    queues, sources = (stack.ports["queue"], stack.ports["charge_queue"]), (stack.source, stack.charge_source)
    bodies = [body for queue in queues if isinstance(queue, MemoryQueue) for body in queue.bodies]
    dead = [body for each in sources if isinstance(each, MemorySource) for body in each.dead_letters]
    refusals = [answer.body for answer in answers if answer.status >= HTTPStatus.BAD_REQUEST]
    return {
        "a log line": "\n".join(stack.logs),
        "a metric": "\n".join(stack.metrics),
        "a queue body": "\n".join([*bodies, *dead]),
        "an error answer": "\n".join(refusals),
        "an event": "\n".join(map(repr, stack.bus.published)),
    }


def _statuses(logs: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Route and status of each answer, from the shipped log lines."""
    for line in logs:
        if line.startswith('{"level"'):
            told = json.loads(line)
            if "status" in told:
                yield told.get("route", "a route"), int(told["status"])
