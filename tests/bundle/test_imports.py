"""What starting a function costs: a bare handler loads no SDK, a primed one imports nothing for a request."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from portone_local.clock import MovableClock
from portone_local.gateway.api import FunctionUrl, Gateway
from portone_local.gateway.client import Client
from portone_local.gateway.messages import Request
from portone_local.ministack import MiniStack
from portone_local.portone import Checkout
from portone_local.portone.billing.records import BillingIssue
from portone_local.portone.http_server import HttpPortOne
from portone_local.portone.identity.people import ADULT
from portone_local.sigv4 import SHOP, STAFF, Principal
from portone_local.stack import Stack
from portone_local.template import ROOT, environment, functions, transformed
from portone_local.testing.billing_records import a_plan, a_trial
from portone_local.testing.containers import LAMBDA, Container, Containers
from portone_local.testing.fixtures import ministack
from portone_local.testing.identifying import REASON, go_through, typed
from portone_local.testing.records import a_payment
from portone_local.testing.world import USER, an_order_body
from portone_payments.ports_store import Due, Kind

__all__ = ["ministack"]

FOLDERS = sorted(functions(transformed()))
# botocore by its bare name comes with Powertools
SDK = frozenset({"boto3", "botocore.session", "httpx", "httpcore", "aws_lambda_powertools"})
NOWHERE = "http://127.0.0.1:1"
LOAD_ALL = """
import json, sys
from portone_local.testing.container import load
print(json.dumps({path: [load(path), sorted(sys.modules)][1] for path in sys.argv[1:]}))
"""


@pytest.fixture(scope="module")
def bare() -> dict[str, set[str]]:
    """The modules there are after each handler was imported, one after the other."""
    paths = [str(ROOT / "functions" / folder / "handler.py") for folder in FOLDERS]
    shown = subprocess.check_output([sys.executable, "-c", LOAD_ALL, *paths], env={}, text=True)  # noqa: S603 - our own text
    return dict(zip(FOLDERS, map(set, json.loads(shown).values()), strict=True))


@pytest.fixture(scope="module")
def used(ministack: MiniStack) -> Iterator[Containers]:
    """Every function, after a story in which each of them had something to do."""
    clock = MovableClock(time.time())
    with (
        Stack.on_ministack(ministack, clock=clock) as stack,
        HttpPortOne(stack.portone) as portone,
        Containers(
            stack.template,
            stack.resources,
            AWS_ENDPOINT_URL=ministack.endpoint_url,
            PORTONE_URL=portone.base_url,
        ) as containers,
    ):
        Story(stack, containers.invoke).tell()
        yield containers


class Story:
    """Two orders paid, one of them tampered with; a payment left unfinished long ago."""

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

    def tell(self) -> None:
        """Everything a function does when nothing goes wrong."""
        good, bad = self.prepared("order-1"), self.prepared("order-2")
        self.stack.portone.buyer.pay(good)
        self.stack.portone.webhooks.deliver = self.receive
        self.stack.deliver()
        self.stack.portone.buyer.pay(bad, Checkout(amount=10, tampered=True))
        assert self.app.post(f"/payments/{bad}/verify").json()["status"] == "MISMATCH"
        assert self.app.get(f"/payments/{good}").json()["status"] == "PAID"
        assert len(self.app.get("/payments").json()["items"]) == 2
        assert self.shop.get("/orders/order-1").json()["paidTotal"] == 1_000
        assert len(self.staff.get("/ops/attention?kind=mismatch").json()["items"]) == 1
        assert self.staff.post(f"/ops/payments/{good}/catch-up").status == 200
        assert self.staff.post(f"/ops/payments/{bad}/resolve", {"reason": "refunded by hand"}).status == 200
        self.refund(good)
        self.approve()
        self.report()
        self.identify()
        self.bill()
        self.audit()
        self.sweep()
        self.publish()

    def identify(self) -> None:
        """Somebody is verified with the SDK, starts again without it, and is forgotten."""
        window = self.app.post("/identity-verifications", {"purpose": "signup"}).json()
        verification_id = go_through(self.stack, window)
        stored = f"/identity-verifications/{verification_id}"
        assert self.app.post(f"{stored}/verify").json()["state"] == "USED"
        assert self.app.get(stored).json()["verified"]["facts"]["adult"] == "yes"
        assert self.app.get("/me/verification").json()["verified"] is True
        other = self.app.post("/identity-verifications", {"purpose": "adult"}).json()
        path = f"/identity-verifications/{other['identityVerificationId']}"
        assert self.app.post(f"{path}/send", typed()).json()["message"] == "SENT"
        assert self.app.post(f"{path}/resend").json()["message"] == "SENT"
        assert self.app.post(f"{path}/confirm", {"otp": "000000"}).status == 409
        user = f"/ops/users/{USER}/identity"
        assert self.staff.post(f"{user}/reveal", REASON).json()["facts"]["name"] == ADULT.name
        assert self.staff.post(f"{user}/replace", {"reason": "sold the account"}).status == 200
        preview = {"provider": "DANAL", "title": "Example"}
        assert self.app.post("/identity-verifications/bypass-preview", preview).status == 403
        assert self.shop.request("DELETE", f"/users/{USER}/identity").status == 200
        assert self.invoke("IdentitySweep", {})["persons"] == 0

    def audit(self) -> None:
        """The day is compared, and nothing is found."""
        assert self.invoke("Audit", {})["found"] == 0
        assert self.staff.get("/ops/discrepancies").json()["items"] == []
        closed = self.staff.post("/ops/discrepancies/absent/close", {"reason": "looked at it"})
        assert closed.status == 404

    def refund(self, payment_id: str) -> None:
        """A part goes back for the owner, another for staff; nothing waits for an account or an approval."""
        part = {"refundId": "refund-1", "reason": "changed their mind", "amount": 300}
        account = {"bank": "SHINHAN", "number": "000-000-0000", "holderName": "Example"}
        refund = f"payments/{payment_id}/refunds/refund-1"
        assert self.app.post(f"/payments/{payment_id}/cancel", part).status == 200
        assert self.staff.post(f"/ops/payments/{payment_id}/cancel", part).status == 200
        assert self.app.get(f"/{refund}").json()["state"] == "SUCCEEDED"
        assert self.app.put(f"/{refund}/account", account).status == 409
        assert self.staff.post(f"/ops/{refund}/approve").status == 409

    def approve(self) -> None:
        """A payment is approved by hand."""
        payment_id = self.prepared("order-3")
        token = {"paymentToken": self.stack.portone.buyer.authenticate(payment_id)}
        assert self.app.post(f"/payments/{payment_id}/confirm", token).json()["status"] == "PAID"

    def bill(self) -> None:
        """A saved card pays an order, a subscription through all it can go through, and a deposit."""
        key = self.saved_key()
        assert self.app.put(f"/billing-keys/{key}/default").status == 200
        assert self.app.get(f"/billing-keys/{key}").json() in self.app.get("/billing-keys").json()["items"]
        order = self.prepared("order-5")
        assert self.app.post(f"/payments/{order}/charge", {"chargeId": "charge-1"}).json()["status"] == "PAID"
        self.subscribe()
        self.renew()
        put = an_order_body(parts=[{"amount": 400}, {"amount": 600, "dueAt": "2099-01-01T00:00:00Z"}])
        assert self.shop.put("/orders/order-6", put).status == 200
        started = self.app.post("/schedules", {"orderId": "order-6"}, headers={"idempotency-key": "order-6"})
        parts = f"/subscriptions/{started.json()['subscriptionId']}/parts"
        assert self.app.post(f"{parts}/2/cancel").json()["status"] == "COMPLETED"
        assert self.app.delete(f"/billing-keys/{key}").json()["state"] == "DELETED"

    def renew(self) -> None:
        """The charges worker takes what the sweep found."""
        due = a_trial(a_plan(), "renewed0001", user_id=USER, now=self.stack.clock.now())
        self.stack.ports["store"].save(due)
        told = Due(kind=Kind.SUBSCRIPTION, id="renewed0001", due_at=due.due_at or 0)
        self.stack.ports["charge_queue"].send((told,))
        (message,) = self.stack.charge_source.take(10)
        assert self.invoke("Charges", {"Records": [message.record()]}) == {"batchItemFailures": []}
        (invoice,) = self.app.get("/subscriptions/renewed0001").json()["invoices"]
        assert invoice["state"] == "PAID"

    def saved_key(self) -> str:
        """A saved card."""
        window = self.app.post("/billing-keys", {"payMethod": "CARD", "platform": "web"}).json()
        issued = self.stack.portone.buyer.issue_billing_key(BillingIssue.from_browser(window))
        told = {"billingKey": issued.billing_key}
        saved = self.app.post(f"/billing-keys/{window['billingKeyId']}/register", told).json()
        assert saved["state"] == "ACTIVE"
        return str(saved["billingKeyId"])

    def subscribe(self) -> None:
        """A subscription, changed in every way and ended."""
        for plan, amount in (("plan-1", 9_900), ("plan-2", 19_900)):
            interval = {"unit": "MONTH", "count": 1}
            body = {"name": plan, "amount": amount, "currency": "KRW", "interval": interval}
            assert self.shop.put(f"/plans/{plan}", body).status == 200
            assert self.app.get(f"/plans/{plan}").json()["amount"] == amount
        started = self.app.post("/subscriptions", {"planId": "plan-1"}, headers={"idempotency-key": "one"})
        path = f"/subscriptions/{started.json()['subscriptionId']}"
        assert self.app.get(path).json() in self.app.get("/subscriptions").json()["items"]
        to = {"planId": "plan-2", "when": "now"}
        due = self.app.post(f"{path}/preview", {"planId": "plan-2"}).json()["due"]
        assert self.app.put(f"{path}/plan", to | {"due": due}).json()["planId"] == "plan-2"
        assert self.app.put(f"{path}/billing-key", {"billingKeyId": None}).status == 200
        assert self.app.post(f"{path}/consent", {"amount": 19_900}).status == 200
        assert self.app.post(f"{path}/pause", {}).json()["status"] == "PAUSED"
        assert self.app.post(f"{path}/resume").json()["status"] == "ACTIVE"
        assert self.app.post(f"{path}/cancel", {"atPeriodEnd": False}).json()["status"] == "CANCELLED"

    def report(self) -> None:
        """A transfer gets its cash receipt, which staff takes back."""
        payment_id = self.prepared("order-4", payMethods=["TRANSFER"])
        self.stack.portone.buyer.pay(payment_id, Checkout(method="TRANSFER"))
        self.stack.deliver()
        receipt = f"payments/{payment_id}/cash-receipt"
        wish = {"type": "PERSONAL", "identityNumber": "010-0000-0000"}
        assert self.app.post(f"/{receipt}", wish).status == 200
        assert self.app.get(f"/{receipt}").json()["state"] == "ISSUED"
        assert self.staff.post(f"/ops/{receipt}/cancel").json()["state"] == "CANCELLED"

    def prepared(self, order_id: str, **changes: Any) -> str:
        """A payment of an order, stored and pre-registered."""
        assert self.shop.put(f"/orders/{order_id}", an_order_body(**changes)).status == 200
        body = {"orderId": order_id, "platform": "web"}
        prepared = self.app.post("/payments", body, headers={"idempotency-key": order_id})
        return str(prepared.json()["paymentId"])

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """A webhook."""
        return self.url.handle(
            Request(method="POST", target="/", headers=tuple(headers.items()), body=body)
        ).status

    def sweep(self) -> None:
        """The timer finds the payment that was left, the worker finishes it."""
        now = self.stack.clock.now()
        left = a_payment(
            "left0001", created_at=now - 7_200, expires_at=int(now) - 3_600, due_at=int(now) - 60
        )
        self.stack.ports["store"].save(left)
        assert self.invoke("Sweep", {})["sent"] == 1
        (message,) = self.stack.source.take(10)
        assert self.invoke("Work", {"Records": [message.record()]}) == {"batchItemFailures": []}
        assert self.stack.ports["store"].payment("left0001").version == 2

    def publish(self) -> None:
        """The stream brings all of it."""
        records = self.stack.stream.source.take(1_000)
        assert self.invoke("Publish", {"Records": records})["published"] >= 6


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_bare_handler_loads_no_sdk(bare: dict[str, set[str]], folder: str) -> None:
    assert bare[folder] & SDK == set()


@pytest.mark.ministack
@pytest.mark.parametrize("folder", FOLDERS)
def test_after_priming_an_invocation_imports_nothing(used: Containers, folder: str) -> None:
    assert used.by_folder[folder].handled, "the story has nothing for it to do"
    assert used.by_folder[folder].late == []


@pytest.mark.ministack
def test_priming_is_what_loads_the_sdk(used: Containers) -> None:
    assert used.by_folder["webhook"].loaded >= SDK


def test_without_priming_the_first_invocation_imports() -> None:
    variables = dict.fromkeys(environment(transformed(), "get_order"), "x") | {"MODE": "test"}
    unprimed = {name: value for name, value in LAMBDA.items() if name != "AWS_LAMBDA_RUNTIME_API"}
    container = Container("get_order", variables | unprimed | {"AWS_ENDPOINT_URL": NOWHERE})

    answer = container.invoke({"pathParameters": {"orderId": "order-1"}})

    container.stop()
    assert answer["statusCode"] == 503
    assert set(container.late) >= {"boto3", "botocore.session"}


def test_a_function_starts_while_neither_aws_nor_portone_answers() -> None:
    variables = {name: "{}" if name == "CHANNELS" else "" for name in environment(transformed(), "webhook")}
    where = {"MODE": "test", "AWS_ENDPOINT_URL": NOWHERE, "PORTONE_URL": NOWHERE}
    container = Container("webhook", variables | LAMBDA | where)

    loaded = container.loaded

    container.stop()
    assert loaded >= SDK
