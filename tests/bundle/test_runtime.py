"""The webhook as built, under the genuine Lambda runtime client, with nothing else on its path."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from portone_local.gateway.events import event_for
from portone_local.gateway.messages import Request
from portone_local.stack.deployed import ROOT_CREDENTIALS, DeployedStack
from portone_local.template.cloudformation import REGION, functions, transformed

pytestmark = pytest.mark.check
RUNTIMES_OWN = (
    *("awslambdaric", "simplejson", "snapshot-restore-py"),
    *("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3"),
)
PATIENCE_SECONDS = 60


class RuntimeApi(ThreadingHTTPServer):
    """The runtime API of a Lambda container: hands out one event, receives its answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _RuntimeCall)
        self.events: Queue[bytes] = Queue()
        self.said: Queue[tuple[str, Any]] = Queue()

    def heard(self) -> tuple[str, Any]:
        """The next message of the runtime: its subject and its content."""
        return self.said.get(timeout=PATIENCE_SECONDS)


class _RuntimeCall(BaseHTTPRequestHandler):
    server: RuntimeApi

    def do_GET(self) -> None:
        self.server.said.put(("next", None))
        event = self.server.events.get()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "00000000-0000-4000-9000-000000000001")
        self.send_header("Lambda-Runtime-Deadline-Ms", "9999999999999")
        self.send_header(
            "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:local:000000000000:function:w"
        )
        self.send_header("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.said.put((self.path.rsplit("/", 1)[-1], json.loads(body)))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the standard library
        """Say nothing."""


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what AWS's runtime brings, and nothing more."""
    folder = tmp_path_factory.mktemp("runtime")
    site = Path(str(distribution("awslambdaric").locate_file("")))
    found = {file.parts[0] for name in RUNTIMES_OWN for file in distribution(name).files or ()}
    for name in found - {"..", "__pycache__"}:
        (folder / name).symlink_to(site / name)
    return folder


@contextmanager
def container(
    built: Path, runtime: Path, function: str, environment: dict[str, str]
) -> Iterator[tuple[RuntimeApi, "subprocess.Popen[str]"]]:
    """A container of a built function: its folders, the runtime, the interpreter; no site-packages."""
    api = RuntimeApi()
    threading.Thread(target=api.serve_forever, daemon=True).start()
    path = [built / function, built / "Package/python", built / "Dependencies/python", runtime]
    with subprocess.Popen(  # noqa: S603 - the interpreter that runs this test
        [str(Path(sys.executable).resolve()), "-S", "-m", "awslambdaric", "handler.handler"],
        cwd=built / function,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": function,
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield api, process
        finally:
            process.kill()
            api.shutdown()
            api.server_close()


def environment_of(stack: DeployedStack, function: str) -> dict[str, str]:
    """The environment of the deployed function, and where its AWS is."""
    where = {"AWS_ENDPOINT_URL": stack.resources.endpoint_url}
    return stack.resources.environment(function) | ROOT_CREDENTIALS | where


def event_of(stack: DeployedStack, headers: dict[str, str], body: bytes) -> bytes:
    request = Request(method="POST", target="/", headers=tuple(headers.items()), body=body)
    event = event_for(
        request,
        route_key="$default",
        path="/",
        host="webhook.localhost",
        request_id="1",
        now=stack.clock.now(),
    )
    return json.dumps(event).encode()


@pytest.mark.parametrize("function", functions(transformed()).values())
def test_a_built_function_starts_and_asks_for_work(
    built: Path, runtime: Path, deployed: DeployedStack, function: str
) -> None:
    with container(built, runtime, function, environment_of(deployed, function)) as (api, _):
        said, error = api.heard()

    assert said == "next", error


def test_a_built_function_with_wrong_settings_reports_that_it_cannot_start(
    built: Path, runtime: Path, deployed: DeployedStack
) -> None:
    environment = environment_of(deployed, "Webhook") | {"MODE": "live"}

    with container(built, runtime, "Webhook", environment) as (api, _):
        said, error = api.heard()

    assert (said, error["errorType"]) == ("error", "ValueError")


def test_the_built_webhook_answers_a_payment_and_counts_where_the_alarms_watch(
    built: Path, runtime: Path, deployed: DeployedStack
) -> None:
    payment_id = deployed.prepared("order-runtime")
    deployed.portone.buyer.pay(payment_id)
    delivery = next(each for each in deployed.portone.pending() if b"Transaction.Paid" in each.body)
    deployed.portone.webhooks.lose()
    environment = environment_of(deployed, "Webhook")

    with container(built, runtime, "Webhook", environment) as (api, process):
        assert api.heard() == ("next", None)
        headers = deployed.portone.webhooks.headers_for(delivery)
        api.events.put(event_of(deployed, headers, delivery.body))
        said, answered = api.heard()
        assert api.heard() == ("next", None)
        process.kill()
        printed, _ = process.communicate()

    assert (said, answered["statusCode"]) == ("response", 200)
    assert deployed.status(payment_id) == "PAID"
    (counted,) = [json.loads(line) for line in printed.splitlines() if '"_aws"' in line]
    (metrics,) = counted["_aws"]["CloudWatchMetrics"]
    assert metrics["Namespace"] == environment["POWERTOOLS_METRICS_NAMESPACE"]
    assert metrics["Dimensions"] == [["service"]]
    assert counted["service"] == environment["POWERTOOLS_SERVICE_NAME"]
