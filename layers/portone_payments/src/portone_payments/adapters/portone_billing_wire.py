"""Billing keys, charges and schedules on the wire: bodies out, our own types in (PortOne facts 4.2, 6).

What a reading must have to be about one key at all is required; anything else may be missing or strange.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from portone_payments.adapters.portone_saved import saved_method_of
from portone_payments.adapters.portone_wire import channel_of, micros, moment_of, text_of
from portone_payments.domain.billing_reading import KeyReading, KeyStatus, ScheduleReading
from portone_payments.domain.snapshot import Channel
from portone_payments.ports_billing import ChargeOrder, IssueAndPayOrder, KeyInOrder

UNCONFIRMED = "NEEDS_CONFIRMATION"


def charge_body(order: ChargeOrder, store_id: str) -> dict[str, Any]:
    """BillingKeyPaymentInput (facts 6.3); absent VAT is an eleventh of what is not tax-free."""
    body: dict[str, Any] = {
        "storeId": store_id,
        "billingKey": order.billing_key,
        "orderName": order.order_name,
        "customer": {"id": order.customer_id},
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
    return body


def key_in_body(order: KeyInOrder, store_id: str) -> dict[str, Any]:
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
        "customer": {"id": order.customer_id},
    }


def confirm_issue_and_pay_body(
    token: str, order: IssueAndPayOrder, store_id: str, *, test: bool
) -> dict[str, Any]:
    """ConfirmBillingKeyIssueAndPayBody (facts 4.2): all but the token is there to be compared."""
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
    """The query of DELETE /payment-schedules: its body, for a DELETE with a body gets lost on the way."""
    return {"requestBody": _json({"storeId": store_id, "scheduleIds": list(schedule_ids)})}


def key_of(billing_key: str, body: bytes) -> KeyReading:
    """The answer of GET /billing-keys/{billingKey}. Raises ValueError when it is not that key."""
    reading = _key_reading(from_json(body))
    if reading.billing_key != billing_key:
        raise ValueError("the answer is about another billing key")
    return reading


def keys_of(body: bytes) -> tuple[KeyReading, ...]:
    """A page of keys. Raises ValueError when one of them cannot be told: a page that shrinks looks last."""
    return _items(body, _key_reading)


def schedules_of(billing_key: str, body: bytes) -> tuple[ScheduleReading, ...]:
    """A page of the key's schedules. Raises ValueError when one cannot be told or is another key's."""

    def read(raw: Any) -> ScheduleReading:
        if _needed(raw, "billingKey") != billing_key:
            raise ValueError("the answer is about another billing key")
        return ScheduleReading(
            id=_needed(raw, "id"),
            payment_id=_needed(raw, "paymentId"),
            status=_needed(raw, "status"),
            time_to_pay=micros(_needed(raw, "timeToPay")),
        )

    return _items(body, read)


def confirmed_of(body: bytes) -> str:
    """The billing key of a confirm. Raises ValueError for none, and for the word that stands for none."""
    return _billing_key(from_json(body))


def issued_and_paid_of(payment_id: str, body: bytes) -> str:
    """The billing key of an issue with a payment. Raises ValueError when it is about another payment."""
    raw = from_json(body)
    if text_of(raw, "paymentId") != payment_id:
        raise ValueError("the answer is about another payment")
    return _billing_key(raw)


def issued_of(body: bytes) -> str:
    """The billing key of a key-in issue. Raises ValueError when there is none."""
    raw = from_json(body)
    return _billing_key(raw.get("billingKeyInfo") if isinstance(raw, dict) else None)


def _key_reading(raw: Any) -> KeyReading:
    status = _needed(raw, "status")
    return KeyReading(
        billing_key=_billing_key(raw),
        status=KeyStatus(status) if status in KeyStatus else KeyStatus.UNRECOGNISED,
        store_id=_needed(raw, "storeId"),
        channels=_channels(raw.get("channels")),
        customer_id=text_of(raw.get("customer"), "id"),
        issue_id=text_of(raw, "issueId"),
        custom_data=text_of(raw, "customData"),
        method=saved_method_of(raw.get("methods")),
        issued_at=moment_of(raw.get("issuedAt")),
        deleted_at=moment_of(raw.get("deletedAt")),
    )


def _channels(raw: Any) -> tuple[Channel, ...]:
    """All of them, or none: a channel left out because it cannot be read might be the forbidden one."""
    read = [channel_of(each) for each in raw] if isinstance(raw, list) else []
    known = tuple(channel for channel in read if channel is not None)
    return known if len(known) == len(read) else ()


def _items[T](body: bytes, read: Callable[[Any], T]) -> tuple[T, ...]:
    raw = from_json(body)
    if not isinstance(raw, dict) or not isinstance(raw.get("items"), list):
        raise ValueError("not a page")  # noqa: TRY004 - what is read is a text, not a Python value
    return tuple(read(each) for each in raw["items"])


def _billing_key(raw: Any) -> str:
    found = _needed(raw, "billingKey")
    if found == UNCONFIRMED:
        raise ValueError("not confirmed yet")
    return found


def _needed(raw: Any, name: str) -> str:
    found = text_of(raw, name)
    if not found:
        raise ValueError(f"no {name}")
    return found


def _query(number: int, size: int, by: str, **wanted: str) -> dict[str, str]:
    page = {"number": number, "size": size}
    return {"requestBody": _json({"page": page, "sort": {"by": by, "order": "ASC"}, "filter": wanted})}


def _between(since: int, until: int) -> dict[str, str]:
    return {"from": _time(since), "until": _time(until)}


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
