"""What a key has to look like before anything is signed or hashed with it: "changeme" is none (I6)."""

from portone_payments.domain.errors import SecretsUnavailable

LEAST_KEY = 32  # characters of a key of ours; the template makes 64
LEAST_SIGNING_KEY = 16  # bytes inside a webhook secret; the Standard Webhooks specification asks for 24
LEAST_DISTINCT = 8


def is_strong(key: str | bytes, least: int = LEAST_KEY) -> bool:
    """Whether a key is long enough and not one sign over and over."""
    return len(key) >= least and len(set(key)) >= LEAST_DISTINCT


def checked_key(key: str, field: str) -> str:
    """A key of ours as it is. Raises `SecretsUnavailable` for one that somebody could guess."""
    if not is_strong(key):
        raise SecretsUnavailable(reason="weak", field=field)
    return key
