"""Signature Version 4 for `execute-api`, both ends: botocore computes the signature, we compare it."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from portone_local.gateway.messages import Request
from portone_local.twins.clock import Clock

SERVICE = "execute-api"
STAMP = "%Y%m%dT%H%M%SZ"
TOLERANCE_SECONDS = 300
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<key>[^/, ]+)/(?P<scope>[^, ]+), *"
    r"SignedHeaders=(?P<signed>[^, ]+), *Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A principal with keys, and the calls its policy would allow: `METHOD /path` with `*` for anything.

    `session`: `role/name` of a session of a role, where it is no user.
    """

    name: str
    access_key: str
    secret_key: str = field(repr=False)
    allowed: tuple[str, ...] = ("*",)
    session: str | None = None

    def may(self, method: str, path: str) -> bool:
        """Whether the policy allows this call."""
        return any(fnmatchcase(f"{method} {path}", pattern) for pattern in self.allowed)


SHOP = Principal(
    name="shop-backend",
    access_key="LOCALSHOPKEY",
    secret_key="not-a-secret-shop",
    allowed=(
        "PUT /orders/*",
        "GET /orders/*",
        "DELETE /orders/*",
        "POST /identity/erase",
        "PUT /plans/*",
        "POST /plans/*",
        "GET /ops/plans/*",
        "* /ops/subscriptions*",
        "* /ops/users/*",
    ),
)
STAFF = Principal(
    name="operator",
    access_key="LOCALSTAFFKEY",
    secret_key="not-a-secret-staff",
    allowed=("GET /ops/*", "POST /ops/*", "PUT /ops/subscriptions/*", "PUT /ops/payments/*"),
)
NOBODY = Principal(
    name="no-policy", access_key="LOCALNOBODYKEY", secret_key="not-a-secret-nobody", allowed=()
)


class NotSigned(Exception):
    """The request is not signed by a known principal, or not allowed to it."""


class SigV4:
    """Signs and verifies for one region, on the clock it is given."""

    def __init__(self, principals: Iterable[Principal], *, region: str, clock: Clock) -> None:
        self._principals = {principal.access_key: principal for principal in principals}
        self._region = region
        self._clock = clock

    def know(self, principal: Principal) -> None:
        """Give another principal keys."""
        self._principals[principal.access_key] = principal

    def sign(self, request: Request, principal: Principal, *, host: str) -> Request:
        """The request with `host`, `x-amz-date` and `authorization` added."""
        moment = datetime.fromtimestamp(self._clock.now(), tz=UTC)
        stamped = request.having(("host", host), ("x-amz-date", moment.strftime(STAMP)))
        signer, signed = self._prepared(stamped, principal, [name for name, _ in stamped.headers])
        names = signer.signed_headers(signer.headers_to_sign(signed))
        value = (
            f"AWS4-HMAC-SHA256 Credential={signer.scope(signed)}, "
            f"SignedHeaders={names}, Signature={_signature(signer, signed)}"
        )
        return stamped.having(("authorization", value))

    def verify(self, request: Request) -> Principal:
        """Who signed this. Raises `NotSigned`."""
        found = AUTHORIZATION.fullmatch(request.header("authorization") or "")
        principal = self._principals.get(found["key"]) if found else None
        if found is None or principal is None:
            raise NotSigned
        names = found["signed"].split(";")
        stamp = request.header("x-amz-date") or ""
        if not {"host", "x-amz-date"} <= set(names) or not self._is_fresh(stamp) or not _body_holds(request):
            raise NotSigned
        signer, signed = self._prepared(request, principal, names)
        if found["scope"] != signer.credential_scope(signed):
            raise NotSigned
        if not hmac.compare_digest(found["signature"], _signature(signer, signed)):
            raise NotSigned
        if not principal.may(request.method, request.path):
            raise NotSigned
        return principal

    def _is_fresh(self, stamp: str) -> bool:
        try:
            moment = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
        except ValueError:
            return False
        return abs(moment.timestamp() - self._clock.now()) <= TOLERANCE_SECONDS

    def _prepared(
        self, request: Request, principal: Principal, names: Iterable[str]
    ) -> tuple[SigV4Auth, AWSRequest]:
        headers = {name.lower(): request.header(name.lower()) or "" for name in names}
        url = f"https://{headers['host']}{request.target}"
        prepared = AWSRequest(method=request.method, url=url, headers=headers, data=request.body)
        prepared.context["timestamp"] = headers["x-amz-date"]
        credentials = Credentials(principal.access_key, principal.secret_key)
        return SigV4Auth(credentials, SERVICE, self._region), prepared


def _signature(signer: SigV4Auth, request: AWSRequest) -> str:
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def _body_holds(request: Request) -> bool:
    stated = request.header("x-amz-content-sha256")
    return stated is None or hmac.compare_digest(stated, hashlib.sha256(request.body).hexdigest())
