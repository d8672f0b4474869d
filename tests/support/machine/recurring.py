"""The second machine: payment methods and everything that is charged with them, over months."""

from collections import Counter
from collections.abc import Iterator
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from portone_local.oracle import assert_clean, converge
from portone_local.stack.passing import clock_of, let_pass
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import InvoiceState
from portone_payments.domain.subscriptions.settlement import NO_KEY
from tests.support.machine.hearing import Ear, Heard
from tests.support.machine.months import Months
from tests.support.machine.operating import Operating
from tests.support.machine.poisoning import BYSTANDER, Poisoning
from tests.support.machine.renting import SOFA
from tests.support.machine.stage import DAY, HOUR, MINUTE
from tests.support.machine.watch import Watch
from tests.support.money_model import MoneyModel
from tests.support.recurring_model import Try

WITHIN = 15 * MINUTE


class Recurring(Months, Operating, Poisoning, RuleBasedStateMachine):
    """Customer, shop, cards, PG, PortOne, AWS, operators and the calendar, each doing whatever it can.

    `tried` are the invoices a PG was asked about, `refused` those that an error of ours stopped.
    """

    refused: set[tuple[str, str]]
    tried: set[tuple[str, str]]

    @initialize(
        unknowns=st.sampled_from(["defaults", "all_turned", "routed"]),
        most=st.sampled_from([None, None, 2]),
        hour=st.sampled_from([0, 8, 11]),
    )
    def open(self, unknowns: str, most: int | None, hour: int) -> None:
        """A customer with a method, at noon, in the evening, or just before the hours end."""
        self.set_up(unknowns, dunning='{"hardCodes": {"*": ["54"]}}')
        self.issues, self.keys, self.gone, self.told_paid = [], {}, set(), set()
        self.rented, self.requests, self.given_at = {}, count(1), float("-inf")
        self.refused, self.tried = set(), set()
        self.watch, self.ear = Watch(self.stack), Ear(self.stack)
        self.stack.portone.pg.max_attempts = most
        clock_of(self.stack).advance(hour * HOUR)
        self.sell()
        self.save("card-1", manual=False)

    @invariant()
    def nothing_is_wrong(self) -> None:
        """Each attempt PortOne received, and what the step touched; the whole oracle judges at the end."""
        found = [sentence for heard in self.ear.told() for sentence in self.wrongs_of(heard)]
        self.take_money()
        found += self.watch.wrongs(self.models)
        if found:
            raise AssertionError("\n".join(found))

    @rule()
    def settle(self) -> None:
        self.converge()
        self.judge()

    def teardown(self) -> None:
        """Let it converge and judge, then close the stack."""
        if not hasattr(self, "watch"):
            return
        try:
            self.settle()
        finally:
            self.opened.close()

    def converge(self) -> None:
        """Everything works again; what the PG approves late has been approved, and the audit has found it."""
        self.set_right()
        self.stack.portone.pg.accept()
        last = max(self.stack.portone.happens_at(), default=0)
        let_pass(self.stack, max(4 * HOUR, last + HOUR - self.stack.clock.now()))
        self.audit()
        if converge(self.stack) >= WITHIN:
            let_pass(self.stack, DAY)
            self.audit()

    def judge(self) -> None:
        """The whole oracle, the model of each payment, and what is kept for an invoice at PortOne."""
        self.nothing_is_wrong()
        assert_clean(self.stack, answers=self.stack.answers, hurt=True)
        books = self.stack.portone.books()
        found = [*self.kept_twice(), *self.given_up_unasked()]
        for payment_id, model in self.models.items():
            cancelled = books[payment_id].cancelled if payment_id in books else 0
            wrongs = model.wrongs(self.held(payment_id), cancelled)
            found += [f"{payment_id}: {wrong}" for wrong in wrongs]
        if found:
            raise AssertionError("\n".join(found))

    def given_up_unasked(self) -> Iterator[str]:
        """Errors of ours are not declines: no PG was ever called, and yet it is recorded as unpaid."""
        for id_, number in self.refused - self.tried:
            invoice = self.held_subscription(id_).invoices[number]
            # for want of a method it ends as the policy says, whatever refused us before
            if invoice.state is InvoiceState.UNPAID and invoice.code != NO_KEY:
                yield f"{id_} invoice {number} was given up, and no PG was ever asked"

    def wrongs_of(self, heard: Heard) -> Iterator[str]:
        """What is wrong with one received charge."""
        self.models.setdefault(heard.payment_id, MoneyModel(asked=heard.amount))
        if self.keys.get(heard.billing_key) in self.gone:
            yield f"{heard.payment_id} was charged with a method whose deletion had been answered 200"
        held = self.held(heard.payment_id)
        if held.subscription_id is None:
            return
        subscription = self.held_subscription(held.subscription_id)
        if subscription.user_id == BYSTANDER:
            return
        # whose app died before it was answered: it had asked with a consent
        self.know_subscription(subscription, (subscription.created_at,))
        model, invoice = self.rented[held.subscription_id], subscription.invoices[held.invoice_id or ""]
        if not heard.again:
            tried = Try(
                key=heard.key,
                at=_claimed_at(held, heard),
                number=invoice.id,
                kind=invoice.kind,
                amount=heard.amount,
                starts=invoice.starts,
            )
            yield from (f"{held.subscription_id} {wrong}" for wrong in model.wrongs(tried))
        if heard.spent:
            model.spent(heard.key)
        (self.refused if heard.ours else self.tried).add((held.subscription_id, invoice.id))

    def take_money(self) -> None:
        """What PortOne charged by now, whenever that was."""
        for payment_id, book in self.stack.portone.books().items():
            model = self.models.get(payment_id)
            if model is not None and book.times_paid and not model.taken:
                model.charged(book.total)
            if model is not None:
                model.told_paid = payment_id in self.told_paid

    def kept_twice(self) -> Iterator[str]:
        """An invoice with two payments that keep money at PortOne; an order whose parts sum above it."""
        kept: Counter[tuple[str, str]] = Counter()
        orders: Counter[str] = Counter()
        books = self.stack.portone.books()
        for payment_id in self.models:
            held, book = self.held(payment_id), books.get(payment_id)
            if book and book.times_paid and book.cancelled < book.total:
                kept[held.subscription_id or held.order_id, held.invoice_id or ""] += 1
                orders[held.order_id] += book.total if held.order_id.startswith("sofa") else 0
        yield from (f"{invoice} was paid {times} times" for invoice, times in kept.items() if times > 1)
        yield from (f"{order} was paid {total}" for order, total in orders.items() if total > sum(SOFA))


def _claimed_at(held: Payment, heard: Heard) -> float:
    """When the attempt was claimed: after a death then, a worker sends it later."""
    known = next((each.sent_at for each in held.approvals if each.key == heard.key), None)
    return heard.at if known is None else known
