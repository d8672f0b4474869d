"""What IAM would say: each function's ports refuse whatever its role in the template does not allow.

The local AWS enforces roles only where everything is deployed; here they hold in every test, in memory too.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from portone_local.template import functions, statements

type Needs = Callable[..., str]


class NotAllowed(BaseException):
    """A function did what its role does not allow; no handler may turn that into an answer."""


def as_list(value: Any) -> list[Any]:
    """What a policy may write as one or as many."""
    return value if isinstance(value, list) else [value]


def named(resource: Any) -> str:
    """A resource of a statement as `LogicalId` or `LogicalId/rest`, or the star. Raises AssertionError."""
    match resource:
        case {"Fn::GetAtt": [str(logical_id), "StreamArn"]}:
            return f"{logical_id}/stream"
        case {"Fn::GetAtt": [str(logical_id), "Arn" | "Id"]}:
            return logical_id
        case {"Fn::Sub": str(text)}:
            return text.replace("${", "").replace(".Arn}", "")
        case str(text):
            return text
    raise AssertionError(f"not an exact ARN: {resource}")


def allowed(template: Mapping[str, Any], role: str) -> list[str]:
    """Everything a role (by logical id) may do, as `service:Action Resource`."""
    return [
        f"{action} {named(resource)}"
        for statement in statements(template, role)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


def role_of(template: Mapping[str, Any], function: str) -> str:
    """The logical id of the role of the function in folder `function`."""
    return _role(template, functions(template)[function])


def guarded(template: Mapping[str, Any], function: str, ports: Mapping[str, Any]) -> dict[str, Any]:
    """The ports as the function with this logical id may use them."""
    may = frozenset(allowed(template, _role(template, function)))

    def check(action: str) -> None:
        if action not in may:
            raise NotAllowed(f"{function} may not {action}")

    held = dict(ports)
    for name, needs in _TABLE_NEEDS.items():
        held[name] = _over_guarded_table(ports[name], needs, check)
    for name, needs in _NEEDS.items():
        held[name] = _guarded_port(ports[name], needs, check)
    return held


class _Guarded:
    """A port whose methods ask first; `*` stands for every method not named."""

    def __init__(
        self, port: Callable[[], Any], needs: Mapping[str, Needs], check: Callable[[str], None]
    ) -> None:
        self._port, self._needs, self._check = port, needs, check

    def __getattr__(self, name: str) -> Any:
        held = getattr(self._port(), name)
        needs = self._needs.get(name) or self._needs.get("*")
        if needs is None:
            return held

        def asked(*args: Any, **named_args: Any) -> Any:
            self._check(needs(*args))
            return getattr(self._port(), name)(*args, **named_args)

        vars(self)[name] = asked
        return asked


def _role(template: Mapping[str, Any], logical_id: str) -> str:
    return str(template["Resources"][logical_id]["Properties"]["Role"]["Fn::GetAtt"][0])


def _guarded_port(port: Any, needs: Mapping[str, Needs], check: Callable[[str], None]) -> _Guarded:
    return _Guarded(lambda: port, needs, check)


def _over_guarded_table(store: Any, needs: Mapping[str, Needs], check: Callable[[str], None]) -> Any:
    """The same store over the table it has at that moment: fault tests exchange it."""
    mine = copy.copy(store)
    mine.table = _Guarded(lambda: store.table, needs, check)
    return mine


def _just(action: str) -> Needs:
    return lambda *_: action


def _table_needs(table: str) -> dict[str, Needs]:
    operations = {
        "get": "GetItem",
        "get_many": "BatchGetItem",
        "put": "PutItem",
        "swap": "DeleteItem",
        "append": "PutItem",
        "push": "UpdateItem",
    }
    needs = {name: _just(f"dynamodb:{operation} {table}") for name, operation in operations.items()}
    return {**needs, "query": lambda index, *_: f"dynamodb:Query {table}/index/{index.name}"}


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
    "vault": {"encrypt": _just("kms:Encrypt PiiKey"), "decrypt": _just("kms:Decrypt PiiKey")},
    "portone": {"*": _reads_secret("ApiSecret")},
    "verifications": {"*": _reads_secret("ApiSecret")},
    "hashes": {"*": _reads_secret("IdentityHashSecret")},
    "envelope": {"seal": _just("kms:GenerateDataKey IdentityKey"), "open": _just("kms:Decrypt IdentityKey")},
    "access_log": {"write": _just("logs:PutLogEvents IdentityAccessLog")},
}
