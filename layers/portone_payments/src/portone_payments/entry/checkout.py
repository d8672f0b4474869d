"""What the app hands to `PortOne.requestPayment`, the same on every platform (PortOne facts 12.1)."""

from typing import Any

from portone_payments.domain.marker import marker
from portone_payments.domain.terms import store_of
from portone_payments.entry.settings import Settings
from portone_payments.entry.views import time_view
from portone_payments.flows.prepare import Prepared


def checkout_view(prepared: Prepared, settings: Settings) -> dict[str, Any]:
    """Server-owned parameters only; the first pay method is the one to offer when there is no choice."""
    payment, methods = prepared.payment, prepared.methods
    offers = [{"payMethod": method, "channelKey": _channel(method, settings)} for method in methods]
    view: dict[str, Any] = {
        "paymentId": payment.payment_id,
        "status": payment.status.value,
        "expiresAt": time_view(payment.expires_at),
        "storeId": store_of(payment, settings.check),
        "channelKey": offers[0]["channelKey"],
        "payMethod": offers[0]["payMethod"],
        "payMethods": offers,
        "orderName": payment.order_name,
        "totalAmount": payment.total,
        "taxFreeAmount": payment.tax_free,
        "currency": payment.currency,
        "customer": {"customerId": payment.customer_id},
        "customData": marker(payment.order_id),
    }
    chosen = {
        "redirectUrl": settings.redirect_url,
        "appScheme": settings.app_scheme,
        # an empty list would still replace the console's webhook URL in some SDKs
        "noticeUrls": list(settings.notice_urls),
    }
    return view | {name: value for name, value in chosen.items() if value}


def _channel(method: str, settings: Settings) -> str:
    return settings.channels.get(method) or settings.channels["*"]
