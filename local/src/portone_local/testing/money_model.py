"""What must have become of the money of a payment, from what was done to it alone: no clock, no stack."""

from dataclasses import dataclass, field

from portone_payments.domain.records import Payment, RefundState, Status
from portone_payments.domain.send_back import MISMATCH

_BACK = {RefundState.SUCCEEDED}


@dataclass(slots=True)
class MoneyModel:
    """One payment. Minor units.

    `asked` is its price, `taken` what the buyer was charged, `elsewhere` what console and issuer took back.
    `promised` are the refunds whose asker was told that they succeeded.
    """

    asked: int
    taken: int = 0
    elsewhere: int = 0
    promised: dict[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """What nobody has been told is on its way back."""
        return self.taken - self.elsewhere - sum(self.promised.values())

    def charged(self, amount: int) -> None:
        """The buyer paid. ValueError for a second time."""
        if self.taken:
            raise ValueError("charged twice")
        self.taken = amount

    def wrongs(self, held: Payment, cancelled: int) -> list[str]:
        """What is wrong with what we hold, in sentences, once nothing is on its way.

        `cancelled` is what PortOne's books say went back.
        """
        succeeded = {name: each.amount for name, each in held.refunds.items() if each.state in _BACK}
        broken = [name for name, amount in self.promised.items() if succeeded.get(name) != amount]
        said = {
            f"{held.status} though {self.taken} was taken and {cancelled} went back": not self._fits(
                held.status, cancelled
            ),
            f"{cancelled} went back, {self.elsewhere} elsewhere and {succeeded} by us": cancelled
            != self.elsewhere + sum(succeeded.values()),
            f"{cancelled} of {self.taken} went back": cancelled > self.taken,
            f"{self.taken} was wrongly taken and nobody sends it back": self._stays(held, cancelled),
            f"promised and not kept: {broken}": bool(broken),
        }
        return [sentence for sentence, wrong in said.items() if wrong]

    def _stays(self, held: Payment, cancelled: int) -> bool:
        wrong = self.taken not in {0, self.asked} and cancelled < self.taken
        return wrong and MISMATCH not in held.refunds

    def _fits(self, status: Status, cancelled: int) -> bool:
        holds = {Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED, Status.MISMATCH}
        if not self.taken:
            return status not in holds or status is Status.MISMATCH
        if cancelled == self.taken:
            return status is Status.CANCELLED
        if self.taken != self.asked:
            return status is Status.MISMATCH
        return status is (Status.PARTIAL_CANCELLED if cancelled else Status.PAID)
