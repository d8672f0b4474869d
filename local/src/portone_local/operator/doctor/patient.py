"""A stack to be examined: where its secrets, its clock and its metrics are. Deployed, or `make serve`."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError

from portone_local.gateway.loopback import CONTROL
from portone_local.gateway.routes import routes_of
from portone_local.operator.doctor.issuer import Page, page
from portone_local.serve.running import LOCAL, NotRunning, the_one
from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION
from portone_local.template.cloudformation import transformed

NAMESPACE = "PortOnePayments"
DAYS = 14
REDIRECTS = ("RedirectUrl", "IdentityRedirectUrl")


class NoPatient(Exception):
    """There is no such stack, or no right to read it; the text says what to do."""


class Patient(Protocol):
    """What the examination needs to know."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def mode(self) -> str:
        """`live` or `test`."""
        ...

    @property
    def issuer(self) -> str:
        """Whose tokens the API accepts."""
        ...

    @property
    def redirects(self) -> Mapping[str, str]:
        """Where buyers are redirected to, by parameter."""
        ...

    def page(self, url: str) -> Page:
        """Status and text of a page of the issuer's. Raises `httpx.HTTPError`."""
        ...

    def routes(self) -> frozenset[str] | None:
        """The API's routes as `METHOD /path`; None where they cannot be read."""
        ...

    def secret(self, which: str) -> str | None:
        """The secret of an output such as `ApiSecretArn` as text; None when it cannot be read."""
        ...

    def clock_skew(self) -> float:
        """Seconds by which this machine is ahead of the stack."""
        ...

    def counted(self, metric: str) -> float | None:
        """A metric's sum over the last two weeks; None where metrics cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Deployed:
    """A CloudFormation stack, read with the caller's own credentials."""

    name: str
    outputs: dict[str, str] = field(repr=False)
    mode: str = "test"
    issuer: str = ""
    redirects: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def find(cls, name: str) -> "Deployed":
        """The stack of this name. Raises `NoPatient`."""
        try:
            [stack] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except (ClientError, BotoCoreError) as error:
            raise NoPatient(
                f"no stack {name} to be seen with these credentials and region ({error})"
            ) from None
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
        redirects = {each: parameters.get(each, "") for each in REDIRECTS}
        mode, issuer = parameters.get("Mode", "test"), parameters.get("JwtIssuer", "")
        return cls(name, outputs, mode, issuer, redirects)

    def page(self, url: str) -> Page:
        """Sent from where this runs; API Gateway sends it from where it runs."""
        return page(url)

    def routes(self) -> frozenset[str] | None:
        """From API Gateway."""
        api_id = (urlsplit(self.outputs.get("ApiUrl", "")).hostname or "").partition(".")[0]
        client = boto3.client("apigatewayv2")
        try:
            pages = client.get_paginator("get_routes").paginate(ApiId=api_id)
            return frozenset(route["RouteKey"] for found in pages for route in found["Items"])
        except (ClientError, BotoCoreError):
            return None

    def secret(self, which: str) -> str | None:
        """The secret's text, None when it cannot be read."""
        return _secret(boto3.client("secretsmanager"), self.outputs.get(which, ""))

    def clock_skew(self) -> float:
        """Against AWS, whose clock the functions run on."""
        answer = boto3.client("sts").get_caller_identity()
        return (
            time.time() - parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()
        )

    def counted(self, metric: str) -> float | None:
        """From CloudWatch."""
        now = datetime.now(UTC)
        try:
            found = boto3.client("cloudwatch").get_metric_statistics(
                Namespace=NAMESPACE,
                MetricName=metric,
                Dimensions=[{"Name": "service", "Value": self.name}],
                StartTime=now - timedelta(days=DAYS),
                EndTime=now,
                Period=DAYS * 24 * 3600,
                Statistics=["Sum"],
            )
        except (ClientError, BotoCoreError):
            return None
        return float(sum(point["Sum"] for point in found["Datapoints"]))


@dataclass(frozen=True, slots=True)
class Served:
    """The stack of `make serve` on this machine."""

    known: dict[str, Any] = field(repr=False)
    name: str = "make serve"
    mode: str = "test"
    redirects: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def find(cls, name: str = "", folder: Path = LOCAL) -> "Served":
        """The one of this name that runs now, or the only one. Raises `NoPatient`."""
        try:
            known = the_one(name, folder)
            found = cls(known, f"make serve ({known['name']})")
            found.clock_skew()
        except (NotRunning, httpx.TransportError) as reason:
            raise NoPatient(str(reason)) from None
        return found

    @property
    def issuer(self) -> str:
        """The one on this machine."""
        return str(self.known["issuer"])

    def page(self, url: str) -> Page:
        """From this machine."""
        return page(url)

    def routes(self) -> frozenset[str] | None:
        """Those that refuse a caller without a token: the local gateway has no list of authorizers."""
        keys = [route.key for route in routes_of(transformed())]
        with httpx.Client(base_url=self.known["api"], trust_env=False) as client:
            asked = {key: client.request(*key.split(" ", 1)).status_code for key in keys}
        return frozenset(key for key, status in asked.items() if status != httpx.codes.NOT_FOUND)

    def secret(self, which: str) -> str | None:
        """From the local AWS."""
        client = boto3.client(
            "secretsmanager", endpoint_url=self.known["aws"], region_name=REGION, **FAKE_CREDENTIALS
        )
        return _secret(client, self.known["resources"][which.removesuffix("Arn")])

    def clock_skew(self) -> float:
        """How far the stack's clock was moved on by hand."""
        now: float = self._asked("/__clock")["now"]
        return time.time() - now

    def counted(self, metric: str) -> float | None:
        """Since it was started."""
        counts: dict[str, float] = self._asked("/__metrics")
        return counts.get(metric, 0.0)

    def _asked(self, path: str) -> Any:
        return httpx.get(f"{self.known['api']}{path}", headers=CONTROL, trust_env=False).json()


def _secret(client: Any, arn: str) -> str | None:
    try:
        text: str = client.get_secret_value(SecretId=arn)["SecretString"]
    except (ClientError, BotoCoreError):
        return None
    return text
