"""Days of a shop that lives on subscriptions, whose table is restored to an earlier point."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_local.stack.passing import let_pass
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.domain.records.subscriptions import InvoiceKind, Subscription
from portone_payments.domain.records.webhooks import HintState
from tests.support.restored_members import MEMBERS, Member, store_plans
from tests.support.restoring import DAY, HOUR, MINUTE, TAKEN, Restored

type Purpose = tuple[str, ...]
NOT_FOUND = 404
# what the shop does once more for an event since the point
_AGAIN = {
    "subscription.ended": ("cancel", {"atPeriodEnd": False}),
    "subscription.ending": ("cancel", {"atPeriodEnd": True}),
    "subscription.kept": ("keep", None),
}


class Club(Restored):
    """Members come, pay, are declined, change and leave, in a random order."""

    def __init__(self, stack: ObservedStack, seed: int) -> None:
        super().__init__(stack, seed)
        self.members = [Member(name, list(steps)) for name, steps in MEMBERS.items()]
        self.paid: dict[Purpose, set[str]] = defaultdict(set)
        self.opened = 0.0
        self.left: list[dict[str, Any]] = []
        store_plans(stack)

    @property
    def steps_left(self) -> int:
        """How many steps are still to come."""
        return sum(len(member.steps) for member in self.members)

    def go_on(self, steps: int) -> None:
        """Tell this many steps, hours apart, of whichever member."""
        for _ in range(min(steps, self.steps_left)):
            self.random.choice([each for each in self.members if each.steps]).go_on(self.stack)
            let_pass(self.stack, self.random.choice([15 * MINUTE, 3 * HOUR, 9 * HOUR]))

    def restore(self, snapshot: list[Item], point: float) -> dict[str, str]:
        """As the runbook says; what was paid until now is remembered, since it must not be paid again."""
        self._remember()
        found = super().restore(snapshot, point)
        self.opened = self.stack.clock.now()
        return found

    def _say_again(self, point: float) -> None:
        """Plans and orders; cancellations since, known to the shop by its events, are repeated."""
        store_plans(self.stack)
        for member in self.members:
            if member.parts:
                member.order(self.stack)
        for event in self.stack.bus.published:
            if event.at < point or event.type not in _AGAIN:
                continue
            command, body = _AGAIN[event.type]
            self.stack.shop.post(f"/ops/subscriptions/{event.subscription_id}/{command}", body)

    def _give_back(self, row: dict[str, Any]) -> bool:
        """A charge of something that is still there waits for its turn: it will be known again."""
        if self._still_asks(row["theirs"]["orderId"]):
            self.left.append(row)
            return False
        return super()._give_back(row)

    def _still_asks(self, order_id: str) -> bool:
        in_parts = {member.order_id for member in self.members if member.parts}
        known = self.stack.shop.get(f"/ops/subscriptions/{order_id}").status != NOT_FOUND
        return known or order_id in in_parts

    def agree_again(self) -> None:
        """Whose order in parts is open once more agrees once more."""
        for member in self.members:
            if member.parts:
                member.agree(self.stack, f"again-{member.name}")

    def look_again(self) -> None:
        """Days later staff refunds what nothing has settled meanwhile, and closes the list."""
        for row in self.left:
            found = self.stack.staff.post(f"/ops/payments/{row['paymentId']}/catch-up").status
            if found == NOT_FOUND:
                super()._give_back(row)
        self._close(self.left)

    def _remember(self) -> None:
        for subscription in gather(self.stack).subscriptions.values():
            for purpose, payment_id in _paid_for(subscription):
                self.paid[purpose].add(payment_id)

    def days_after(self) -> None:
        """Two days, the second look of staff, and whatever was still open."""
        self.agree_again()
        let_pass(self.stack, 2 * DAY)
        self.look_again()
        self.go_on(self.steps_left)
        let_pass(self.stack, 3 * DAY)

    def wrong(self) -> list[str]:
        """Everything the oracle and the books disagree about; nothing, if all is well."""
        evidence = gather(self.stack, answers=self.stack.answers, hurt=True)
        self._remember()
        return [*self._twice(evidence), *_lost(evidence), *_sent_back(evidence), *self._broken(evidence)]

    def _twice(self, evidence: Evidence) -> Iterator[str]:
        for purpose, ids in self.paid.items():
            taken = sorted(each for each in ids if each in evidence.books and evidence.books[each].times_paid)
            if len(taken) > 1:
                yield f"{purpose} was paid {len(taken)} times: {taken}"

    def _broken(self, evidence: Evidence) -> Iterator[str]:
        """The invariants, of what was charged since the doors were open again."""
        since = tuple(each for each in evidence.charges if each.at >= self.opened)
        # of a deletion that was forgotten PortOne tells us once, and takes no money
        taken = tuple(each for each in since if each.status == HTTPStatus.OK)
        for each in judge(replace(evidence, charges=taken)):
            forgotten = each.invariant == "I2" and each.payment_id not in evidence.payments
            if not forgotten:
                yield f"{each.invariant} {each.payment_id}: {each.sentence}"


def _paid_for(subscription: Subscription) -> Iterator[tuple[Purpose, str]]:
    owner = subscription.order_id or subscription.subscription_id
    for invoice in subscription.invoices.values():
        what = {
            InvoiceKind.PERIOD: str(invoice.starts),
            InvoiceKind.PRORATION: f"{invoice.starts} {invoice.amount} {invoice.id}",
            InvoiceKind.PART: invoice.id,
        }[invoice.kind]
        if invoice.paid_by is not None:
            yield (owner, invoice.kind, what), invoice.paid_by


def _lost(evidence: Evidence) -> Iterator[str]:
    """Money at PortOne without a record here."""
    orphans = {each.payment_id for each in evidence.unmatched.values() if each.state is HintState.QUARANTINED}
    for payment_id, book in evidence.books.items():
        if payment_id not in evidence.payments and payment_id not in orphans and book.state in TAKEN:
            yield f"{payment_id} is lost, {book.state}, and nobody was told"


def _sent_back(evidence: Evidence) -> Iterator[str]:
    """No refund was requested, so that each one by us is a mistake."""
    for payment_id, book in evidence.books.items():
        if any(each.trigger == "API" for each in book.cancellations):
            yield f"{payment_id} was refunded, and nobody had asked"
