"""A page in the developer's browser reaches no local server, and no real secret lies there (case E2)."""

import http.client
import json
import stat
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from portone_local.serve.elsewhere import Endpoint
from portone_local.serve.served import Served
from portone_local.serve.up import served

SECRET = "a-real-api-secret-0123456789"
SIGNING = "whsec_YS1yZWFsLXNpZ25pbmctc2VjcmV0LTAxMjM0NTY3"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("local")


@pytest.fixture(scope="module")
def up(folder: Path) -> Iterator[Served]:
    """A stack as `make serve` keeps it up, with the secrets of a real PortOne."""
    real = Endpoint(api_secret=SECRET, webhook_secret=SIGNING)
    with served(real, {"PORTONE_API_SECRET": SECRET}, folder=folder) as running:
        yield running


def urls(up: Served) -> dict[str, str]:
    """Every server of it: where, and what to ask there."""
    aws = up.ministack.endpoint_url if up.ministack else ""
    return {
        "api": f"{up.api_url}/payments",
        "clock": f"{up.api_url}/__clock",
        "issuer": f"{up.stack.issuer.url}/.well-known/openid-configuration",
        "portone": f"{up.portone_url}/payments",
        "control": f"{up.portone_url}/__control/books",
        "aws": f"{aws}/",
    }


def asked(
    url: str, method: str = "POST", body: str = "{}", **headers: str
) -> tuple[int, Mapping[str, str], str]:
    """What a server answers; `host` may be any."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(
        method,
        f"{where.path}?{where.query}".rstrip("?"),
        skip_host="host" in named,
        skip_accept_encoding=True,
    )
    for name, value in ({"content-type": "text/plain", "content-length": str(len(body))} | named).items():
        connection.putheader(name, value)
    connection.endheaders(body.encode())
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    said = answer.status, found, answer.read().decode("utf-8", "replace")
    connection.close()
    return said


# the webhook knows its caller by the signature, and a tunnel brings it another name
SERVERS = ("api", "clock", "issuer", "portone", "control", "aws")
PAGES = {
    "another site": {"origin": "https://evil.example"},
    "a page in a sandbox": {"origin": "null"},
    "another port of this machine": {"origin": "http://127.0.0.1:1"},
    "a name that leads here": {"host": "evil.example"},
    "a name that begins like this machine": {"host": "127.0.0.1.evil.example"},
    "a name that ends like it": {"host": "evil-localhost"},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("server", SERVERS)
def test_a_page_of_another_origin_gets_no_answer(up: Served, server: str, page: str) -> None:
    status, headers, _ = asked(urls(up)[server], **PAGES[page])

    assert status == HTTPStatus.FORBIDDEN
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("server", ["clock", "control", "portone", "aws"])
def test_an_image_of_another_page_starts_nothing(up: Served, server: str, site: str) -> None:
    """A request for an image has no origin header, but browsers send where it comes from."""
    url = urls(up)[server] + ("?Action=ListQueues" if server == "aws" else "")

    status, _, _ = asked(url, method="GET", body="", sec_fetch_site=site, sec_fetch_mode="no-cors")

    assert status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("server", ["clock", "control", "portone", "aws"])
def test_a_cors_preflight_of_another_page_is_refused(up: Served, server: str) -> None:
    wanted = {"access_control_request_method": "POST", "access_control_request_headers": "x-amz-target"}

    status, headers, _ = asked(
        urls(up)[server], method="OPTIONS", body="", origin="https://evil.example", **wanted
    )

    assert status >= HTTPStatus.BAD_REQUEST
    assert not [name for name in headers if name.startswith("access-control-allow")]


@pytest.mark.parametrize("path", ["/__clock/advance", "/__control/advance_clock"])
def test_a_form_of_another_page_does_not_move_the_clock(up: Served, path: str) -> None:
    base = up.portone_url if "control" in path else up.api_url
    before = up.stack.clock.now()

    status, _, _ = asked(base + path, body=json.dumps({"seconds": 3600}))

    assert status == HTTPStatus.FORBIDDEN
    assert up.stack.clock.now() - before < 600


def test_the_local_aws_and_its_environment_hold_no_real_secret(up: Served) -> None:
    assert up.ministack
    manager = up.ministack.shared("secretsmanager")
    kept = [
        manager.get_secret_value(SecretId=each["ARN"])["SecretString"]
        for each in manager.list_secrets()["SecretList"]
    ]
    process: Any = vars(up.ministack)["_process"]
    environment = Path(f"/proc/{process.pid}/environ")

    assert [each for each in kept if SECRET in each or SIGNING in each] == []
    assert not environment.exists() or SECRET not in environment.read_text()


def test_files_written_by_a_stack_are_readable_by_their_owner_only(up: Served, folder: Path) -> None:
    written = [each for each in folder.rglob("*") if each.is_file()]

    assert up.name
    assert written
    assert {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in written} == {0}
    assert not any(SECRET in each.read_text(errors="replace") for each in written)
