"""What the app hands to `PortOne.requestIssueBillingKey` or `...AndPay` (PortOne facts 12)."""

from typing import Any

from portone_payments.domain.billing_errors import BillingMethodNotOffered
from portone_payments.domain.marker import issue_marker, marker
from portone_payments.domain.records import Payment
from portone_payments.domain.wallet_records import SavedKey
from portone_payments.entry.settings import Settings

ISSUE_NAME = "정기결제 수단 등록"


def channel_of(pay_method: str, settings: Settings) -> str:
    """The channel that saves such a payment method. Raises `BillingMethodNotOffered`."""
    channel = settings.billing_channels.get(pay_method) or settings.billing_channels.get("*")
    if channel is None:
        raise BillingMethodNotOffered
    return channel


def issue_view(key: SavedKey, settings: Settings, payment: Payment | None = None) -> dict[str, Any]:
    """Server-owned parameters only; with a payment those of issue-and-pay."""
    view: dict[str, Any] = {
        "billingKeyId": key.issue_id,
        "storeId": key.store_id,
        "channelKey": channel_of(key.pay_method, settings),
        "issueId": key.issue_id,
        "issueName": ISSUE_NAME,
        "customer": {"customerId": key.customer_id},
    }
    chosen = {
        "redirectUrl": settings.redirect_url,
        "appScheme": settings.app_scheme,
        # an empty list would still replace the console's webhook URL in some SDKs
        "noticeUrls": list(settings.notice_urls),
    }
    view |= {name: value for name, value in chosen.items() if value}
    if payment is None:
        return view | {"billingKeyMethod": key.pay_method, "customData": issue_marker(key.issue_id)}
    return view | {
        "billingKeyAndPayMethod": key.pay_method,
        "customData": marker(payment.order_id),
        "paymentId": payment.payment_id,
        "orderName": payment.order_name,
        "totalAmount": payment.total,
        "taxFreeAmount": payment.tax_free,
        "currency": payment.currency,
    }
