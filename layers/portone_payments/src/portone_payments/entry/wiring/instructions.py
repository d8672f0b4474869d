"""What functions need that instruct PortOne about a payment: refund, approve, issue a receipt, close."""

from functools import cached_property

from portone_payments.entry.wiring.payments import PaymentDeps
from portone_payments.flows.approvals.approve import Approver
from portone_payments.flows.approvals.send import ApprovalSender
from portone_payments.flows.payments.close_account import AccountCloser
from portone_payments.flows.payments.withdraw import Withdrawer
from portone_payments.flows.receipts.issue import CashReceipts
from portone_payments.flows.receipts.send import ReceiptSender
from portone_payments.flows.refunds.decide import RefundDecisions
from portone_payments.flows.refunds.refund import Canceller
from portone_payments.flows.refunds.send import RefundSender


class InstructionDeps(PaymentDeps):
    """Payments once they are prepared."""

    @cached_property
    def sender(self) -> RefundSender:
        """Sends reserved refunds."""
        return RefundSender(reader=self.reader, store=self.store, vault=self.vault, meter=self.meter)

    @cached_property
    def closer(self) -> AccountCloser:
        """Closes virtual accounts."""
        return AccountCloser(reader=self.reader)

    @cached_property
    def withdrawer(self) -> Withdrawer:
        """Withdraws orders."""
        return Withdrawer(
            closer=self.closer,
            reader=self.reader,
            store=self.store,
            queue=self.queue,
            clock=self.clock,
            meter=self.meter,
        )

    @cached_property
    def canceller(self) -> Canceller:
        """Starts refunds."""
        return Canceller(
            sender=self.sender,
            reader=self.reader,
            store=self.store,
            vault=self.vault,
            queue=self.queue,
            clock=self.clock,
            meter=self.meter,
            policy=self.settings.refund,
        )

    @cached_property
    def refund_decisions(self) -> RefundDecisions:
        """Decisions about refunds that wait."""
        return RefundDecisions(
            sender=self.sender,
            reader=self.reader,
            store=self.store,
            vault=self.vault,
            queue=self.queue,
            clock=self.clock,
            meter=self.meter,
            policy=self.settings.refund,
        )

    @cached_property
    def approvals(self) -> ApprovalSender:
        """Sends stored approvals."""
        return ApprovalSender(
            reader=self.reader,
            store=self.store,
            vault=self.vault,
            stock=self.stock,
            meter=self.meter,
            test=not self.settings.live,
        )

    @cached_property
    def approver(self) -> Approver:
        """Starts approvals."""
        return Approver(
            sender=self.approvals,
            reader=self.reader,
            store=self.store,
            vault=self.vault,
            stock=self.stock,
            queue=self.queue,
            clock=self.clock,
            meter=self.meter,
            offered=self.settings.manual_approval,
        )

    @cached_property
    def receipts(self) -> CashReceipts:
        """Issues and cancels cash receipts."""
        chosen = self.settings
        keys = {method: each.key for method, each in chosen.channels.items()}
        sender = ReceiptSender(
            reader=self.reader,
            store=self.store,
            vault=self.vault,
            clock=self.clock,
            meter=self.meter,
            channels=keys,
        )
        return CashReceipts(
            sender=sender,
            vault=self.vault,
            queue=self.queue,
            clock=self.clock,
            self_issue=chosen.check.self_issue_receipts,
        )
