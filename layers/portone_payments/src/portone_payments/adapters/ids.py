"""Ids nobody can guess, from the operating system's randomness."""

import secrets
import string

ALPHABET = string.digits + string.ascii_letters


class RandomIds:
    """The real `Ids`."""

    def payment_id(self) -> str:
        """26 characters of `[0-9A-Za-z]`, 154 bits: below every PG's limit (PortOne facts 12.3)."""
        return "".join(secrets.choice(ALPHABET) for _ in range(26))

    def token(self) -> str:
        """22 characters of `[0-9A-Za-z-_]`, 128 bits; fits a ClientRequestToken (at most 36)."""
        return secrets.token_urlsafe(16)

    def jitter(self, seconds: float) -> float:
        """Somewhere between 0 and `seconds`."""
        return secrets.SystemRandom().uniform(0, seconds)
