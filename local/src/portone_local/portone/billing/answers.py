"""How a billing key and a schedule look in an answer (PortOne facts 6.2, 6.4)."""

from dataclasses import dataclass
from typing import Any

from portone_local.portone.answers import PaymentAnswers
from portone_local.portone.billing.methods import saved_answer
from portone_local.portone.billing.records import KeyRecord, KeyState, ScheduleRecord
from portone_local.portone.checkout import Channel

_KEY_MAY_LACK = ("methods", "issueName", "requestedAt", "pgBillingKeyIssueResponses")
_SCHEDULE_MAY_LACK = ("taxFreeAmount", "vatAmount", "installmentMonth")
_READABLE = frozenset({KeyState.ISSUED, KeyState.DELETED})


@dataclass(frozen=True)
class BillingAnswers:
    """Renders keys and schedules of one store; what is left open is drawn as for payments."""

    payments: PaymentAnswers

    def key(self, record: KeyRecord) -> dict[str, Any] | None:
        """BillingKeyInfo; None while the key is neither ISSUED nor DELETED."""
        if record.state not in _READABLE:
            return None
        own = {
            "customData": record.issue.custom_data,
            "issueId": record.issue.issue_id,
            "issueName": record.issue.issue_name,
            "channelGroup": record.channel_group,
        }
        answer = {
            "status": record.state.value,
            "billingKey": record.billing_key,
            "merchantId": self.payments.merchant_id,
            "storeId": record.store_id,
            "methods": [saved_answer(record.issue)],
            "channels": self.channels(record),
            "customer": record.customer,
            **self._times(record),
            **{name: value for name, value in own.items() if value is not None},
        }
        if len(record.channels) + len(record.failed_channels) > 1:
            answer["pgBillingKeyIssueResponses"] = self._responses(record)
        for path in _KEY_MAY_LACK:
            self.payments.leave_out(answer, path, record.billing_key)
        return answer

    def channels(self, record: KeyRecord) -> list[dict[str, str]]:
        """SelectedChannel of each channel that issued."""
        return [self._channel(record.billing_key, channel) for channel in record.channels]

    def schedule(self, record: ScheduleRecord) -> dict[str, Any]:
        """PaymentSchedule; `customData` is required of it."""
        ask = record.ask
        times = {
            "createdAt": record.created_at,
            "timeToPay": record.time_to_pay,
            "startedAt": record.started_at,
            "completedAt": record.completed_at,
            "revokedAt": record.revoked_at,
        }
        optional = {"vatAmount": ask.vat, "installmentMonth": ask.installment_month}
        answer = {
            "status": record.state.value,
            "id": record.id,
            "merchantId": self.payments.merchant_id,
            "storeId": record.store_id,
            "paymentId": record.payment_id,
            "billingKey": ask.billing_key,
            "orderName": ask.order_name,
            "isCulturalExpense": False,
            "isEscrow": False,
            "customer": ask.customer or {},
            "customData": ask.custom_data or "",
            "totalAmount": ask.total,
            "taxFreeAmount": ask.tax_free,
            "currency": ask.currency,
            **{name: value for name, value in optional.items() if value is not None},
            **{name: self.stamp(record.id, name, at) for name, at in times.items() if at is not None},
        }
        for path in _SCHEDULE_MAY_LACK:
            self.payments.leave_out(answer, path, record.id)
        return answer

    def stamp(self, thing: str, field: str, at: float) -> str:
        """A time of an answer, as in payments."""
        return self.payments.stamp(thing, field, at)

    def _times(self, record: KeyRecord) -> dict[str, str]:
        times = {
            "requestedAt": record.requested_at,
            "issuedAt": record.issued_at,
            "deletedAt": record.deleted_at,
        }
        return {
            name: self.stamp(record.billing_key, name, at) for name, at in times.items() if at is not None
        }

    def _responses(self, record: KeyRecord) -> list[dict[str, Any]]:
        failed_at = self.stamp(record.billing_key, "failedAt", record.issued_at or record.requested_at)
        issued = [{"type": "ISSUED", "channel": channel} for channel in self.channels(record)]
        failed = [
            {"type": "FAILED", "channel": channel.as_answer(), "failure": {"failedAt": failed_at}}
            for channel in record.failed_channels
        ]
        return [*issued, *failed]

    def _channel(self, billing_key: str, channel: Channel) -> dict[str, str]:
        answer = channel.as_answer()
        for name in ("id", "key", "name"):
            self.payments.leave_out(answer, name, f"{billing_key}:{channel.key}")
        return answer
