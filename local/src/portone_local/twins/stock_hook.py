"""The shop's stock hook in memory: it records its calls, and says no or nothing on command."""


class MemoryStockHook:
    """`StockHook` of a shop with goods for every attempt. `out` makes it say no, `silent` time out.

    `agreed` is what it said yes to, in words that arrived.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.reserved: set[tuple[str, int]] = set()
        self.agreed: set[tuple[str, int]] = set()
        self.out = False
        self.silent = False

    def reserve(self, payment_id: str, attempt: int) -> bool:
        """Whether the goods are reserved; a timeout reserves them too, and is a no to its caller."""
        self.asked.append((payment_id, attempt))
        if self.out:
            return False
        self.reserved.add((payment_id, attempt))
        if self.silent:
            return False
        self.agreed.add((payment_id, attempt))
        return True
