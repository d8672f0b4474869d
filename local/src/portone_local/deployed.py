"""The built artifact: `sam build`, `sam deploy` into the local AWS with IAM enforced, one payment through it.

The gateway stands in for API Gateway and the Function URL, which the local AWS does not serve from a SAM template;
the functions behind it are the deployed ones.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET
from portone_local.template import REGION, ROOT

SAM = ROOT / ".venv-sam" / "bin" / "sam"
STACK = "payments-local"
ROOT_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # the local AWS's root
SECRETS = {
    "ApiSecret": {"apiSecret": EXAMPLE_SECRET},
    "WebhookSecret": {"current": EXAMPLE_WEBHOOK_SECRET, "hashKey": "an-example-hash-key-of-no-use"},
}


class SamFailed(Exception):
    """SAM CLI refused; what it printed."""


def sam(*arguments: str, folder: Path = ROOT, **environment: str) -> str:
    """Run SAM CLI in `folder`; what it printed. Raises SamFailed."""
    if not SAM.exists():
        raise SamFailed("SAM CLI is missing: make .venv-sam/.ready")
    tools = [Path(sys.executable).resolve().parent, ROOT / ".cache" / "uv" / "bin", SAM.parent]
    found = subprocess.run(
        [str(SAM), *arguments],
        cwd=folder,
        env=os.environ
        | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": REGION}
        | {"PATH": os.pathsep.join([*map(str, tools), os.environ["PATH"]])}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if found.returncode:
        raise SamFailed(found.stdout[-4000:])
    return found.stdout


def build(folder: Path) -> Path:
    """Build layers and functions into `folder`, from nothing. Raises SamFailed."""
    sam("build", "--no-cached", "--template-file", str(ROOT / "template.yaml"), "--build-dir", str(folder))
    return folder


class Deployed:
    """A stack in the local AWS, made from what `build` built."""

    def __init__(self, built: Path, endpoint_url: str, parameters: Mapping[str, str]) -> None:
        self._session = boto3.Session("test", "test", region_name=REGION)
        self._endpoint_url = endpoint_url
        chosen = built / "parameters.yaml"
        chosen.write_text(json.dumps(dict(parameters)))  # JSON is YAML
        sam(
            *("deploy", "--template-file", str(built / "template.yaml"), "--stack-name", STACK),
            *(
                "--parameter-overrides",
                f"file://{chosen}",
                "--resolve-s3",
                "--capabilities",
                "CAPABILITY_IAM",
            ),
            *("--no-progressbar", "--no-confirm-changeset"),
            folder=built,
            AWS_ENDPOINT_URL=endpoint_url,
            **ROOT_CREDENTIALS,
        )
        self.resources = self._physical_ids()
        for name, secret in SECRETS.items():
            self.client("secretsmanager").put_secret_value(
                SecretId=self.resources[name], SecretString=json.dumps(secret)
            )

    def client(self, service: str) -> Any:
        """A boto3 client that may do everything."""
        return self._session.client(service, endpoint_url=self._endpoint_url)  # type: ignore[call-overload]

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Run a deployed function (by logical id). Raises RuntimeError with what it raised."""
        answered = self.client("lambda").invoke(
            FunctionName=self.resources[function], Payload=json.dumps(event).encode()
        )
        result = json.loads(answered["Payload"].read())
        if "FunctionError" in answered:
            raise RuntimeError(result)
        return result

    def _physical_ids(self) -> dict[str, str]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
        }
