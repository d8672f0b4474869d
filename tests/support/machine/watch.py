"""What must be true after every step, even midway, judged by what the step touched."""

from collections.abc import Iterator
from itertools import pairwise

from portone_local.oracle.course import TELLS
from portone_local.oracle.observed import ObservedStack
from portone_local.portone import PaymentBook
from portone_local.portone.api import Exchange
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.adapters.dynamo.payment_items import decode
from portone_payments.domain.payments.moves import MOVES
from portone_payments.domain.records.payments import HistoryLine, Payment, Status
from tests.support.money_model import MoneyModel
from tests.support.whole import whole

_NO_ROUTE = '{"message":"Not Found"}'


class Watch:
    """Remembers each payment as it last was, and every mutation by its key as it was first sent."""

    def __init__(self, stack: ObservedStack) -> None:
        self._stack = stack
        self._answers = 0
        self._items: dict[str, Item] = {}
        self._before: dict[str, Payment] = {}
        self._told: dict[str, Status] = {}
        self._sent: dict[tuple[str, str], bytes] = {}
        self._published: set[str] = set()
        self._events = 0
        self._heard: list[str] = []
        stack.portone.api.watchers.append(self._hear)

    def wrongs(self, models: dict[str, MoneyModel]) -> list[str]:
        """What is wrong by now, in sentences."""
        found, self._heard = [*self._heard, *self._unknown()], []
        touched = {name: item for name in models if (item := self._item(name)) is not self._items.get(name)}
        if touched:
            self._stack.publish()
            self._take_events()
            books = self._stack.portone.books()
            for payment_id, item in touched.items():
                if item is not None:
                    self._items[payment_id] = item
                    told = self._look(payment_id, item, models[payment_id], books.get(payment_id))
                    found += [f"{payment_id}: {sentence}" for sentence in told]
        return found

    def _unknown(self) -> Iterator[str]:
        """A rule that asks for what no contract knows plays nothing at all."""
        new, self._answers = self._stack.answers[self._answers :], len(self._stack.answers)
        for each in new:
            if "extra_forbidden" in each.body or (
                each.status == 404 and '"message": "Not Found"' in each.body
            ):
                yield f"{each.asked} is no documented request: {each.body}"

    def _look(
        self, payment_id: str, item: Item, model: MoneyModel, book: PaymentBook | None
    ) -> Iterator[str]:
        payment = decode(item)
        if isinstance(payment, Payment):
            payment = whole(payment, self._stack.ports["store"].table.get)
            before = self._before.get(payment_id)
            yield from self._history(payment, before)
            yield from model.breaches(payment, before)
            yield from _more_than_paid(book)
            self._before[payment_id] = payment

    def _history(self, payment: Payment, before: Payment | None) -> Iterator[str]:
        """I9 and I11: new facts are numbered on, published, and move along MOVES."""
        since = before.next_seq if before else 1
        new = self._since(payment, since)
        if [entry.seq for entry in new] != list(range(since, payment.next_seq)):
            yield f"its history goes on with {[entry.seq for entry in new]} after {since - 1}"
        for entry in new:
            if f"{payment.payment_id}:{entry.seq}" not in self._published:
                yield f"fact {entry.seq} ({entry.fact}) was not published"
        start = [self._told[payment.payment_id]] if payment.payment_id in self._told else []
        course = [*start, *(TELLS[entry.fact] for entry in new if entry.fact in TELLS)]
        for earlier, later in pairwise(course):
            if earlier is not later and later not in MOVES[earlier]:
                yield f"went from {earlier} back to {later}"
        if course:
            self._told[payment.payment_id] = course[-1]

    def _since(self, payment: Payment, since: int) -> list[HistoryLine]:
        """The facts from this number on; many facts of one step have items of their own by now."""
        held = [entry for entry in payment.history if entry.seq >= since]
        first = held[0].seq if held else payment.next_seq
        spilled = self._stack.ports["store"].spilled("payment", payment.payment_id, range(since, first))
        return [*spilled, *held]

    def _hear(self, exchange: Exchange) -> None:
        """A retry sends exactly the same (mechanism 1): one key, one body."""
        request = exchange.request
        key = request.headers.get("idempotency-key")
        if key is not None and self._sent.setdefault((request.path, key), request.body) != request.body:
            self._heard.append(f"{request.path} was sent again under its key with another body")

    def _item(self, payment_id: str) -> Item | None:
        item: Item | None = self._stack.ports["store"].table.get(key_of("payment", payment_id))
        return item

    def _take_events(self) -> None:
        events = self._stack.bus.published
        self._published.update(event.id for event in events[self._events :])
        self._events = len(events)


def _more_than_paid(book: PaymentBook | None) -> Iterator[str]:
    """I3, in PortOne's own books."""
    if book is not None and book.cancelled > max(book.total, book.refundable):
        yield f"{book.cancelled} of {book.total} went back"
