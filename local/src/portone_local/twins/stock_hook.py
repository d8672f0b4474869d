"""The shop's stock hook in memory: it remembers what it was asked, and says no or nothing on command."""


class MemoryStockHook:
    """`StockHook` of a shop with goods for every try. `out` makes it say no, `silent` time out.

    `agreed` is what it said yes to, in words that arrived.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.reserved: set[tuple[str, int]] = set()
        self.agreed: set[tuple[str, int]] = set()
        self.out = False
        self.silent = False

    def reserve(self, payment_id: str, attempt: int) -> bool:
        """Whether the goods are held; a timeout holds them too, and is a no to whoever asked."""
        self.asked.append((payment_id, attempt))
        if self.out:
            return False
        self.reserved.add((payment_id, attempt))
        if self.silent:
            return False
        self.agreed.add((payment_id, attempt))
        return True
