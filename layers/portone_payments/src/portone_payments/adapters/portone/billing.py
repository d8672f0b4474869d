"""The PortOne V2 REST client with billing keys: one method per operation (PortOne facts 4.2, 6)."""

from collections.abc import Callable
from functools import partial

import httpx

from portone_payments.adapters.portone.billing_bodies import (
    charge_body,
    confirm_issue_and_pay_body,
    key_in_body,
    keys_query,
    revoke_query,
    schedules_query,
)
from portone_payments.adapters.portone.billing_wire import (
    confirmed_of,
    issued_and_paid_of,
    issued_of,
    key_of,
    keys_of,
    schedules_of,
)
from portone_payments.adapters.portone.payments import PortOneClient
from portone_payments.adapters.portone.texts import nothing_of
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.billing_key import KeyReading, ScheduleReading
from portone_payments.domain.readings.outcome import BILLING_KEY_NOT_FOUND, Outcome
from portone_payments.ports.billing import ChargeCommand, IssueAndPayCommand, KeyInCommand
from portone_payments.ports.world import Deadline


class BillingClient(PortOneClient):
    """PortOne over HTTPS (ports_billing.BillingPortOne). Every method raises PortOneError.

    Without `key_in` no card number is ever sent, whoever calls.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: Callable[[], str],
        store_id: str,
        transport: httpx.BaseTransport | None = None,
        key_in: bool = False,
    ) -> None:
        super().__init__(base_url=base_url, secret=secret, store_id=store_id, transport=transport)
        self._key_in = key_in

    def get_billing_key(self, billing_key: str, *, deadline: Deadline) -> KeyReading | None:
        """PortOne's reading now, None for 404 BILLING_KEY_NOT_FOUND (facts 6.2)."""
        return self._find(
            ("billing-keys", billing_key),
            read=partial(key_of, billing_key),
            absent=BILLING_KEY_NOT_FOUND,
            deadline=deadline,
        )

    def list_billing_keys(
        self, customer_id: str, since: int, until: int, *, number: int, size: int, deadline: Deadline
    ) -> tuple[KeyReading, ...]:
        """A customer's keys issued between two epoch seconds, oldest first, deleted ones too (facts 6.2)."""
        return self._send(
            "GET",
            ("billing-keys",),
            query=keys_query(self._store_id, customer_id, since, until, number=number, size=size),
            read=keys_of,
            deadline=deadline,
        )

    def delete_billing_key(self, billing_key: str, *, reason: str, key: str, deadline: Deadline) -> None:
        """Delete it for good; refused while it has schedules (facts 6.2)."""
        self._send(
            "DELETE",
            ("billing-keys", billing_key),
            query={"storeId": self._store_id, "reason": reason, "requester": "CUSTOMER"},
            key=key,
            read=nothing_of,
            deadline=deadline,
        )

    def confirm_billing_key(self, token: str, *, test: bool, key: str, deadline: Deadline) -> str:
        """Finish an issue on a manual-approval channel; the billing key (facts 4.2)."""
        return self._send(
            "POST",
            ("billing-keys", "confirm"),
            body={"storeId": self._store_id, "billingIssueToken": token, "isTest": test},
            key=key,
            read=confirmed_of,
            deadline=deadline,
        )

    def confirm_issue_and_pay(
        self, token: str, order: IssueAndPayCommand, *, test: bool, key: str, deadline: Deadline
    ) -> str:
        """Finish an issue with its first payment, in minor units; the billing key (facts 4.2)."""
        return self._send(
            "POST",
            ("billing-keys", "confirm-issue-and-pay"),
            body=confirm_issue_and_pay_body(token, order, self._store_id, test=test),
            key=key,
            read=partial(issued_and_paid_of, order.payment_id),
            deadline=deadline,
        )

    def issue_billing_key(self, order: KeyInCommand, *, key: str, deadline: Deadline) -> str:
        """Issue from card data; PortOneError NO_EFFECT, nothing sent, where key-in is off (facts 6.1)."""
        if not self._key_in:
            raise PortOneError(Outcome.NO_EFFECT)
        return self._send(
            "POST",
            ("billing-keys",),
            body=key_in_body(order, self._store_id),
            key=key,
            read=issued_of,
            deadline=deadline,
        )

    def charge(self, payment_id: str, order: ChargeCommand, *, key: str, deadline: Deadline) -> None:
        """Charge a billing key, in minor units; only a reading shows the outcome (facts 6.3)."""
        self._send(
            "POST",
            ("payments", payment_id, "billing-key"),
            body=charge_body(order, self._store_id),
            key=key,
            read=nothing_of,
            deadline=deadline,
        )

    def list_schedules(
        self, billing_key: str, since: int, until: int, *, number: int, size: int, deadline: Deadline
    ) -> tuple[ScheduleReading, ...]:
        """A key's schedules due between two epoch seconds, earliest first, in every state (facts 6.4)."""
        return self._send(
            "GET",
            ("payment-schedules",),
            query=schedules_query(self._store_id, billing_key, since, until, number=number, size=size),
            read=partial(schedules_of, billing_key),
            deadline=deadline,
        )

    def revoke_schedules(self, schedule_ids: tuple[str, ...], *, key: str, deadline: Deadline) -> None:
        """Revoke schedules, all or none (facts 6.4)."""
        self._send(
            "DELETE",
            ("payment-schedules",),
            query=revoke_query(self._store_id, schedule_ids),
            key=key,
            read=nothing_of,
            deadline=deadline,
        )
