"""`GET /payments`: payments by time, state and the like, in pages (PortOne facts 13)."""

import datetime as dt
from dataclasses import replace
from typing import Any

from pydantic import Field

from portone_local.portone.answers import Optionals
from portone_local.portone.desk import ApiCall, Body, Desk, parsed
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.operations.payment_filter import PLAIN, PaymentFilter

REACH = 60_000
"""`(number + 1) * size` may not be more."""

DEFAULT_SPAN = dt.timedelta(days=90)
OK = 2  # hundreds


class Page(Body):
    """PageInput."""

    number: int = Field(default=0, ge=0, lt=2**31)
    size: int = Field(default=10, ge=1, lt=2**31)

    def check(self) -> None:
        """ApiError INVALID_REQUEST for a page beyond PortOne's reach."""
        if (self.number + 1) * self.size > REACH:
            raise ApiError("INVALID_REQUEST", f"(number + 1) * size is more than {REACH}")

    def of(self, found: list[dict[str, Any]], *, whole: bool) -> dict[str, Any]:
        """The answer with this page of `found`; `totalCount` counts the page, or the `whole`."""
        items = found[self.number * self.size : (self.number + 1) * self.size]
        count = len(found if whole else items)
        return {"items": items, "page": {"number": self.number, "size": self.size, "totalCount": count}}


class _ListBody(Body):
    page: Page = Field(default_factory=Page)
    filter: PaymentFilter = Field(default_factory=PaymentFilter)


def list_payments(desk: Desk, call: ApiCall) -> Answer:
    """A page of payments; its `totalCount` counts the page, by a switch all that matched."""
    body = parsed(_ListBody, call.query.get("requestBody") or call.body or "{}")
    body.page.check()
    desk.check_store(body.filter.store_id)
    found = _found(desk, call, body.filter)
    return as_json(body.page.of(found, whole=not desk.unknowns.total_count_is_of_the_page))


def _found(desk: Desk, call: ApiCall, wanted: PaymentFilter) -> list[dict[str, Any]]:
    until = wanted.until or dt.datetime.fromtimestamp(call.at, tz=dt.UTC)
    since = wanted.since or until - DEFAULT_SPAN
    found = [
        payment
        for name in desk.ledger.payments
        if (payment := desk.ledger.answer(name, as_of=call.as_of, lag=call.lag))
        and since <= _moment(payment, wanted.timed_by) <= until
        and wanted.admits(payment, _whole(desk, payment, wanted, call.at), _webhook(desk, name, wanted))
    ]
    found.sort(
        key=lambda payment: (_moment(payment, wanted.sorted_by), payment["id"]),
        reverse=wanted.sort_order == "DESC",
    )
    return found


def _whole(desk: Desk, payment: dict[str, Any], wanted: PaymentFilter, at: float) -> dict[str, Any]:
    """The payment with every field it has: what an answer leaves out is found all the same."""
    if not wanted.model_fields_set - PLAIN:
        return payment
    every = replace(desk.till.answers, optionals=Optionals.ALL)
    return every(desk.ledger.payments[payment["id"]], at) or payment


def _webhook(desk: Desk, payment_id: str, wanted: PaymentFilter) -> str | None:
    """How the last delivery of the payment's webhook went."""
    if wanted.webhook_status is None:
        return None
    tried = (each.status for each in reversed(desk.till.webhooks.sent) if each.payment_id == payment_id)
    last = next(tried, None)
    if last is None:
        return ""
    return (
        "SUCCEEDED" if last // 100 == OK else "FAILED_NOT_OK_RESPONSE" if last else "FAILED_UNEXPECTED_ERROR"
    )


def _moment(payment: dict[str, Any], field: str) -> dt.datetime:
    return dt.datetime.fromisoformat(payment[field])
