"""What must have become of the money of a payment, from what was done to it alone: no clock, no stack."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment, Status
from portone_payments.domain.refunds.automatic import MISMATCH

ELSEWHERE = "elsewhere:"
"""Before the id of a cancellation that is none of ours."""
_BACK = {RefundState.SUCCEEDED}
_HOLDS = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})
_TOOK = _HOLDS | {Status.CANCELLED, Status.MISMATCH}


@dataclass(slots=True)
class MoneyModel:
    """One payment. Minor units.

    `asked` is its price, `taken` what the buyer was charged, `elsewhere` what console and issuer took back.
    `promised`: refunds whose requester was told that they succeeded. `tokens` wait for a manual approval,
    `told_paid`: the app was told that one of them was charged. `misjudged`: staff decided without looking.
    `by_one_person`: what staff gave back without a second person. `came_back`: what went back and a bank
    sent back, by refund or else by cancellation, until staff says what became of it; `heard`: of that, what
    we had taken for done; `by_hand`: what staff paid back outside PortOne.
    """

    asked: int
    taken: int = 0
    elsewhere: int = 0
    promised: dict[str, int] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    told_paid: bool = False
    misjudged: bool = False
    by_one_person: int = 0
    came_back: dict[str, int] = field(default_factory=dict)
    ever_back: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    by_hand: int = 0

    @property
    def left(self) -> int:
        """The amount without a promised refund."""
        return self.taken - self.elsewhere - sum(self.promised.values())

    def charged(self, amount: int) -> None:
        """The buyer paid. ValueError for a second time."""
        if self.taken:
            raise ValueError("charged twice")
        self.taken = amount

    def approved(self, amount: int, *, stocked: bool) -> None:
        """The buyer was charged by a manual approval. ValueError where that must not be."""
        if amount != self.asked or not stocked:
            raise ValueError(f"approved {amount} for {self.asked}, goods were held: {stocked}")
        self.charged(amount)

    def comes_back(self, name: str, amount: int, *, heard: bool) -> None:
        """The PG reverses a refund; `heard`: we had recorded it as done."""
        self.came_back[name] = amount
        self.ever_back.add(name)
        if heard:
            self.heard.add(name)

    def never_came_back(self, name: str) -> None:
        """Nothing here had recorded it before it was reversed: it failed."""
        self._undone(name, self.came_back.pop(name))

    def decided(self, *, by_hand: bool) -> None:
        """Staff decides that the whole reversal was repaid by hand, or that it never arrived."""
        for name, amount in self.came_back.items():
            if by_hand:
                self.by_hand += amount
            else:
                self._undone(name, amount)
        self.came_back.clear()

    def _undone(self, name: str, amount: int) -> None:
        self.promised.pop(name, None)
        if name.startswith("staff:"):
            self.by_one_person = max(0, self.by_one_person - amount)
        if name.startswith(ELSEWHERE):
            self.elsewhere -= amount

    def breaches(self, held: Payment, before: Payment | None) -> Iterator[str]:
        """What is wrong with our record at any time; `before` is the record at the last call."""
        if held.status in _HOLDS and self.taken != self.asked:
            yield f"is {held.status} though {self.taken} of {self.asked} was taken"
        if held.seen is not None and held.seen.cancelled > self.taken:
            yield f"says that {held.seen.cancelled} of {self.taken} went back"
        if self._broken(held):
            yield f"promised and not kept: {self._broken(held)}"
        if self.told_paid and held.status not in _TOOK:
            yield f"is {held.status} though the app was told that it is paid"
        for name, earlier in (before.refunds if before else {}).items():
            yield from _changed(earlier, held.refunds.get(name), reversed_=name in self.ever_back)

    def wrongs(self, held: Payment, cancelled: int) -> list[str]:
        """What is wrong with what we hold, in sentences, once nothing is on its way.

        `cancelled` is what PortOne's books say went back. Who pays by hand what console or issuer give back
        too cannot be stopped: that a person is called for it the oracle judges.
        """
        cancelled += self.by_hand
        succeeded = {name: each.amount for name, each in held.refunds.items() if each.state in _BACK}
        broken = self._broken(held)
        said = {
            f"{held.status} though {self.taken} was taken and {cancelled} went back": not self._fits(
                held.status, cancelled
            ),
            f"{cancelled} went back, {self.elsewhere} elsewhere and {succeeded} by us": cancelled
            != self.elsewhere + sum(succeeded.values())
            and not self.misjudged,
            f"{cancelled} of {self.taken} went back": cancelled > self.taken and not self.by_hand,
            f"{self.taken} was wrongly taken and nobody sends it back": self._stays(held, cancelled),
            f"promised and not kept: {broken}": bool(broken),
            "goes back by itself though it was paid as asked": self._unasked(held),
        }
        return [sentence for sentence, wrong in said.items() if wrong]

    def _broken(self, held: Payment) -> list[str]:
        succeeded = {name: each.amount for name, each in held.refunds.items() if each.state in _BACK}
        kept = {name: amount for name, amount in self.promised.items() if name not in self.came_back}
        return [name for name, amount in kept.items() if succeeded.get(name) != amount]

    def _unasked(self, held: Payment) -> bool:
        """I20: a correctly paid payment is refunded only by owner, staff or a policy of the shop."""
        by_policy = held.surplus or held.late or held.subscription_id is not None
        mine = [name for name, each in held.refunds.items() if not name.startswith(("owner:", "staff:"))]
        return bool(mine) and self.taken == self.asked and not by_policy

    def _stays(self, held: Payment, cancelled: int) -> bool:
        wrong = self.taken not in {0, self.asked} and cancelled < self.taken
        return wrong and MISMATCH not in held.refunds

    def _fits(self, status: Status, cancelled: int) -> bool:
        if not self.taken:
            return status not in _TOOK or status is Status.MISMATCH
        if cancelled >= self.taken:
            return status is Status.CANCELLED
        if self.taken != self.asked:
            return status is Status.MISMATCH
        return status is (Status.PARTIAL_CANCELLED if cancelled else Status.PAID)


def _changed(before: Refund, now: Refund | None, *, reversed_: bool) -> Iterator[str]:
    """A refund that left is frozen (rule 5.1), and one that succeeded stays so unless it is reversed."""
    if now is None:
        yield f"refund {before.id} is gone"
    elif before.sent_at is not None and _frozen(before) != _frozen(now):
        yield f"refund {before.id} was changed after it had been sent"
    elif before.state in _BACK and now.state not in _BACK and not reversed_:
        yield f"refund {before.id} is {now.state} after it had succeeded"


def _frozen(refund: Refund) -> tuple[object, ...]:
    return (refund.amount, refund.tax_free, refund.vat, refund.balance, refund.key, refund.token)
