"""The second machine: payment methods and everything that is charged with them, over months."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from portone_local.oracle import assert_clean, converge
from portone_local.portone import PaymentBook
from portone_local.stack.passing import clock_of, let_pass
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
)
from portone_payments.domain.subscriptions.settlement import NO_KEY
from portone_payments.flows.shared.settled_invoices import called_back
from tests.support.machine.hearing import Ear, Heard
from tests.support.machine.months import Months
from tests.support.machine.not_yet import LEFT_OUT
from tests.support.machine.operating import Operating
from tests.support.machine.poisoning import BYSTANDER, Poisoning
from tests.support.machine.stage import DAY, HOUR, MINUTE
from tests.support.machine.starting import SOFA
from tests.support.machine.watch import Watch
from tests.support.money_model import MoneyModel
from tests.support.recurring_model import Try, Word

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
        self.refused, self.tried, self.charged_back, self.windows = set(), set(), set(), []
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
            invoice = self.invoice(self.held_subscription(id_), number)
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
        self.know_subscription(subscription, consented=True)
        model, invoice = self.rented[held.subscription_id], self.invoice(subscription, held.invoice_id)
        yield from self.free_of_charge(subscription)
        if not heard.again:
            self.forget_windows(held.subscription_id)
            tried = self.tried_at(_claimed_at(held, heard), heard, subscription, invoice)
            yield from (f"{held.subscription_id} {wrong}" for wrong in model.wrongs(tried))
            stopped_by = self.stopped_by(held.subscription_id, tried.at)
            if stopped_by is not None:
                yield f"{held.subscription_id} was charged while staff decides about {stopped_by}"
        if heard.spent:
            model.spent(heard.key)
        (self.refused if heard.ours else self.tried).add((held.subscription_id, invoice.id))

    def invoice(self, of: Subscription, number: str | None) -> Invoice:
        """One of its invoices, in an item of its own by now or not."""
        return called_back(of, str(number), store=self.stack.ports["store"]).invoices[str(number)]

    def free_of_charge(self, of: Subscription) -> Iterator[str]:
        """What is wrong with what the balance paid in full."""
        model = self.rented[of.subscription_id]
        for each in of.invoices.values():
            if each.state is InvoiceState.PAID and each.paid_by is None and each.settled_at is not None:
                tried = Try(
                    key="",
                    at=each.settled_at,
                    number=each.id,
                    kind=each.kind,
                    amount=0,
                    starts=each.starts,
                    price=each.price,
                    interval=each.interval,
                )
                found = model.settled_itself(tried, each.ends)
                yield from (f"{of.subscription_id}, from its balance, {wrong}" for wrong in found)

    def forget_windows(self, id_: str) -> None:
        """A window in which the buyer was declined holds nothing up."""
        books = self.stack.portone.books()
        for each in self.windows:
            payment_id = str(each["paymentId"])
            held, book = self.held(payment_id), books.get(payment_id)
            if held.subscription_id == id_ and book is not None and book.state == "FAILED":
                self.rented[id_].windows.pop(str(held.invoice_id), None)

    def tried_at(self, at: float, heard: Heard, of: Subscription, invoice: Invoice) -> Try:
        """An attempt as the model knows it; a part is blocked while an earlier one is not paid at PortOne."""
        books = self.stack.portone.books()
        unpaid = {
            each.id
            for each in of.invoices.values()
            if int(each.id) < int(invoice.id) and not _taken(books, each)
        }
        stops = [each.at for each in of.history if each.fact == "subscription_unpaid" and each.at <= at]
        return Try(
            key=heard.key,
            at=at,
            number=invoice.id,
            kind=invoice.kind,
            amount=heard.amount,
            starts=invoice.starts,
            price=invoice.price,
            interval=invoice.interval,
            stopped=None if "owed" in LEFT_OUT else max(stops, default=None),
            blocked="owed" not in LEFT_OUT
            and invoice.kind is InvoiceKind.PART
            and bool(unpaid - self.rented[of.subscription_id].waived),
        )

    def take_money(self) -> None:
        """What PortOne charged by now, whenever that was."""
        for payment_id, book in self.stack.portone.books().items():
            model = self.models.get(payment_id)
            if model is not None and book.times_paid and not model.taken:
                model.charged(book.total)
                self.know_paid(payment_id, book.paid_at or self.stack.clock.now())
            if model is not None:
                model.told_paid = payment_id in self.told_paid

    def know_paid(self, payment_id: str, at: float) -> None:
        """A customer who paid for a period agreed to its price."""
        held = self.held(payment_id)
        model = self.rented.get(held.subscription_id or "")
        if model is not None:
            invoice = self.invoice(self.held_subscription(str(held.subscription_id)), held.invoice_id)
            word = Word(amount=invoice.price, interval=invoice.interval, at=at)
            model.was_paid(invoice.kind, word, invoice.starts, invoice.ends)

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


def _taken(books: Mapping[str, PaymentBook], invoice: Invoice) -> bool:
    ids = (*invoice.earlier, *filter(None, [invoice.payment_id, invoice.paid_by]))
    return any(books[id_].times_paid for id_ in ids if id_ in books)


def _claimed_at(held: Payment, heard: Heard) -> float:
    """When the attempt was claimed: after a death then, a worker sends it later."""
    known = next((each.sent_at for each in held.approvals if each.key == heard.key), None)
    return heard.at if known is None else known
