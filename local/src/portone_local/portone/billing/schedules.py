"""The books of schedules: payments that PortOne makes at their time (PortOne facts 6.4)."""

from typing import Any

from portone_local.portone.billing.answers import BillingAnswers
from portone_local.portone.billing.charging import Charging
from portone_local.portone.billing.records import ChargeAsk, ScheduleRecord, ScheduleState
from portone_local.portone.ledger import Ledger, remember, seen
from portone_local.portone.records import Refused
from portone_local.portone.unknowns import BillingUnknowns

LATE_SECONDS = 600.0
"""How late a schedule runs where the switch says that they do."""

_TAKEN = frozenset(ScheduleState) - {ScheduleState.REVOKED}


class Schedules:
    """Schedules of one store, kept under the ledger's lock. Refused with PortOne's error type."""

    def __init__(
        self, *, ledger: Ledger, charging: Charging, answers: BillingAnswers, unknowns: BillingUnknowns
    ) -> None:
        self.records: dict[str, ScheduleRecord] = {}
        self._by_payment: dict[str, list[ScheduleRecord]] = {}
        self._by_key: dict[str, list[ScheduleRecord]] = {}
        self._ledger = ledger
        self._charging = charging
        self._answers = answers
        self._unknowns = unknowns

    def create(
        self, payment_id: str, ask: ChargeAsk, at: float, time_to_pay: float, store_id: str
    ) -> ScheduleRecord:
        """SCHEDULED, to run at epoch second `time_to_pay`."""
        self.check_free(payment_id)
        record = ScheduleRecord(self._ledger.new_id(), payment_id, ask, store_id, at, time_to_pay)
        self.records[record.id] = record
        self._by_payment.setdefault(payment_id, []).append(record)
        self._by_key.setdefault(ask.billing_key, []).append(record)
        self._remember(record, at)
        late = LATE_SECONDS if self._unknowns.schedules_run_late else 0.0
        self._ledger.later(max(at, time_to_pay) + late, lambda due: self._run(record, due))
        return record

    def check_free(self, payment_id: str) -> None:
        """Refused PAYMENT_SCHEDULE_ALREADY_EXISTS where the paymentId has a schedule."""
        of_payment = self._by_payment.get(payment_id, [])
        taken = _TAKEN if self._unknowns.revoked_schedule_frees_the_payment_id else frozenset(ScheduleState)
        if any(record.state in taken for record in of_payment):
            raise Refused("PAYMENT_SCHEDULE_ALREADY_EXISTS")

    def waiting(self, billing_key: str) -> list[ScheduleRecord]:
        """The key's schedules that are still to run."""
        of_key = self._by_key.get(billing_key, [])
        return [record for record in of_key if record.state is ScheduleState.SCHEDULED]

    def revoke(self, chosen: list[ScheduleRecord], at: float) -> None:
        """REVOKED, all or none."""
        for record in chosen:
            if record.state is ScheduleState.REVOKED:
                raise Refused("PAYMENT_SCHEDULE_ALREADY_REVOKED")
            if record.state is not ScheduleState.SCHEDULED:
                raise Refused("PAYMENT_SCHEDULE_ALREADY_PROCESSED")
        for record in chosen:
            record.state, record.revoked_at = ScheduleState.REVOKED, at
            self._remember(record, at)

    def answer(self, schedule_id: str, *, as_of: float | None = None, lag: int = 0) -> dict[str, Any] | None:
        """What GET says: now, at epoch second `as_of`, or `lag` states ago; None where there is nothing."""
        with self._ledger.lock:
            record = self.records.get(schedule_id)
            return seen(record.history if record else [], as_of=as_of, lag=lag)

    def settle(self, schedule_id: str, state: ScheduleState, at: float) -> None:
        """What a PENDING schedule became once the PG had decided (whether PortOne says so is a guess)."""
        record = self.records[schedule_id]
        record.state, record.completed_at = state, at
        self._remember(record, at)

    def _run(self, record: ScheduleRecord, at: float) -> None:
        if record.state is not ScheduleState.SCHEDULED:
            return
        record.state, record.started_at = ScheduleState.STARTED, at
        self._remember(record, at)
        takes = self._charging.pg.schedules_take
        if takes:
            self._ledger.later(at + takes, lambda due: self._charge(record, due))
        else:
            self._charge(record, at)

    def _charge(self, record: ScheduleRecord, at: float) -> None:
        pends = self._charging.pg.schedules_pend
        asked = self._charging.charge
        try:
            _, said = asked(record.payment_id, record.ask, at, schedule_id=record.id, pends=pends)
            went = ScheduleState.PENDING if pends else ScheduleState.SUCCEEDED
            record.state = ScheduleState.FAILED if said else went
        except Refused:
            record.state = ScheduleState.FAILED
        record.completed_at = at
        self._remember(record, at)

    def _remember(self, record: ScheduleRecord, at: float) -> None:
        remember(record.history, at, self._answers.schedule(record))
