"""IAM routes take only requests that botocore's own signature fits."""

import shutil
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from portone_local.gateway.messages import Request, Response
from portone_local.gateway.server import Server
from portone_local.gateway.sigv4 import SHOP, STAFF, Principal, SigV4
from portone_local.template.cloudformation import REGION


def put(desk: Any, body: bytes = b"{}", path: str = "/orders/order-1") -> Request:
    request: Request = desk.signed("PUT", path, body)
    return request


def without(request: Request, name: str) -> Request:
    headers = tuple(header for header in request.headers if header[0] != name)
    return Request(method=request.method, target=request.target, headers=headers, body=request.body)


def changed(request: Request, **changes: Any) -> Request:
    parts = {name: getattr(request, name) for name in ("method", "target", "headers", "body")}
    return Request(**(parts | changes))


def is_forbidden(desk: Any, request: Request) -> bool:
    response: Response = desk.gateway.handle(request)
    return response.status == 403 and response.json() == {"message": "Forbidden"} and not desk.seen


@pytest.mark.parametrize("path", ["/orders/order-1", "/orders/a%20b%7Cc", "/orders/order-1?b=2&a=%20x&a=1"])
def test_a_signed_request_passes_and_names_its_signer(desk: Any, path: str) -> None:
    response = desk.gateway.handle(put(desk, path=path))

    assert response.status == 200
    assert desk.event["requestContext"]["authorizer"]["iam"]["userId"] == SHOP.name


def test_a_request_signed_by_botocore_passes(desk: Any) -> None:
    request = AWSRequest("PUT", "https://api.localhost/orders/order-1", data=b"{}")
    stamp = "20260102T030405Z"
    request.headers["X-Amz-Date"] = stamp
    request.context["timestamp"] = stamp
    signer = SigV4Auth(Credentials(SHOP.access_key, SHOP.secret_key), "execute-api", REGION)
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    value = (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders=host;x-amz-date, "
        f"Signature={signature}"
    )
    headers = {"host": "api.localhost", "x-amz-date": stamp, "authorization": value}

    assert desk.gateway.request("PUT", "/orders/order-1", headers=headers, body=b"{}").status == 200


def test_an_unsigned_request_is_403(desk: Any) -> None:
    assert is_forbidden(desk, Request(method="PUT", target="/orders/order-1", body=b"{}"))


def test_a_token_is_no_signature(desk: Any) -> None:
    response = desk.as_user("PUT", "/orders/order-1")

    assert (response.status, desk.seen) == (403, [])


@pytest.mark.parametrize(
    "changes", [{"body": b'{"a":1}'}, {"method": "GET"}, {"target": "/orders/order-2"}], ids=str
)
def test_a_change_after_signing_is_403(desk: Any, changes: dict[str, Any]) -> None:
    assert is_forbidden(desk, changed(put(desk), **changes))


def test_a_missing_signed_header_is_403(desk: Any) -> None:
    assert is_forbidden(desk, without(put(desk), "content-type"))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signature_older_or_newer_than_five_minutes_is_403(desk: Any, seconds: int) -> None:
    other = type(desk.clock)(desk.clock.now() + seconds)
    request = SigV4([SHOP], region=REGION, clock=other).sign(
        Request(method="PUT", target="/orders/order-1"), SHOP, host="api.localhost"
    )

    assert is_forbidden(desk, request)


@pytest.mark.parametrize(
    "stranger",
    [
        Principal(name="stranger", access_key="STRANGERKEY", secret_key=SHOP.secret_key),
        Principal(name="guesser", access_key=SHOP.access_key, secret_key="a-guess"),
    ],
    ids=lambda stranger: stranger.name,
)
def test_an_unknown_key_and_a_wrong_secret_are_403(desk: Any, stranger: Principal) -> None:
    assert is_forbidden(desk, desk.signed("PUT", "/orders/order-1", b"{}", stranger))


def test_a_signature_for_another_region_is_403(desk: Any) -> None:
    elsewhere = SigV4([SHOP], region="eu-west-1", clock=desk.clock)
    request = Request(method="PUT", target="/orders/order-1")

    assert is_forbidden(desk, elsewhere.sign(request, SHOP, host="api.localhost"))


@pytest.mark.parametrize("lie", ["/20260101/", "/eu-west-1/", "/s3/", "/aws5_request"])
def test_a_scope_that_is_not_the_one_signed_for_is_403(desk: Any, lie: str) -> None:
    truth = {"/20260101/": "/20260102/", "/eu-west-1/": f"/{REGION}/", "/s3/": "/execute-api/"}
    request = put(desk)
    headers = tuple(
        (name, value.replace(truth.get(lie, "/aws4_request"), lie) if name == "authorization" else value)
        for name, value in request.headers
    )

    assert headers != request.headers
    assert is_forbidden(desk, changed(request, headers=headers))


def test_a_stated_body_hash_must_be_the_hash_of_the_body(desk: Any) -> None:
    request = Request(
        method="PUT",
        target="/orders/order-1",
        headers=(("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),),
        body=b"{}",
    )

    assert is_forbidden(desk, desk.iam.sign(request, SHOP, host="api.localhost"))


@pytest.mark.parametrize(
    ("principal", "method", "path"),
    [(SHOP, "GET", "/ops/attention"), (STAFF, "PUT", "/orders/order-1")],
    ids=["shop", "staff"],
)
def test_a_policy_matches_whole_paths_only(desk: Any, principal: Principal, method: str, path: str) -> None:
    assert is_forbidden(desk, desk.signed(method, path, b"", principal))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_request_signed_by_curl_passes(desk: Any) -> None:
    now = datetime.now(UTC).timestamp()
    desk.clock.advance(now - desk.clock.now())
    with Server(desk.gateway.handle) as server:
        command = ["curl", "-sS", "-X", "PUT", f"{server.url}/orders/order-1", "-d", "{}"]
        command += ["-H", "content-type: application/json"]
        command += ["--aws-sigv4", f"aws:amz:{REGION}:execute-api"]
        command += ["--user", f"{SHOP.access_key}:{SHOP.secret_key}", "-o", "/dev/null", "-w", "%{http_code}"]

        status = subprocess.check_output(command, timeout=20)  # noqa: S603 - our own words

    assert status == b"200"
