"""As IAM does: each function's ports refuse whatever its role in the template does not allow.

The local AWS enforces roles only where everything is deployed, and knows neither leading keys nor encryption
contexts; here they hold in every test, in memory too.
"""

import copy
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from portone_local.template.roles import CONTEXT, LEADING, Call, Grant, grants, permitted, role_behind

type Needs = Callable[..., Iterable[Call]]
type Check = Callable[[Iterable[Call]], None]


class NotAllowed(BaseException):
    """A function did what its role does not allow; no handler may turn that into an answer."""


def guarded(
    template: Mapping[str, Any], function: str, ports: Mapping[str, Any], used: set[str]
) -> dict[str, Any]:
    """The ports as this function (by logical id) may use them; `used` collects the rights it needed."""
    check = _check_of(function, grants(template, role_behind(template, function)), used)
    held = dict(ports)
    for name, needs in _TABLE_NEEDS.items():
        held[name] = _over_guarded_table(ports[name], needs, check)
    for name, needs in _NEEDS.items():
        held[name] = _guarded_port(ports[name], needs, check)
    return held


class _Guarded:
    """A port whose methods check the right first; `*` stands for every method not named."""

    def __init__(self, port: Callable[[], Any], needs: Mapping[str, Needs], check: Check) -> None:
        self._port, self._needs, self._check = port, needs, check

    def __getattr__(self, name: str) -> Any:
        held = getattr(self._port(), name)
        needs = self._needs.get(name) or self._needs.get("*")
        if needs is None:
            return held

        def asked(*args: Any, **named_args: Any) -> Any:
            self._check(needs(*args, **named_args))
            return getattr(self._port(), name)(*args, **named_args)

        vars(self)[name] = asked
        return asked


def _check_of(function: str, held: Iterable[Grant], used: set[str]) -> Check:
    by_right: dict[str, list[Grant]] = {}
    passed: set[tuple[Any, ...]] = set()
    for grant in held:
        by_right.setdefault(grant.right, []).append(grant)

    def check(calls: Iterable[Call]) -> None:
        for call in calls:
            if call.asked in passed:
                continue
            if not permitted(by_right.get(call.right, ()), call):
                raise NotAllowed(f"{function} may not {call}")
            passed.add(call.asked)
            used.add(call.right)

    return check


def _guarded_port(port: Any, needs: Mapping[str, Needs], check: Check) -> _Guarded:
    return _Guarded(lambda: port, needs, check)


def _over_guarded_table(store: Any, needs: Mapping[str, Needs], check: Check) -> Any:
    """The same store over the table it has at that moment: fault tests exchange it."""
    mine = copy.copy(store)
    mine.table = _Guarded(lambda: store.table, needs, check)
    return mine


def _just(right: str) -> Needs:
    call = Call(right)
    return lambda *_, **__: (call,)


@lru_cache(maxsize=10_000)
def _led_by(right: str, *leading: str) -> Call:
    return Call(right, {LEADING: leading})


def _table_needs(table: str) -> dict[str, Needs]:
    get, put = f"dynamodb:GetItem {table}", f"dynamodb:PutItem {table}"
    many, push = f"dynamodb:BatchGetItem {table}", f"dynamodb:UpdateItem {table}"
    query, drop = f"dynamodb:Query {table}/index/", f"dynamodb:DeleteItem {table}"
    return {
        "get": lambda wanted: (_led_by(get, wanted.pk),),
        "get_many": lambda wanted: (_led_by(many, *(each.pk for each in wanted)),),
        "put": lambda items, **_: [_led_by(put, each["pk"]["S"]) for each in items],
        "swap": lambda items, gone, **_: [
            *(_led_by(put, each["pk"]["S"]) for each in items),
            *(_led_by(drop, each.pk) for each in gone),
        ],
        "append": lambda item: (_led_by(put, item["pk"]["S"]),),
        "push": lambda wanted, **_: (_led_by(push, wanted.pk),),
        "held": lambda partition, **_: (_led_by(f"dynamodb:Query {table}", partition),),
        "query": lambda index, partition, **_: (_led_by(f"{query}{index.name}", partition),),
    }


def _sealing(right: str) -> Needs:
    def needs(_text: Any, *, context: Mapping[str, str]) -> Iterable[Call]:
        return (Call(right, {f"{CONTEXT}{name}": (value,) for name, value in context.items()}),)

    return needs


def _reads_secret(name: str) -> Needs:
    return _just(f"secretsmanager:GetSecretValue {name}")


def _queue_needs(queue: str) -> dict[str, Needs]:
    return {
        "send": _just(f"sqs:SendMessage {queue}"),
        "backlog": _just(f"sqs:GetQueueAttributes {queue}"),
    }


_TABLE_NEEDS = {
    "store": _table_needs("PaymentsTable"),
    "people": _table_needs("IdentityTable"),
    "erasures": _table_needs("ErasuresTable"),
}
_NEEDS: dict[str, dict[str, Needs]] = {
    "queue": _queue_needs("WorkQueue"),
    "charge_queue": _queue_needs("ChargeQueue"),
    "bus": {"publish": _just("events:PutEvents EventBus")},
    "secrets": {
        "api_secret": _reads_secret("ApiSecret"),
        "webhook": _reads_secret("WebhookSecret"),
        "refresh_webhook": _reads_secret("WebhookSecret"),
        "hash_key": _reads_secret("HashKeySecret"),
        "charge_keys": _reads_secret("ChargeKeys"),
    },
    "vault": {"encrypt": _sealing("kms:Encrypt PiiKey"), "decrypt": _sealing("kms:Decrypt PiiKey")},
    "portone": {"*": _reads_secret("ApiSecret")},
    "verifications": {"*": _reads_secret("ApiSecret")},
    "hashes": {"*": _reads_secret("IdentityHashSecret")},
    "envelope": {
        "seal": _sealing("kms:GenerateDataKey IdentityKey"),
        "open": _sealing("kms:Decrypt IdentityKey"),
    },
    "access_log": {"write": _just("logs:PutLogEvents IdentityAccessLog")},
}
