"""App, shop and staff in front of functions that run in containers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from portone_local.gateway.api import FunctionUrl, Gateway
from portone_local.gateway.client import Client
from portone_local.gateway.messages import Request
from portone_local.gateway.sigv4 import SHOP, STAFF, Principal
from portone_local.stack.stack import Stack
from tests.support.world import USER, an_order_body


class Callers:
    """A gateway over a stack whose functions are invoked elsewhere, and its callers."""

    def __init__(self, stack: Stack, invoke: Callable[[str, Any], Any]) -> None:
        self.stack = stack
        self.invoke = invoke
        self.gateway = Gateway(
            stack.template, invoke=invoke, clock=stack.clock, iam=stack.iam, fetch=stack.issuer.document
        )
        self.url = FunctionUrl("Webhook", invoke=invoke, clock=stack.clock)
        self.shop, self.staff = self.signing(SHOP), self.signing(STAFF)
        token = stack.issuer.issue(USER)
        self.app = Client(
            self.gateway.handle, lambda request: request.having(("authorization", f"Bearer {token}"))
        )

    def signing(self, principal: Principal) -> Client:
        """Somebody with keys of ours."""
        sign = partial(self.stack.iam.sign, principal=principal, host=self.gateway.host)
        return Client(self.gateway.handle, sign)

    def prepared(self, order_id: str, **changes: Any) -> str:
        """A payment of an order, stored and pre-registered."""
        stored = self.shop.put(f"/orders/{order_id}", an_order_body(**changes))
        assert stored.status == 200
        body = {"orderId": order_id, "platform": "web"}
        prepared = self.app.post("/payments", body, headers={"idempotency-key": order_id})
        return str(prepared.json()["paymentId"])

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """A webhook."""
        return self.url.handle(
            Request(method="POST", target="/", headers=tuple(headers.items()), body=body)
        ).status
