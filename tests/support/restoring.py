"""A morning in a shop whose table is restored to an earlier point, and the runbook's steps one by one."""

import random
from collections import Counter
from contextlib import suppress
from typing import Any

from portone_local.actors.shop import put_order
from portone_local.operator.audit_from import set_back
from portone_local.operator.replay_events import replay
from portone_local.oracle import ObservedStack, check
from portone_local.portone import CancellationStatus, PaymentBook
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.domain.records.webhooks import HintState, UnmatchedWebhook
from portone_payments.flows.operations.audit_payment import AuditUnfinished
from portone_payments.flows.timers.publish import Publisher
from tests.support.restored_lives import LIVES, Life

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
THROTTLED = 429
TAKEN = frozenset({"PAID", "PARTIAL_CANCELLED"})


class Restored:
    """A business whose table is put back: `restore` is docs/runbook.md, "The table was restored"."""

    def __init__(self, stack: ObservedStack, seed: int) -> None:
        self.stack = stack
        self.random = random.Random(seed)

    def restore(self, snapshot: list[Item], point: float) -> dict[str, str]:
        """The runbook's steps; the lost payments listed for staff, by id with PortOne's status of each."""
        stack, store = self.stack, self.stack.ports["store"]
        stack.portone.webhooks.deliver = lambda _headers, _body: THROTTLED
        # to restore a table takes its time, often more than PortOne remembers a key
        self._pass(self.random.choice([20 * MINUTE, 5 * HOUR]))
        store.table.restore(snapshot)
        for queue in ("queue", "charge_queue"):
            stack.ports[queue].lose_all()
        self._say_again(point)
        set_back(store, since=point - HOUR)
        self._audit()
        found = self._listed()
        dealt = [row for row in found if self._give_back(row)]
        stack.portone.webhooks.deliver = stack.receive
        self._close(dealt)
        stack.bus.published[:] = [each for each in stack.bus.published if each.at < point]
        publisher = Publisher(**{name: stack.ports[name] for name in ("bus", "store", "meter")})
        list(replay(stack.dump(), publisher, since=point - HOUR))
        return {row["paymentId"]: row["theirs"]["status"] for row in found}

    def _say_again(self, point: float) -> None:
        """What the shop has to send once more, before anything is read."""
        raise NotImplementedError

    def _give_back(self, row: dict[str, Any]) -> bool:
        """A person refunds in PortOne's console what is paid and lost; whether that is all there is to do."""
        if row["theirs"]["status"] in TAKEN:
            self.stack.portone.console.cancel(row["paymentId"])
        return True

    def _pass(self, seconds: float) -> None:
        """Time passes outside; our doors are closed to PortOne's webhooks too."""
        if not isinstance(self.stack.clock, MovableClock):
            raise TypeError("this clock moves by itself")
        self.stack.clock.advance(seconds)
        self.stack.deliver()

    def _audit(self) -> None:
        """Run after run, until it has seen what happened before the doors were closed."""
        closed_at = self.stack.clock.now()
        self._pass(11 * MINUTE)
        while (mark := self.stack.ports["store"].audit_mark()) is None or mark.until < closed_at:
            with suppress(AuditUnfinished):
                self.stack.functions.invoke("Audit", {})

    def _listed(self) -> list[dict[str, Any]]:
        rows = self.stack.staff.get("/ops/discrepancies?status=open&limit=100").json()["items"]
        return [row for row in rows if row["kind"] == "missing_here"]

    def _close(self, found: list[dict[str, Any]]) -> None:
        body = {"reason": "lost in the restore, refunded in the console"}
        for row in found:
            self.stack.staff.post(f"/ops/discrepancies/{row['discrepancyId']}/close", body)


class Shop(Restored):
    """A morning of orders: their lives are played in a random order."""

    def __init__(self, stack: ObservedStack, seed: int) -> None:
        super().__init__(stack, seed)
        self.lives = [Life(f"order-{name}", list(steps)) for name, steps in LIVES.items()]

    @property
    def steps_left(self) -> int:
        """How many steps are still to come."""
        return sum(len(life.steps) for life in self.lives)

    def go_on(self, steps: int) -> None:
        """Tell this many steps, minutes apart, of whichever life."""
        for _ in range(min(steps, self.steps_left)):
            self.random.choice([life for life in self.lives if life.steps]).go_on(self.stack)
            self.stack.run_for(self.random.choice([10, 2 * MINUTE, 15 * MINUTE]))

    def _say_again(self, point: float) -> None:  # noqa: ARG002 - it sends every order
        for life in self.lives:
            if life.prepared:
                put_order(self.stack, life.order_id)

    def ask_again(self) -> list[int]:
        """Every app repeats each refund it was promised; the answers."""
        return [life.refund(self.stack, body) for life in self.lives for body in life.asked]

    def wrong(self, lost: dict[str, str]) -> list[str]:
        """Everything the oracle, the books and the promises disagree about; nothing, if all is well."""
        books = self.stack.portone.books()
        held = {life.payment_id for life in self.lives if life.prepared and self._held(life)}
        told = [
            f"{each.invariant} {each.payment_id}: {each.sentence}"
            for each in check(self.stack, hurt=True)
            if not (each.invariant == "I2" and each.payment_id not in held)
        ]
        orphans = {each.payment_id for each in self._unmatched() if each.state is HintState.QUARANTINED}
        for payment_id, book in books.items():
            if payment_id not in held | orphans and book.state in TAKEN:
                told.append(f"{payment_id} is lost, {book.state}, and nobody was told")
            told += [f"{payment_id}: {token} moved money twice" for token in _twice(book)]
        unheard = {payment_id for payment_id in lost if payment_id in held}
        return [*told, *(f"{payment_id} was listed as lost, and it is not" for payment_id in unheard)]

    def _held(self, life: Life) -> bool:
        return self.stack.ports["store"].payment(life.payment_id) is not None

    def _unmatched(self) -> list[UnmatchedWebhook]:
        return [each for each in self.stack.ports["store"].records() if isinstance(each, UnmatchedWebhook)]


def _twice(book: PaymentBook) -> list[str]:
    moved = Counter(
        each.reason[:12]
        for each in book.cancellations
        if each.trigger == "API" and each.status is not CancellationStatus.FAILED
    )
    return [token for token, times in moved.items() if times > 1]
