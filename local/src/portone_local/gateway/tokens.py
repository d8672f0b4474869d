"""The JWT authorizer of an HTTP API: RSA only, `aud` or else `client_id`, keys by discovery."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jwt
from jwt.types import Options

from portone_local.gateway.routes import Jwt
from portone_local.twins.clock import Clock

RSA = ("RS256", "RS384", "RS512")
DISCOVERY = "/.well-known/openid-configuration"
SIGNATURE_ONLY: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
}

type Fetch = Callable[[str], dict[str, Any]]


class Refused(Exception):
    """The caller is refused: 401 or 403, with a reason for `www-authenticate`."""

    def __init__(self, status: int, reason: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def fetch_json(url: str) -> dict[str, Any]:
    """A JSON document over HTTP. Raises `httpx.HTTPError` and ValueError."""
    content = httpx.get(url, timeout=5, trust_env=False).raise_for_status().json()
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - what httpx raises for a body that is not JSON
    return content


class JwtAuthorizer:
    """Checks tokens as API Gateway does (its developer guide, "JWT authorizers"), by the clock given."""

    def __init__(self, config: Jwt, *, fetch: Fetch, clock: Clock) -> None:
        self._config = config
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}

    def claims(self, authorization: str | None, *, scopes: tuple[str, ...] = ()) -> dict[str, Any]:
        """The claims of a good token, with or without `Bearer` before it. Raises `Refused`."""
        token = (authorization or "").strip()
        if token[:7].lower() == "bearer ":
            token = token[7:].strip()
        if not token:
            raise Refused(401)
        claims = self._verified(token)
        self._check_issuer_and_audience(claims)
        self._check_times(claims)
        if scopes and not granted(claims) & set(scopes):
            raise Refused(403, "the token does not have a scope the route requires")
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            key = self._key(jwt.get_unverified_header(token).get("kid"))
            return jwt.decode(token, key, algorithms=RSA, options=SIGNATURE_ONLY)
        except jwt.PyJWTError as error:
            raise Refused(401, "the token is malformed or its signature is wrong") from error

    def _key(self, kid: object) -> jwt.PyJWK:
        if not isinstance(kid, str):
            raise Refused(401, "the token names no key")
        if kid not in self._keys:
            self._keys = self._fetched()
        if kid not in self._keys:
            raise Refused(401, "the key is not one of the issuer's")
        return self._keys[kid]

    def _fetched(self) -> dict[str, jwt.PyJWK]:
        try:
            found = self._fetch(self._config.issuer.rstrip("/") + DISCOVERY)
            keys = self._fetch(found["jwks_uri"])["keys"]
            return {key["kid"]: jwt.PyJWK(key) for key in keys if key["kty"] == "RSA" and "kid" in key}
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Refused(401, "OIDC discovery endpoint communication error") from error

    def _check_issuer_and_audience(self, claims: Mapping[str, Any]) -> None:
        if claims.get("iss") != self._config.issuer:
            raise Refused(401, "the token has another issuer")
        named = claims["aud"] if "aud" in claims else claims.get("client_id")
        if not any(audience in self._config.audiences for audience in _listed(named)):
            raise Refused(401, "the token does not have a valid audience")

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.now()
        times = {name: claims.get(name, now) for name in ("nbf", "iat")} | {"exp": claims.get("exp", 0)}
        if not all(isinstance(time, int | float) for time in times.values()):
            raise Refused(401, "a time in the token is not a number")
        if times["exp"] <= now:
            raise Refused(401, "the token has expired")
        if times["nbf"] > now or times["iat"] > now:
            raise Refused(401, "the token is not valid yet")


def granted(claims: Mapping[str, Any]) -> set[str]:
    """The scopes of a token, from `scope` or `scp`, a string or a list."""
    values = [*_listed(claims.get("scope")), *_listed(claims.get("scp"))]
    return {scope for value in values if isinstance(value, str) for scope in value.split()}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
