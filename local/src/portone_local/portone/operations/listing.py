"""`GET /payments`: payments by time, state and the like, in pages (PortOne facts 13)."""

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from portone_local.portone.desk import ApiCall, Body, Desk, Moment, parsed
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.records import Status

REACH = 60_000
"""`(number + 1) * size` may not be more."""

DEFAULT_SPAN = dt.timedelta(days=90)

type _Spelled = Literal[
    "READY", "PENDING", "VIRTUAL_ACCOUNT_ISSUED", "PAID", "FAILED", "PARTIAL_CANCELLED", "CANCELLED"
]


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


class _Filter(Body):
    """PaymentFilterInput as far as the fake filters; what else it lists is refused rather than ignored."""

    merchant_id: str | None = None
    store_id: str | None = None
    timestamp_type: Literal["CREATED_AT", "STATUS_CHANGED_AT"] = "STATUS_CHANGED_AT"
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    status: list[_Spelled] | None = None
    pg_provider: list[str] | None = None
    is_test: bool | None = None
    sort_by: Literal["REQUESTED_AT", "STATUS_CHANGED_AT"] | None = None
    sort_order: Literal["DESC", "ASC"] = "DESC"
    version: Literal["V1", "V2"] | None = None
    currency: str | None = None

    def admits(self, payment: dict[str, Any]) -> bool:
        """Whether `payment` is one of those asked for, whatever its time."""
        channel = payment.get("channel", {})
        status = "PENDING" if payment["status"] == Status.PAY_PENDING else payment["status"]
        pairs = (
            (self.merchant_id, payment["merchantId"]),
            (self.store_id, payment["storeId"]),
            (self.is_test, channel.get("type") == "TEST"),
            (self.version, payment["version"]),
            (self.currency, payment["currency"]),
        )
        lists = ((self.status, status), (self.pg_provider, channel.get("pgProvider")))
        return all(asked in (None, held) for asked, held in pairs) and all(
            not asked or held in asked for asked, held in lists
        )

    @property
    def timed_by(self) -> str:
        """The field of a payment that `from` and `until` are about."""
        return "requestedAt" if self.timestamp_type == "CREATED_AT" else "statusChangedAt"

    @property
    def sorted_by(self) -> str:
        """The field of a payment that orders the answer; without `sortBy` the one of the time range."""
        named = {"REQUESTED_AT": "requestedAt", "STATUS_CHANGED_AT": "statusChangedAt"}
        return named[self.sort_by] if self.sort_by else self.timed_by


class _ListBody(Body):
    page: Page = Field(default_factory=Page)
    filter: _Filter = Field(default_factory=_Filter)


def list_payments(desk: Desk, call: ApiCall) -> Answer:
    """A page of payments; its `totalCount` counts the page, by a switch all that matched."""
    body = parsed(_ListBody, call.query.get("requestBody") or call.body or "{}")
    body.page.check()
    desk.check_store(body.filter.store_id)
    found = _found(desk, call, body.filter)
    return as_json(body.page.of(found, whole=not desk.unknowns.total_count_is_of_the_page))


def _found(desk: Desk, call: ApiCall, wanted: _Filter) -> list[dict[str, Any]]:
    until = wanted.until or dt.datetime.fromtimestamp(call.at, tz=dt.UTC)
    since = wanted.since or until - DEFAULT_SPAN
    answers = (desk.ledger.answer(name, as_of=call.as_of, lag=call.lag) for name in desk.ledger.payments)
    found = [
        payment
        for payment in answers
        if payment and wanted.admits(payment) and since <= _moment(payment, wanted.timed_by) <= until
    ]
    found.sort(
        key=lambda payment: (_moment(payment, wanted.sorted_by), payment["id"]),
        reverse=wanted.sort_order == "DESC",
    )
    return found


def _moment(payment: dict[str, Any], field: str) -> dt.datetime:
    return dt.datetime.fromisoformat(payment[field])
