"""Whether API Gateway can check the app's tokens: what it reads from the issuer, read here (OpenID)."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

DISCOVERY = "/.well-known/openid-configuration"
HERE = frozenset({"127.0.0.1", "localhost"})
type Page = tuple[int, str]
type Fetch = Callable[[str], Page]


def page(url: str) -> Page:
    """Status and text of a page. Raises `httpx.HTTPError`."""
    # no proxy stands before this machine
    answer = httpx.get(url, timeout=5, trust_env=urlsplit(url).hostname not in HERE)
    return answer.status_code, answer.text


def complaint(issuer: str, fetch: Fetch = page, *, live: bool = False) -> str | None:
    """What is wrong with an issuer in one sentence; None where its tokens can be checked."""
    parts = urlsplit(issuer)
    if live and parts.scheme != "https":
        return f"the issuer {issuer} is not https: in live mode whoever listens could sign in as anybody"
    if parts.scheme != "https" and parts.hostname not in HERE:
        return f"the issuer {issuer} is not https: API Gateway asks no other"
    found = _document(issuer.rstrip("/") + DISCOVERY, fetch)
    if isinstance(found, str):
        return found
    if found.get("issuer") != issuer:
        said = found.get("issuer")
        return f"the issuer calls itself {said!r} and JwtIssuer is {issuer!r}: every token is refused (401)"
    keys = found.get("jwks_uri")
    if not isinstance(keys, str):
        return "the issuer's discovery document names no jwks_uri"
    if urlsplit(keys).scheme != parts.scheme:
        return f"the issuer's jwks_uri {keys} is not {parts.scheme}"
    return _keys(_document(keys, fetch))


def _document(url: str, fetch: Fetch) -> Mapping[str, Any] | str:
    """A JSON object, or what is wrong with it."""
    try:
        status, text = fetch(url)
    except httpx.HTTPError as error:
        return f"{url} cannot be reached ({type(error).__name__})"
    if status != httpx.codes.OK:
        return f"{url} answers {status}"
    try:
        found = json.loads(text)
    except ValueError:
        return f"{url} is not JSON"
    return found if isinstance(found, dict) else f"{url} is no JSON object"


def _keys(found: Mapping[str, Any] | str) -> str | None:
    if isinstance(found, str):
        return found
    keys = found.get("keys")
    kinds = [each.get("kty") for each in keys if isinstance(each, dict)] if isinstance(keys, list) else []
    if "RSA" not in kinds:
        return f"the issuer has no RSA key among {len(kinds)}: API Gateway checks RSA signatures only"
    return None
