"""A stack that remembers what every caller was answered."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portone_local.gateway.client import Client
from portone_local.gateway.messages import App, Request, Response
from portone_local.gateway.sigv4 import Principal
from portone_local.oracle.evidence import Answered, Operation
from portone_local.oracle.journal import Journal, Rules
from portone_local.oracle.table import read
from portone_local.stack.stack import Stack
from portone_local.template import cloudformation as template
from portone_payments.domain.records.payments import Payment

WITHIN = 15 * 60.0


class ObservedStack(Stack):
    """A stack for tests. `within` is how long, in seconds, it may take to agree with PortOne (I4).

    `journal`: what was answered about persons.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.answers: list[Answered] = []
        self.operations: list[Operation] = []
        self.journal = Journal()
        self.within = WITHIN
        self.hurt = False

    def operated_by(self, name: str) -> None:
        """An operator is about to do this: it must not move money by itself (I20)."""
        records = read(self.dump())[0]
        chosen = template.environment(self.template, "receive_webhook")
        self.operations.append(
            Operation(
                name=name,
                at=self.clock.now(),
                books=self.portone.books(),
                payments={each.payment_id: each for each in records if isinstance(each, Payment)},
                store=chosen["STORE_ID"],
                channels=channels_in(chosen),
            )
        )

    def app(self, user_id: str, **claims: object) -> Client:
        """The app of a user; what it is answered is kept."""
        return self._kept(super().app(user_id, **claims), user_id)

    def signing(self, principal: Principal) -> Client:
        """Somebody with keys of ours; what they are answered is kept."""
        return self._kept(super().signing(principal))

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """Have a webhook delivered; the status it was answered with."""
        request = Request(method="POST", target="/", headers=tuple(headers.items()), body=body)
        return self.post_webhook(request).status

    def post_webhook(self, request: Request) -> Response:
        """Send any request to the webhook's Function URL."""
        return self._keeping(self.webhook.handle)(request)

    def _kept(self, client: Client, user: str = "") -> Client:
        return replace(client, send=self._keeping(client.send, user))

    def _keeping(self, send: App, user: str = "") -> App:
        def sent(request: Request) -> Response:
            if request.method == "PUT" and request.path.startswith("/plans/"):
                self.operated_by(f"stores {request.path}")
            began = self.clock.now()
            response = send(request)
            body = response.body.decode("utf-8", "replace")
            asked = f"{request.method} {request.path}"
            at = self.clock.now()
            self.answers.append(Answered(asked=asked, status=response.status, body=body, at=at))
            if "identity" in request.path:
                self.journal.hear(request, response, user, began=began, now=at, rules=self._persons_rules())
            return response

        return sent

    def _persons_rules(self) -> Rules:
        """What is deployed about persons."""
        function = self.template["Resources"]["IdentityVerify"]["Properties"]
        told = function["Environment"]["Variables"]
        return Rules(
            unique=told["IDENTITY_UNIQUE"] == "on",
            providers=told["IDENTITY_PROVIDERS"],
            purposes=told["IDENTITY_PURPOSES"],
        )


def channels_in(environment: Mapping[str, str]) -> frozenset[str]:
    """The keys of every channel in the settings of a function."""
    told = (json.loads(environment.get(name) or "{}") for name in ("CHANNELS", "BILLING_CHANNELS"))
    return frozenset(key for each in told for key in each.values() if isinstance(key, str))
