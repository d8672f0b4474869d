"""The PortOne V2 REST client for payments: one method per operation, all through `PortOneCalls`."""

from functools import partial

from portone_payments.adapters.portone.bodies import cancel_body, confirm_body
from portone_payments.adapters.portone.call import PortOneCalls
from portone_payments.adapters.portone.cancellations import cancellation_of
from portone_payments.adapters.portone.listing import list_query, page_of
from portone_payments.adapters.portone.receipts import issued_of, receipt_body, receipt_of
from portone_payments.adapters.portone.texts import nothing_of
from portone_payments.adapters.portone.wire import payment_of
from portone_payments.domain.readings.outcome import CASH_RECEIPT_NOT_FOUND, PAYMENT_NOT_FOUND
from portone_payments.domain.readings.payment import Cancellation, ReceiptReading, Snapshot
from portone_payments.ports.portone import (
    CancelCommand,
    ConfirmCommand,
    IssuedReceipt,
    ListPage,
    ReceiptCommand,
)
from portone_payments.ports.world import Deadline


class PortOneClient(PortOneCalls):
    """PortOne's payments (ports.PortOne). Every method raises PortOneError."""

    def get_payment(self, payment_id: str, *, deadline: Deadline) -> Snapshot | None:
        """PortOne's reading now, None for 404 PAYMENT_NOT_FOUND (facts 3)."""
        return self._find(
            ("payments", payment_id),
            read=partial(payment_of, payment_id),
            absent=PAYMENT_NOT_FOUND,
            deadline=deadline,
        )

    def list_payments(
        self, since: int, until: int, *, number: int, size: int, deadline: Deadline
    ) -> ListPage:
        """Payments whose status changed between two epoch seconds, oldest change first (facts 13)."""
        return self._send(
            "GET",
            ("payments",),
            query=list_query(self._store_id, since, until, number=number, size=size),
            read=partial(page_of, size),
            deadline=deadline,
        )

    def pre_register(
        self, payment_id: str, *, total: int, tax_free: int, currency: str, key: str, deadline: Deadline
    ) -> None:
        """Fix the amount, in minor units, before checkout (facts 2)."""
        self._send(
            "POST",
            ("payments", payment_id, "pre-register"),
            body={
                "storeId": self._store_id,
                "totalAmount": total,
                "taxFreeAmount": tax_free,
                "currency": currency,
            },
            key=key,
            read=nothing_of,
            deadline=deadline,
        )

    def cancel(self, payment_id: str, order: CancelCommand, *, key: str, deadline: Deadline) -> Cancellation:
        """Refund `order.amount`, always sent as a number; the answer may be FAILED with a 200 (facts 5.3)."""
        return self._send(
            "POST",
            ("payments", payment_id, "cancel"),
            body=cancel_body(order, self._store_id),
            key=key,
            read=cancellation_of,
            deadline=deadline,
        )

    def confirm(self, payment_id: str, order: ConfirmCommand, *, key: str, deadline: Deadline) -> None:
        """Charge what the buyer authenticated; amounts in minor units (facts 4.1)."""
        self._send(
            "POST",
            ("payments", payment_id, "confirm"),
            body=confirm_body(order, self._store_id),
            key=key,
            read=nothing_of,
            deadline=deadline,
        )

    def issue_cash_receipt(
        self, payment_id: str, order: ReceiptCommand, *, key: str, deadline: Deadline
    ) -> IssuedReceipt:
        """Report a cash payment, in minor units, to the tax office (facts 13)."""
        return self._send(
            "POST",
            ("cash-receipts",),
            body=receipt_body(payment_id, order, self._store_id),
            key=key,
            read=issued_of,
            deadline=deadline,
        )

    def cancel_cash_receipt(self, payment_id: str, *, key: str, deadline: Deadline) -> None:
        """Cancel a whole cash receipt (facts 13)."""
        self._send(
            "POST",
            ("payments", payment_id, "cash-receipt", "cancel"),
            query={"storeId": self._store_id},
            key=key,
            read=nothing_of,
            deadline=deadline,
        )

    def get_cash_receipt(self, payment_id: str, *, deadline: Deadline) -> ReceiptReading | None:
        """The newest cash receipt, None for 404 CASH_RECEIPT_NOT_FOUND (facts 13)."""
        return self._find(
            ("payments", payment_id, "cash-receipt"),
            read=partial(receipt_of, payment_id),
            absent=CASH_RECEIPT_NOT_FOUND,
            deadline=deadline,
        )

    def close_virtual_account(self, payment_id: str, *, key: str, deadline: Deadline) -> None:
        """Close a virtual account, so that it takes no deposit (facts 7.2)."""
        self._send(
            "POST",
            ("payments", payment_id, "virtual-account", "close"),
            query={"storeId": self._store_id},
            key=key,
            read=nothing_of,
            deadline=deadline,
        )
