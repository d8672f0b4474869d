"""The machine's clock."""

import time


class SystemClock:
    """Epoch seconds UTC and monotonic seconds."""

    def now(self) -> float:
        """Epoch seconds UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never decrease."""
        return time.monotonic()
