"""PortOne's billing keys and schedules in, our own types out (PortOne facts 4.2, 6).

Only the fields that identify a key are required; any other may be missing or strange.
"""

from collections.abc import Callable
from typing import Any

from portone_payments.adapters.portone.saved_methods import saved_method_of
from portone_payments.adapters.portone.texts import may_be_id, micros, moment_of, parsed, text_of
from portone_payments.adapters.portone.wire import channel_of
from portone_payments.domain.readings.billing_key import KeyReading, KeyStatus, ScheduleReading
from portone_payments.domain.readings.payment import Channel
from portone_payments.domain.shared.marker import marked_issue

UNCONFIRMED = "NEEDS_CONFIRMATION"


def key_of(billing_key: str, body: bytes) -> KeyReading:
    """The answer of GET /billing-keys/{billingKey}. Raises ValueError when it is not that key."""
    reading = _key_reading(parsed(body))
    if reading.billing_key != billing_key:
        raise ValueError("the answer is about another billing key")
    return reading


def keys_of(body: bytes) -> tuple[KeyReading, ...]:
    """A page of keys. Raises ValueError when one is unreadable: a shortened page would look like the last."""
    return _items(body, _key_reading)


def schedules_of(billing_key: str, body: bytes) -> tuple[ScheduleReading, ...]:
    """A page of the key's schedules. Raises ValueError when one is unreadable or another key's."""

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
    """The billing key of a confirm. Raises ValueError for none, and for the placeholder of none."""
    return _billing_key(parsed(body))


def issued_and_paid_of(payment_id: str, body: bytes) -> str:
    """The billing key of an issue with a payment. Raises ValueError when it is about another payment."""
    raw = parsed(body)
    if text_of(raw, "paymentId") != payment_id:
        raise ValueError("the answer is about another payment")
    return _billing_key(raw)


def issued_of(body: bytes) -> str:
    """The billing key of a key-in issue. Raises ValueError when there is none."""
    raw = parsed(body)
    return _billing_key(raw.get("billingKeyInfo") if isinstance(raw, dict) else None)


def _key_reading(raw: Any) -> KeyReading:
    status = _needed(raw, "status")
    return KeyReading(
        billing_key=_billing_key(raw),
        status=KeyStatus(status) if status in KeyStatus else KeyStatus.UNRECOGNISED,
        store_id=_needed(raw, "storeId"),
        channels=_channels(raw.get("channels")),
        customer_id=text_of(raw.get("customer"), "id"),
        billing_key_id=text_of(raw, "issueId") or marked_issue(text_of(raw, "customData")),
        custom_data=text_of(raw, "customData"),
        method=saved_method_of(raw.get("methods")),
        issued_at=moment_of(raw.get("issuedAt")),
        deleted_at=moment_of(raw.get("deletedAt")),
    )


def _channels(raw: Any) -> tuple[Channel, ...] | None:
    """All of them, or None: a channel omitted as unreadable might be the forbidden one."""
    read = [channel_of(each) for each in raw] if isinstance(raw, list) else []
    known = tuple(channel for channel in read if channel is not None)
    return known if known and len(known) == len(read) else None


def _items[T](body: bytes, read: Callable[[Any], T]) -> tuple[T, ...]:
    raw = parsed(body)
    if not isinstance(raw, dict) or not isinstance(raw.get("items"), list):
        raise ValueError("not a page")  # noqa: TRY004 - the input is a text, not a Python value
    return tuple(read(each) for each in raw["items"])


def _billing_key(raw: Any) -> str:
    found = _needed(raw, "billingKey")
    if found == UNCONFIRMED:
        raise ValueError("not confirmed yet")
    return found


def _needed(raw: Any, name: str) -> str:
    found = text_of(raw, name)
    if not found or not may_be_id(found):
        raise ValueError(f"no {name}")
    return found
