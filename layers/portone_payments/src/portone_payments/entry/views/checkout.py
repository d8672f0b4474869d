"""What the app passes to `PortOne.requestPayment`, the same on every platform (PortOne facts 12.1)."""

from typing import Any

from portone_payments.domain.payments.terms import store_of
from portone_payments.domain.shared.marker import marker
from portone_payments.entry.settings.payments import Settings
from portone_payments.entry.views.payments import time_view
from portone_payments.flows.payments.prepare import Prepared


def checkout_view(prepared: Prepared, settings: Settings) -> dict[str, Any]:
    """Server-owned parameters only: those of each pay method, and where there is no choice of the first."""
    payment, windows = prepared.payment, settings.paying
    offers = [
        {
            "payMethod": method,
            "channelKey": windows.channel(method),
            **windows.parameters(method, prepared.given),
        }
        for method in prepared.methods
    ]
    view: dict[str, Any] = {
        "paymentId": payment.payment_id,
        "status": payment.status.value,
        "expiresAt": time_view(payment.expires_at),
        "storeId": store_of(payment, settings.check),
        **offers[0],
        "payMethods": offers,
        "orderName": payment.order_name,
        "totalAmount": payment.total,
        "taxFreeAmount": payment.tax_free,
        "currency": payment.currency,
        "customData": marker(payment.order_id),
    }
    chosen = {
        "redirectUrl": settings.redirect_url,
        "appScheme": settings.app_scheme,
        # an empty list would still replace the console's webhook URL in some SDKs
        "noticeUrls": list(settings.notice_urls),
    }
    return view | {name: value for name, value in chosen.items() if value}
