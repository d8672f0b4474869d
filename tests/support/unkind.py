"""A stack in an unkind world: edited answers, an operator who changes settings, and what is published."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx

from portone_local.gateway.client import Client
from portone_local.gateway.functions import Functions
from portone_local.gateway.messages import Response
from portone_local.gateway.sigv4 import STAFF
from portone_local.oracle import ObservedStack
from portone_local.stack.parameters import camel_case
from portone_local.stack.wiring import portone_client
from portone_local.template.cloudformation import transformed
from tests.support.edited import EditedTransport

KINDS = (
    *("unknown", "ambiguous", "mismatch", "quarantined", "surplus", "late", "lagging", "dead-lettered"),
    *("receipt", "chargeback", "deposit-taken-back", "refund-stuck", "part-ended"),
)
"""What a payment can call for a person for."""

ALARMING = (
    *("PaymentMismatch", "PaymentSurplus", "PaymentQuarantined", "OutcomeUnknown", "WorkDeadLettered"),
    *("CashReceiptUnknown", "HintGivenUp", "RefundAmbiguous", "PaymentLate", "PaymentLagging"),
    *("PaymentChargeback", "DepositTakenBack", "RefundStuck", "PartEnded"),
)
"""Metrics an alarm watches for it."""


class UnkindStack(ObservedStack):
    """An observed stack; `wire` edits and refuses what PortOne answers."""

    wire: EditedTransport

    def __init__(self, parameters: dict[str, str], *arguments: Any, **named: Any) -> None:
        super().__init__(parameters, *arguments, **named)
        self.parameters = dict(parameters)

    def operated(self, **settings: str) -> None:
        """The operator deploys other settings, named as in `Stack.in_memory`: new containers, same tables."""
        self.operated_by(f"deploys {', '.join(settings)}")
        self.parameters |= {camel_case(name): value for name, value in settings.items()}
        self.template = transformed(self.parameters)
        self.ports["portone"] = portone_client(self.parameters, self.ports["secrets"], self.wire)
        self.functions.deploy(self.template, resources=self.resources, ports=self.ports)

    def containers(self, **ports: Any) -> Functions:
        """Containers of the same functions with other ports, such as a clock that is wrong."""
        return Functions.of(
            self.template, resources=self.resources, ports={**self.ports, **ports}, clock=self.clock
        )

    def colleague(self, name: str, *, role: str | None = None) -> Client:
        """Another operator for /ops: an IAM user, or a session of this name of a role."""
        keys = f"LOCAL{name}{role or ''}"
        session = None if role is None else f"{role}/{name}"
        principal = replace(
            STAFF, name=f"colleague-{name}", access_key=keys, secret_key=keys.lower(), session=session
        )
        self.iam.know(principal)
        return self.signing(principal)

    def counted(self, metric: str) -> float:
        """The sum counted for a metric, 0 for one there is not."""
        return {str(name): value for name, value in self.metrics.items()}.get(metric, 0)

    def asked(self, operation: str) -> int:
        """How often PortOne received this operation."""
        return sum(call.operation == operation for call in self.portone.calls())

    def attention(self, kind: str) -> list[str]:
        """The ids of the payments with an attention of one kind; none for an unknown kind."""
        answer = self.staff.get(f"/ops/attention?kind={kind}")
        return [item["paymentId"] for item in answer.json()["items"]] if answer.status == 200 else []

    def calling(self) -> dict[str, list[str]]:
        """The payments with an attention, by kind; kinds without one are left out."""
        found = {kind: self.attention(kind) for kind in KINDS}
        return {kind: ids for kind, ids in found.items() if ids}

    def alarmed(self) -> set[str]:
        """The metrics of open attentions that were counted at all."""
        return {metric for metric in ALARMING if self.counted(metric)}

    def events(self, payment_id: str | None = None) -> list[str]:
        """The types of what was published, in order; of one payment where named."""
        self.publish()
        return [
            event.type for event in self.bus.published if payment_id is None or event.payment_id == payment_id
        ]

    def largest(self) -> int:
        """Bytes of the largest item, roughly as DynamoDB counts them."""
        return max(len(json.dumps(item, ensure_ascii=False).encode()) for item in self.dump())


@contextmanager
def unkind(**settings: Any) -> Iterator[UnkindStack]:
    """A stack in memory; settings are template parameters in snake case, `unknowns` those of PortOne."""
    held: list[EditedTransport] = []

    def tap(service: str, client: Any) -> Any:
        if service != "portone" or not isinstance(client, httpx.BaseTransport):
            return client
        held.append(EditedTransport(client))
        return held[-1]

    with UnkindStack.in_memory(seed=1, tap=tap, **settings) as stack:
        stack.wire = held[-1]
        yield stack


def refused(response: Response) -> bool:
    """Whether this is a refusal as every refusal should be: 4xx, a code, both languages, what to do."""
    if response.status // 100 != 4:
        return False
    error = response.json()["error"]
    return bool(error["code"] and error["message"]["ko"] and error["message"]["en"] and error["action"])
