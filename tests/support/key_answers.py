"""PortOne's answers about billing keys, and how the client reads them."""

import json
from typing import Any

import httpx

from portone_payments.domain.readings.billing_key import KeyReading, SavedMethod
from portone_payments.domain.readings.payment import Channel
from tests.support.billing_calls import BILLING_KEY, billing_client, key_answer
from tests.support.portone_calls import Wire, in_time

LIVE = Channel(
    test=False, pg_provider="TOSSPAYMENTS", pg_merchant_id="example-merchant", key="channel-key-example"
)


def wire(answer: Any) -> Wire:
    """A PortOne with this answer to every call."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Wire(lambda _: httpx.Response(200, content=body))


def read(answer: Any) -> KeyReading | None:
    """A key as the client reads this answer."""
    return billing_client(wire(answer)).get_billing_key(BILLING_KEY, deadline=in_time())


def reading(**changes: Any) -> KeyReading:
    """A key as the client reads an answer with these changes. LookupError for none."""
    found = read(key_answer(**changes))
    if found is None:
        raise LookupError(changes)
    return found


def saved(**method: Any) -> SavedMethod:
    """A saved method as the client reads it. LookupError for none."""
    found = reading(methods=[method]).method
    if found is None:
        raise LookupError(method)
    return found
