"""What the app passes to `PortOne.requestIssueBillingKey` or `...AndPay` (PortOne facts 12)."""

from dataclasses import replace
from typing import Any

from portone_payments.domain.errors.billing import BillingMethodNotOffered, WindowIncomplete
from portone_payments.domain.payments.policy import PAGE
from portone_payments.domain.records.billing_keys import SavedKey
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.marker import issue_marker, marker
from portone_payments.domain.windows.buyer import NOBODY, Buyer
from portone_payments.domain.windows.given import Given
from portone_payments.domain.windows.table import Windows
from portone_payments.entry.fields.buyers import BuyerBody, buyer_in
from portone_payments.entry.fields.offers import OfferPeriodBody, offer_period_in
from portone_payments.entry.settings.payments import Settings

ISSUE_NAME = "정기결제 수단 등록"


def said_by_app(buyer: BuyerBody | None, offer_period: OfferPeriodBody | None, platform: str) -> Given:
    """What the app says of whoever saves a method. Raises `InvalidRequest`."""
    return Given(buyer=buyer_in(buyer), offer_period=offer_period_in(offer_period), in_app=platform != PAGE)


def completed(given: Given, said: Given) -> Given:
    """What an order gives, with what it leaves out."""
    return replace(given, buyer=given.buyer or said.buyer, offer_period=said.offer_period)


def buyer_to_keep(pay_method: str, given: Given, settings: Settings) -> Buyer:
    """Who saves it is kept where every charge has to say it, and nowhere else."""
    return given.buyer if settings.charging.missing(pay_method, Given()) else NOBODY


def check_offered(pay_method: str, windows: Windows) -> None:
    """Whether some channel saves such a payment method. Raises `BillingMethodNotOffered`."""
    if windows.channel(pay_method) is None:
        raise BillingMethodNotOffered


def check_given(pay_method: str, given: Given, windows: Windows) -> None:
    """Whether its window is given all it needs. Raises `WindowIncomplete`."""
    missing = windows.missing(pay_method, given)
    if missing:
        raise WindowIncomplete(pay_method=pay_method, missing=missing)


def issue_view(
    key: SavedKey, settings: Settings, given: Given, payment: Payment | None = None
) -> dict[str, Any]:
    """Server-owned parameters only; with a payment those of issue-and-pay."""
    windows = settings.saving_and_paying if payment else settings.saving
    view: dict[str, Any] = {
        "billingKeyId": key.id,
        "storeId": key.store_id,
        "channelKey": windows.channel(key.pay_method),
        "issueId": key.id,
        "issueName": ISSUE_NAME,
        **windows.parameters(key.pay_method, replace(given, customer_id=key.customer_id)),
    }
    chosen = {
        "redirectUrl": settings.redirect_url,
        "appScheme": settings.app_scheme,
        # an empty list would still replace the console's webhook URL in some SDKs
        "noticeUrls": list(settings.notice_urls),
    }
    view |= {name: value for name, value in chosen.items() if value}
    if payment is None:
        return view | {"billingKeyMethod": key.pay_method, "customData": issue_marker(key.id)}
    return view | {
        "billingKeyAndPayMethod": key.pay_method,
        "customData": marker(payment.order_id),
        "paymentId": payment.payment_id,
        "orderName": payment.order_name,
        "totalAmount": payment.total,
        "taxFreeAmount": payment.tax_free,
        "currency": payment.currency,
    }
