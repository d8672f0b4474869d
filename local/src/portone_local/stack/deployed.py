"""`sam deploy` of the built artifact into the local AWS with IAM enforced, and payments through it.

The gateway stands in for API Gateway and the Function URL, which the local AWS does not serve from a SAM
template; the functions behind it are the deployed ones, and so are table, queue, secrets, keys and roles.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import boto3

from portone_local.gateway.api import FunctionUrl, Gateway
from portone_local.gateway.client import Client
from portone_local.gateway.messages import Request, Response
from portone_local.gateway.sigv4 import SHOP, STAFF, Principal, SigV4
from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET
from portone_local.portone.http_server import HttpPortOne
from portone_local.stack.ministack import MiniStack
from portone_local.stack.stack import fake_portone, parameters_of
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.template.cloudformation import REGION, transformed
from portone_local.template.roles import CONTEXT
from portone_local.template.sam import sam
from portone_payments.entry.wiring.clock import SystemClock

STACK = "payments-local"
ROOT_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # the local AWS's root
SECRETS = {
    "ApiSecret": {"apiSecret": EXAMPLE_SECRET},
    "WebhookSecret": {"current": EXAMPLE_WEBHOOK_SECRET},
}


class Resources:
    """A stack in the local AWS, made from what `sam.build` built; physical ids by logical id in `ids`."""

    def __init__(self, built: Path, endpoint_url: str, parameters: Mapping[str, str]) -> None:
        self._session = boto3.Session("test", "test", region_name=REGION)
        self.endpoint_url = endpoint_url
        chosen = built / "parameters.yaml"
        chosen.write_text(json.dumps(dict(parameters)))  # JSON is YAML
        sam(
            *("deploy", "--template-file", str(built / "template.yaml"), "--stack-name", STACK),
            *("--parameter-overrides", f"file://{chosen}", "--resolve-s3"),
            *("--capabilities", "CAPABILITY_IAM", "--no-progressbar", "--no-confirm-changeset"),
            folder=built,
            AWS_ENDPOINT_URL=endpoint_url,
            **ROOT_CREDENTIALS,
        )
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        self.ids: dict[str, str] = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
        }

    def client(self, service: str) -> Any:
        """A boto3 client with every right."""
        return self._session.client(service, endpoint_url=self.endpoint_url)  # type: ignore[call-overload]

    def put_secrets(self, secrets: Mapping[str, Mapping[str, str]]) -> None:
        """What an operator does after the first deploy."""
        for name, secret in secrets.items():
            self.client("secretsmanager").put_secret_value(
                SecretId=self.ids[name], SecretString=json.dumps(secret)
            )

    def allow_batches(self) -> None:
        """AWS covers SendMessageBatch by sqs:SendMessage; the local AWS needs an action AWS does not have."""
        iam, policy = self.client("iam"), self.ids["HintWork"]
        version = iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=policy, VersionId=version)["PolicyVersion"]["Document"]
        (statement,) = document["Statement"]
        statement["Action"] = [statement["Action"], "sqs:SendMessageBatch"]
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=json.dumps(document), SetAsDefault=True)

    def forgive_contexts(self) -> None:
        """The local AWS sees no encryption context, and a session where AWS sees its role."""
        iam, kms, key = self.client("iam"), self.client("kms"), self.ids["PiiKey"]
        for role in (name for logical_id, name in self.ids.items() if logical_id.endswith("Role")):
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                found = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                if CONTEXT in json.dumps(found):
                    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=_anywhere(found))
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=_anywhere(policy))

    def keep_numbers(self) -> None:
        """The local AWS keeps a number given by a parameter as text, and its poller then polls nothing."""
        functions = self.client("lambda")
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            limit = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency")
            if limit is not None:
                functions.update_event_source_mapping(
                    UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": int(limit)}
                )

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Run a deployed function (by logical id). Raises RuntimeError with what it raised."""
        answered = self.client("lambda").invoke(
            FunctionName=self.ids[function], Payload=json.dumps(event).encode()
        )
        result = json.loads(answered["Payload"].read())
        if "FunctionError" in answered:
            raise RuntimeError(result)
        return result

    def environment(self, function: str) -> dict[str, str]:
        """The environment variables of a deployed function (by logical id)."""
        found = self.client("lambda").get_function_configuration(FunctionName=self.ids[function])
        variables: dict[str, str] = found["Environment"]["Variables"]
        return variables


class DeployedStack:
    """Shop, app and PortOne around the deployed functions, on the machine's clock."""

    def __init__(self, built: Path, endpoint_url: str) -> None:
        self.clock = SystemClock()
        self._issuer = TokenIssuer(self.clock)
        parameters = parameters_of(self._issuer, {})
        self.portone = fake_portone(parameters, self.clock, seed=1)
        self._server = HttpPortOne(self.portone)
        parameters["PortOneUrl"] = self._server.base_url
        self.resources = Resources(built, endpoint_url, parameters)
        self.resources.put_secrets(SECRETS)
        self.resources.allow_batches()
        self.resources.forgive_contexts()
        self.resources.keep_numbers()
        self._iam = SigV4([SHOP, STAFF], region=REGION, clock=self.clock)
        invoke = self.resources.invoke
        self._gateway = Gateway(
            transformed(parameters),
            invoke=invoke,
            clock=self.clock,
            iam=self._iam,
            fetch=self._issuer.document,
        )
        self._webhook = FunctionUrl("Webhook", invoke=invoke, clock=self.clock)
        self.portone.webhooks.deliver = self.receive

    @classmethod
    @contextmanager
    def running(cls, built: Path) -> Iterator[Self]:
        """Deployed into a local AWS that enforces every role, with a PortOne on loopback."""
        with MiniStack(AUTH="true") as ministack:
            stack = cls(built, ministack.endpoint_url)
            with stack._server:
                yield stack

    @property
    def shop(self) -> Client:
        """The shop's backend, signing its requests."""
        return self._signing(SHOP)

    @property
    def staff(self) -> Client:
        """An operator, signing requests to /ops."""
        return self._signing(STAFF)

    def app(self, user_id: str) -> Client:
        """The app of a user."""
        token = ("authorization", f"Bearer {self._issuer.issue(user_id)}")
        return Client(self._gateway.handle, lambda request: request.having(token))

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """Have a webhook delivered to its Function URL; the status it was answered with."""
        sent = tuple(headers.items())
        return self._webhook.handle(Request(method="POST", target="/", headers=sent, body=body)).status

    def prepared(self, order_id: str) -> str:
        """An order of user-1 and its payment, ready to be paid; the paymentId."""
        order = {
            "userId": "user-1",
            "name": "Example order",
            "amount": {"total": 12_000, "taxFree": 0},
            "currency": "KRW",
            "payMethods": ["CARD"],
        }
        expect(self.shop.put(f"/orders/{order_id}", order), 200)
        wanted = {"orderId": order_id, "platform": "ios"}
        answered = expect(self.app("user-1").post("/payments", wanted), 200)
        payment_id: str = answered.json()["paymentId"]
        return payment_id

    def status(self, payment_id: str) -> str:
        """A payment of user-1 as the app sees it."""
        answered = expect(self.app("user-1").get(f"/payments/{payment_id}"), 200)
        found: str = answered.json()["status"]
        return found

    def _signing(self, principal: Principal) -> Client:
        return Client(
            self._gateway.handle, lambda request: self._iam.sign(request, principal, host=self._gateway.host)
        )


def _anywhere(policy: Mapping[str, Any]) -> str:
    """A policy without the conditions of its statements about keys."""
    kept = [
        {
            name: said
            for name, said in statement.items()
            if name != "Condition" or "kms:" not in str(statement)
        }
        for statement in policy["Statement"]
    ]
    return json.dumps({**policy, "Statement": kept})


def expect(response: Response, status: int) -> Response:
    """The response. Raises RuntimeError when it has another status."""
    if response.status != status:
        raise RuntimeError(f"{response.status}: {response.body!r}")
    return response
