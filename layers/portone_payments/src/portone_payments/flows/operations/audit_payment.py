"""One payment that the list shows otherwise than we do: heal what is safe, file the rest for staff."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portone_payments.domain.audit.differences import (
    Difference,
    differences,
    missing_here,
    moving,
    orphaned,
    unreadable,
)
from portone_payments.domain.audit.windows import discrepancy_id, filed
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.payments.doubts import awaits_deposit
from portone_payments.domain.readings.payment import RemoteStatus, Snapshot
from portone_payments.domain.records.audit import DiscrepancyKind
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.marker import marked_order
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.portone import Listed
from portone_payments.ports.store import Store
from portone_payments.ports.world import Clock, Deadline, Meter, Metric

UNPAID_ACCOUNT = RemoteStatus.VIRTUAL_ACCOUNT_ISSUED
PATIENCE = 60.0  # seconds for one answer of PortOne (facts 1.4)
ANSWERED = 200


class AuditUnfinished(Exception):
    """Time ran out before the audit ended; the mark says where the next run continues."""


class Unanswered(Exception):
    """PortOne gave no answer about one payment while it was being healed."""


@dataclass(slots=True)
class Audited:
    """What a run has done so far, and until when it may go on."""

    deadline: Deadline
    windows: int = 0
    listed: int = 0
    healed: int = 0
    found: int = 0

    def check_time(self, needed: float = 0.0) -> None:
        """Raises `AuditUnfinished` when fewer than `needed` seconds are left."""
        if self.deadline.remaining() <= needed:
            raise AuditUnfinished


@dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """Judges single payments. `live`: real money moves on this store; `note` gets what is skipped."""

    reader: Reader
    store: Store
    meter: Meter
    clock: Clock
    live: bool
    note: Note = unnoted

    @property
    def skips(self) -> Skips:
        """What is passed over."""
        return Skips(self.meter, self.note)

    def pass_over(self, did: Audited, payment_id: str, error: Exception) -> None:
        """Count it; and where PortOne's list does not have it, file it for staff."""
        self.skips.skip("payment", payment_id, error)
        if isinstance(error, (PortOneError, Unanswered)):
            with self.skips.over("payment", payment_id):
                held = self.store.payment(payment_id)
                self._file(did, [unreadable(held)] if held else [])

    def compare(self, did: Audited, listed: Listed, held: Payment | None) -> bool:
        """Compare one listed payment with ours; whether it is foreign."""
        if held is None:
            return not self._orphan(did, listed.snapshot)
        if listed.snapshot is None or differences(held, listed.snapshot):
            self.examine(did, held.payment_id)
        return False

    def _orphan(self, did: Audited, snapshot: Snapshot | None) -> bool:
        order_id = marked_order(snapshot.custom_data) if snapshot else None
        if snapshot is None or order_id is None:
            return False
        known = self.store.order(order_id) is not None or self.store.subscription(order_id) is not None
        ours = orphaned(snapshot, live=self.live, order_known=known)
        if ours and self.store.payment(snapshot.payment_id) is None:
            self._file(did, [missing_here(snapshot)])
        return ours

    def examine(self, did: Audited, payment_id: str) -> None:
        """The list is old by now: read both sides again, heal what is safe, file what still differs."""
        did.check_time()
        held = self.store.payment(payment_id)
        if held is None:
            return
        reading = self._read(held)
        if isinstance(reading, PortOneError):
            self._file(did, [unreadable(held)])
            return
        found = differences(held, reading)
        if moving(held, reading, self.clock.now()):
            return
        if found and reading is not None:
            found = self._heal(did, held, found, taken=reading.status is not UNPAID_ACCOUNT)
        self._file(did, found)

    def _read(self, held: Payment) -> Snapshot | PortOneError | None:
        """What PortOne says now; the error where it answered and nobody can read it."""
        try:
            deadline = Deadline.after(self.clock, PATIENCE)
            return self.reader.at(held).get_payment(held.payment_id, deadline=deadline)
        except PortOneError as error:
            if error.status != ANSWERED:
                raise
            return error

    def _heal(
        self, did: Audited, held: Payment, found: Sequence[Difference], *, taken: bool
    ) -> tuple[Difference, ...]:
        """What a catch-up leaves, judged by the very reading it took in.

        A lagging reading changes nothing, but the payment stays due until staff is called (rule 2.4).
        Another amount is filed first: once the payment is a MISMATCH, nothing would show that it is new. Not
        that of an account without a deposit (`taken` False): anybody can have one issued for nothing.
        """
        amounts = [each for each in found if taken and each.kind is DiscrepancyKind.AMOUNT]
        self._file(did, amounts)
        moment = Moment(now=self.clock.now(), by="audit")
        deadline = Deadline.after(self.clock, PATIENCE)
        caught = self.reader.catch_up(held.payment_id, moment, deadline=deadline)
        if not caught.answered:
            raise Unanswered
        if awaits_deposit(caught.payment) or moving(caught.payment, caught.reading, self.clock.now()):
            return ()
        left = differences(caught.payment, caught.reading)
        if not left and not amounts:
            did.healed += 1
            self.meter.count(Metric.AUDIT_HEALED)
        return tuple(each for each in left if each.kind is not DiscrepancyKind.AMOUNT)

    def _file(self, did: Audited, found: Iterable[Difference]) -> None:
        now = self.clock.now()
        for difference in found:
            row = filed(self.store.discrepancy(discrepancy_id(difference)), difference, now)
            if row is not None:
                self.store.save(row)
                did.found += 1
                self.meter.count(Metric.DISCREPANCY)
