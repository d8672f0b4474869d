"""Ids that repeat from run to run, for tests and the demo."""

import random

from portone_payments.adapters.ids import ALPHABET


class SeededIds:
    """`Ids` from a seed: the same calls give the same ids."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def payment_id(self) -> str:
        """26 characters of `[0-9A-Za-z]`."""
        return "".join(self._random.choices(ALPHABET, k=26))

    def token(self) -> str:
        """22 characters of `[0-9A-Za-z]`."""
        return "".join(self._random.choices(ALPHABET, k=22))

    def jitter(self, seconds: float) -> float:
        """Somewhere between 0 and `seconds`."""
        return self._random.uniform(0, seconds)
