"""The form a key must have before it signs or hashes anything: "changeme" is refused (I6)."""

import base64
from itertools import pairwise

from portone_payments.domain.errors.common import SecretsUnavailable

LEAST_KEY = 32  # characters of a key of ours; the template makes 64
LEAST_SIGNING_KEY = 16  # bytes inside a webhook secret; the Standard Webhooks specification requires 24
LEAST_API_SECRET = 24  # characters; PortOne's own are three times as long
LEAST_DISTINCT = 8
VARIED = 0.75
# prefixes of other values in PortOne's console that are pasted by mistake
_OTHERS = ("store-", "channel-key-", "whsec_", "imp_")


def is_strong(key: str | bytes, least: int = LEAST_KEY) -> bool:
    """Whether a key is long enough, and neither a repeated word nor a sequence of neighbouring characters."""
    signs = key.encode(errors="surrogatepass") if isinstance(key, str) else key
    steps = bytes((after - before) % 256 for before, after in pairwise(signs))
    return len(signs) >= least and len(set(signs)) >= LEAST_DISTINCT and _varied(signs) and _varied(steps)


def _varied(signs: bytes) -> bool:
    """Whether nearly every run of three characters occurs once, as in a random key."""
    runs = [signs[at : at + 3] for at in range(len(signs) - 2)]
    return len(set(runs)) >= VARIED * len(runs)


def checked_key(key: str, field: str) -> str:
    """A key of ours, unchanged. Raises `SecretsUnavailable` for a guessable one."""
    if not is_strong(key):
        raise SecretsUnavailable(reason="weak", field=field)
    return key


def checked_api_secret(secret: str) -> str:
    """PortOne's API secret, unchanged. Raises `SecretsUnavailable` for a text that cannot be one."""
    readable = secret.isascii() and secret.isprintable() and " " not in secret
    if not readable or secret.startswith(_OTHERS) or not is_strong(secret, LEAST_API_SECRET):
        raise SecretsUnavailable(reason="weak", field="apiSecret")
    return secret


def signing_key(secret: str) -> bytes | None:
    """The key inside a webhook secret; None where it is not Base64, or short enough to guess.

    Accepts it with or without `whsec_`, padding, and the blanks around it that a paste leaves.
    """
    text = secret.strip().removeprefix("whsec_").rstrip("=")
    try:
        # standardwebhooks drops what is not Base64 and would verify with the rest of a mistyped secret.
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None
    return key if is_strong(key, LEAST_SIGNING_KEY) else None
