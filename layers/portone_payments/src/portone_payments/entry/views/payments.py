"""How orders and payments look from outside: amounts in minor units, times in RFC 3339 UTC."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from portone_payments.domain.records.bounds import SEALED
from portone_payments.domain.records.instructions import Approval, ApprovalState, Refund, RefundState
from portone_payments.domain.records.payments import (
    TAKEN,
    Attention,
    HistoryLine,
    Order,
    OrderPart,
    OrderProduct,
    Payment,
    Status,
)
from portone_payments.flows.payments.orders import OrderWithPayment

NOTHING: Mapping[int, str] = MappingProxyType({})


def time_view(seconds: float | None) -> str | None:
    """Epoch seconds as RFC 3339 in UTC, to the second."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def payment_view(payment: Payment) -> dict[str, Any]:
    """What the owner of a payment sees."""
    seen = payment.seen
    view: dict[str, Any] = {
        "paymentId": payment.payment_id,
        "orderId": payment.order_id,
        "orderName": payment.order_name,
        "status": payment.status.value,
        "amount": amount_view(payment),
        "currency": payment.currency,
        "createdAt": time_view(payment.created_at),
        "expiresAt": time_view(payment.expires_at),
        "statusChangedAt": time_view(payment.status_at),
        "late": payment.late,
    }
    if seen is not None and seen.paid_at is not None:
        view["paidAt"] = time_view(seen.paid_at / 1_000_000)
    if seen is not None and seen.receipt_url is not None:
        view["receiptUrl"] = seen.receipt_url
    if seen is not None and seen.method is not None:
        view["payMethod"] = {"type": seen.method.kind.value, "provider": seen.method.provider}
    if payment.refunds:
        view["refunds"] = [refund_summary(refund) for refund in payment.refunds.values()]
    if payment.approvals:
        view["approval"] = _approval_view(payment.approvals[-1])
    account = _account_view(payment)
    return {**view, "virtualAccount": account} if account else view


def refund_summary(refund: Refund) -> dict[str, Any]:
    """One refund in the list of a payment; `by` is owner, staff, auto or lost. No outcome yet is UNKNOWN."""
    by, _, shown = refund.id.partition(":")
    state = "UNKNOWN" if refund.state is RefundState.RESERVED else refund.state.value
    return {"refundId": shown, "by": by, "state": state, "amount": refund.went_back}


def amount_view(payment: Payment) -> dict[str, int]:
    """The amount requested, charged and refunded, in minor units."""
    seen = payment.seen
    return {
        "total": payment.total,
        "taxFree": payment.tax_free,
        "paid": seen.charged if seen and seen.status in TAKEN else 0,
        "cancelled": seen.cancelled if seen else 0,
    }


def _approval_view(approval: Approval) -> dict[str, Any]:
    """The newest attempt at a manual approval; without an outcome yet it is UNKNOWN."""
    settled = approval.state in {ApprovalState.APPROVED, ApprovalState.FAILED}
    return {
        "attempt": approval.attempt,
        "state": approval.state.value if settled else "UNKNOWN",
        "code": approval.code,
    }


def _account_view(payment: Payment) -> dict[str, Any] | None:
    """Bank, number, holder and due date, while the account waits for the deposit."""
    method = payment.seen.method if payment.seen else None
    if (
        payment.status is not Status.VIRTUAL_ACCOUNT_ISSUED
        or method is None
        or method.virtual_account is None
        or method.virtual_account.number is None
    ):
        return None
    account = method.virtual_account
    return {
        "bank": account.bank,
        "number": account.number,
        "holder": account.holder,
        "dueAt": time_view(account.due_at),
    }


def order_view(held: OrderWithPayment) -> dict[str, Any]:
    """What the shop's backend sees of an order."""
    order, payment = held.order, held.payment
    return {
        **order_fields(order),
        "payment": payment_view(payment) if payment else None,
        **_totals(held),
    }


def _totals(held: OrderWithPayment) -> dict[str, int]:
    """What was paid and refunded; in parts, what was paid and is owed: a refund stands in its payment."""
    if held.order.parts:
        paid, owed = held.of_parts()
        return {"paidTotal": paid, "outstandingTotal": owed}
    amount = amount_view(held.payment) if held.payment else {"paid": 0, "cancelled": 0}
    return {"paidTotal": amount["paid"], "cancelledTotal": amount["cancelled"]}


def order_fields(order: Order) -> dict[str, Any]:
    """The order as it was put, and the schedule that collects its parts."""
    parts = {"parts": [part_view(part) for part in order.parts]} if order.parts else {}
    schedule = {"subscriptionId": order.subscription_id} if order.subscription_id else {}
    gone = {"withdrawnAt": time_view(order.withdrawn_at), "withdrawnBy": order.withdrawn_by}
    return {
        "orderId": order.order_id,
        "userId": order.user_id,
        "name": order.name,
        "amount": {"total": order.total, "taxFree": order.tax_free},
        "currency": order.currency,
        "payMethods": list(order.pay_methods),
        "itemKind": order.item_kind,
        "expiresAt": time_view(order.expires_at),
        **parts,
        **_for_windows(order),
        **schedule,
        **(gone if order.withdrawn_at is not None else {}),
    }


def _for_windows(order: Order) -> dict[str, Any]:
    """What windows get of an order; never its buyer."""
    said: dict[str, Any] = {
        "productType": order.product_type,
        "products": [product_view(product) for product in order.products],
        "lastDayOfUse": order.last_day_of_use,
        "country": order.country,
        "giftCertificateType": order.gift_certificate_type,
    }
    return {name: value for name, value in said.items() if value}


def product_view(product: OrderProduct) -> dict[str, Any]:
    """One of the things an order is of."""
    return {
        "id": product.id,
        "name": product.name,
        "quantity": product.quantity,
        "amount": product.amount,
        "link": product.link,
        "categoryType": product.category_type,
        "categoryId": product.category_id,
    }


def part_view(part: OrderPart) -> dict[str, Any]:
    """One of the amounts an order is paid in."""
    return {
        "amount": part.amount,
        "taxFreeAmount": part.tax_free,
        "dueAt": time_view(part.due_at),
        "name": part.name or None,
    }


def staff_view(payment: Payment, words: Mapping[int, str] = NOTHING) -> dict[str, Any]:
    """What staff sees: the owner's view, why staff is called, who changed what when, and `words` on it."""
    return {
        **payment_view(payment),
        "userId": payment.user_id,
        "attentions": [_attention_view(each) for each in payment.attentions],
        "surplus": payment.surplus,
        "dueAt": time_view(payment.due_at),
        "lastReadAt": time_view(payment.read_at),
        "openHints": [hint.type for hint in payment.hints.values() if hint.state == "open"],
        "history": [_entry_view(entry, words.get(entry.seq)) for entry in payment.history],
    }


def _attention_view(attention: Attention) -> dict[str, Any]:
    return {
        "kind": str(attention.kind),
        "subject": attention.subject,
        "since": time_view(attention.at),
    }


def _entry_view(entry: HistoryLine, words: str | None) -> dict[str, Any]:
    data = {name: value for name, value in entry.data.items() if name != SEALED}
    return {
        "seq": entry.seq,
        "at": time_view(entry.at),
        "fact": entry.fact,
        "by": entry.by,
        "data": {**data, "reason": words} if words else data,
    }
