"""Requests about billing keys, charges and schedules in PortOne's words (PortOne facts 4.2, 6)."""

import json
from datetime import UTC, datetime
from typing import Any

from portone_payments.domain.windows.buyer import Buyer
from portone_payments.ports.billing import ChargeCommand, IssueAndPayCommand, KeyInCommand


def charge_body(order: ChargeCommand, store_id: str) -> dict[str, Any]:
    """BillingKeyPaymentInput (facts 6.3); absent VAT is an eleventh of the taxable part."""
    body: dict[str, Any] = {
        "storeId": store_id,
        "billingKey": order.billing_key,
        "orderName": order.order_name,
        "customer": {"id": order.customer_id, **_said_of(order.buyer)},
        "customData": order.custom_data,
        "amount": {"total": order.total, "taxFree": order.tax_free},
        "currency": order.currency,
    }
    if order.vat is not None:
        body["amount"]["vat"] = order.vat
    if order.channel_key is not None:
        body["channelKey"] = order.channel_key
    if order.notice_urls:
        body["noticeUrls"] = list(order.notice_urls)
    if order.product_type is not None:
        body["productType"] = order.product_type
    return body


def _said_of(buyer: Buyer) -> dict[str, Any]:
    """CustomerInput (facts 6.3): a name is an object."""
    said = {
        "name": {"full": buyer.name} if buyer.name else None,
        "email": buyer.email,
        "phoneNumber": buyer.phone,
    }
    if buyer.birth_date:
        said |= dict(zip(("birthYear", "birthMonth", "birthDay"), buyer.birth_date.split("-"), strict=True))
    return {name: value for name, value in said.items() if value}


def key_in_body(order: KeyInCommand, store_id: str) -> dict[str, Any]:
    """IssueBillingKeyBody (facts 6.2)."""
    optional = {
        "birthOrBusinessRegistrationNumber": order.birth_or_business_number,
        "passwordTwoDigits": order.password_two_digits,
    }
    credential = {
        "number": order.number,
        "expiryYear": order.expiry_year,
        "expiryMonth": order.expiry_month,
        **{name: value for name, value in optional.items() if value is not None},
    }
    return {
        "storeId": store_id,
        "method": {"card": {"credential": credential}},
        "channelKey": order.channel_key,
        "customer": {"id": order.customer_id, **_said_of(order.buyer)},
    }


def confirm_issue_and_pay_body(
    token: str, order: IssueAndPayCommand, store_id: str, *, test: bool
) -> dict[str, Any]:
    """ConfirmBillingKeyIssueAndPayBody (facts 4.2): PortOne compares everything but the token."""
    return {
        "storeId": store_id,
        "billingIssueToken": token,
        "paymentId": order.payment_id,
        "totalAmount": order.total,
        "taxFreeAmount": order.tax_free,
        "currency": order.currency,
        "isTest": test,
    }


def keys_query(
    store_id: str, customer_id: str, since: int, until: int, *, number: int, size: int
) -> dict[str, str]:
    """The query of GET /billing-keys, oldest issue first; epoch seconds UTC. No filter by status."""
    return _query(
        number,
        size,
        "ISSUED_AT",
        storeId=store_id,
        customerId=customer_id,
        timeRangeField="ISSUED_AT",
        **_between(since, until),
    )


def schedules_query(
    store_id: str, billing_key: str, since: int, until: int, *, number: int, size: int
) -> dict[str, str]:
    """The query of GET /payment-schedules; without `from` and `until` it would show only the past."""
    between = _between(since, until)
    return _query(number, size, "TIME_TO_PAY", storeId=store_id, billingKey=billing_key, **between)


def revoke_query(store_id: str, schedule_ids: tuple[str, ...]) -> dict[str, str]:
    """The query of DELETE /payment-schedules: its body, since a DELETE's body can get lost on the way."""
    return {"requestBody": _json({"storeId": store_id, "scheduleIds": list(schedule_ids)})}


def _query(number: int, size: int, by: str, **wanted: str) -> dict[str, str]:
    page = {"number": number, "size": size}
    return {"requestBody": _json({"page": page, "sort": {"by": by, "order": "ASC"}, "filter": wanted})}


def _between(since: int, until: int) -> dict[str, str]:
    return {"from": _time(since), "until": _time(until)}


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
