"""A local OpenID Connect issuer with an RSA key of its own: tokens, discovery and JWKS."""

import functools
import hmac
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.utils import base64url_encode

from portone_local.gateway.messages import Request, Response, answer
from portone_local.gateway.tokens import DISCOVERY
from portone_local.twins.clock import Clock

JWKS = "/jwks.json"
AUDIENCE = "portone-local-app"
LIFETIME_SECONDS = 3600
IN_PROCESS = "https://issuer.invalid"


@functools.cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A key made once a process for each name."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.lru_cache(maxsize=64)
def _signed(claims: str, key_name: str, kid: str) -> str:
    """RS256 gives the same token for the same claims, and signing is most of what a request costs here."""
    return jwt.encode(json.loads(claims), rsa_key(key_name), algorithm="RS256", headers={"kid": kid})


class TokenIssuer:
    """Issues RS256 tokens on the clock it is given; `url` is the issuer, to be set once it is served."""

    def __init__(self, clock: Clock, *, url: str = IN_PROCESS, key_name: str = "local") -> None:
        self.url = url
        self.clock = clock
        self._key_name = key_name

    @property
    def kid(self) -> str:
        """The id of the key tokens are signed with."""
        return f"key-{self._key_name}"

    def claims(self, user_id: str, **overrides: object) -> dict[str, object]:
        """What a token for `user_id` says; overrides replace claims by name, None removes one."""
        now = int(self.clock.now())
        said = {"iss": self.url, "aud": AUDIENCE, "sub": user_id, "iat": now, "exp": now + LIFETIME_SECONDS}
        return {name: value for name, value in (said | overrides).items() if value is not None}

    def issue(self, user_id: str, **overrides: object) -> str:
        """A token for `user_id`, good for an hour; overrides as in `claims`."""
        return _signed(json.dumps(self.claims(user_id, **overrides)), self._key_name, self.kid)

    def unsigned(self, user_id: str, **overrides: object) -> str:
        """A forgery: a token that says of itself that it needs no signature."""
        return jwt.encode(self.claims(user_id, **overrides), "", algorithm="none", headers={"kid": self.kid})

    def signed_with_public_key(self, user_id: str, **overrides: object) -> str:
        """A forgery: the public key, which anybody has, used as the password of an HMAC."""
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        pem = rsa_key(self._key_name).public_key().public_bytes(encoding, form)
        parts = [{"alg": "HS256", "typ": "JWT", "kid": self.kid}, self.claims(user_id, **overrides)]
        signed = b".".join(base64url_encode(json.dumps(part).encode()) for part in parts)
        return (signed + b"." + base64url_encode(hmac.digest(pem, signed, "sha256"))).decode()

    def document(self, url: str) -> dict[str, Any]:
        """What lies under `url`: the discovery document or the JWKS. ValueError where nothing does."""
        if url == self.url + DISCOVERY:
            return {"issuer": self.url, "jwks_uri": self.url + JWKS}
        if url == self.url + JWKS:
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key(self._key_name).public_key()))
            return {"keys": [public | {"kid": self.kid, "use": "sig", "alg": "RS256"}]}
        raise ValueError("nothing there")

    def handle(self, request: Request) -> Response:
        """Discovery and JWKS over HTTP."""
        try:
            return answer(200, self.document(self.url + request.path))
        except ValueError:
            return answer(404, {"message": "Not Found"})
