"""What the audit needs."""

from functools import cached_property

from portone_payments.entry.wiring.payments import PaymentDeps
from portone_payments.flows.operations.audit import Auditor
from portone_payments.flows.operations.audit_payment import Examiner


class AuditDeps(PaymentDeps):
    """PortOne's list compared with ours."""

    @cached_property
    def auditor(self) -> Auditor:
        """Compares, and heals what is safe."""
        examiner = Examiner(
            reader=self.reader,
            store=self.store,
            clock=self.clock,
            meter=self.meter,
            live=self.settings.live,
            note=self.skips.note,
        )
        return Auditor(
            examiner=examiner,
            store=self.store,
            portone=self.portone,
            clock=self.clock,
            meter=self.meter,
            policy=self.settings.check,
        )
