"""`GET /cash-receipts`: receipts by time, state and the like, in pages (PortOne facts 13)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from portone_local.portone.desk import ApiCall, Body, Desk, Moment, parsed
from portone_local.portone.exchange import Answer, as_json
from portone_local.portone.operations.listing import DEFAULT_SPAN, Page
from portone_local.portone.operations.matching import Company, all_fit, company_of

type _Time = Literal["ISSUED_AT", "CANCELLED_AT", "STATUS_UPDATED_AT"]


class _Filter(Body):
    """CashReceiptFilterInput; here every receipt was requested by the shop, and none has failed."""

    store_id: str | None = None
    time_range_field: _Time = "ISSUED_AT"
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    payment_id: str | None = None
    is_test: bool | None = None
    order_name: str | None = None
    statuses: list[Literal["ISSUED", "CANCELLED", "FAILED"]] | None = None
    is_manual: bool | None = None
    pg_receipt_id: str | None = None
    pg_merchant_id: str | None = None
    pg_providers: list[str] | None = None
    pg_companies: list[Company] | None = None
    version: Literal["V1", "V2"] | None = None
    types: list[Literal["PERSONAL", "CORPORATE"]] | None = None

    def admits(self, receipt: dict[str, Any]) -> bool:
        """Whether the filter admits it, whatever its time."""
        channel = receipt["channel"]
        pairs = (
            (self.store_id, receipt["storeId"]),
            (self.payment_id, receipt["paymentId"]),
            (self.is_test, channel["type"] == "TEST"),
            (self.order_name, receipt["orderName"]),
            (self.is_manual, receipt["isManual"]),
            (self.pg_receipt_id, receipt["pgReceiptId"]),
            (self.pg_merchant_id, channel["pgMerchantId"]),
            (self.version, "V2"),
        )
        lists = (
            (self.statuses, receipt["status"]),
            (self.pg_providers, channel["pgProvider"]),
            (self.pg_companies, company_of(channel["pgProvider"])),
            (self.types, receipt["type"]),
        )
        return all_fit(pairs, lists)


class _Sort(Body):
    by: _Time = "ISSUED_AT"
    order: Literal["DESC", "ASC"] = "DESC"


class _ListBody(Body):
    page: Page = Field(default_factory=Page)
    sort: _Sort = Field(default_factory=_Sort)
    filter: _Filter = Field(default_factory=_Filter)


def list_cash_receipts(desk: Desk, call: ApiCall) -> Answer:
    """A page of receipts, of the last 90 days where no time is given."""
    body = parsed(_ListBody, call.query.get("requestBody") or call.body or "{}")
    body.page.check()
    desk.check_store(body.filter.store_id)
    until = body.filter.until or dt.datetime.fromtimestamp(call.at, tz=dt.UTC)
    since = body.filter.since or until - DEFAULT_SPAN
    found = [
        receipt
        for receipt in _receipts(desk)
        if body.filter.admits(receipt)
        and (moment := _moment(receipt, body.filter.time_range_field))
        and since <= moment <= until
    ]
    found.sort(
        key=lambda receipt: (str(_moment(receipt, body.sort.by)), receipt["issueNumber"]),
        reverse=body.sort.order == "DESC",
    )
    return as_json(body.page.of(found, whole=not desk.unknowns.total_count_is_of_the_page))


def _receipts(desk: Desk) -> Iterator[dict[str, Any]]:
    for payment_id, record in desk.ledger.payments.items():
        for receipt in record.receipts:
            yield desk.till.answers.cash_receipt(payment_id, receipt, desk.store_id)


def _moment(receipt: dict[str, Any], field: _Time) -> dt.datetime | None:
    """The time that `field` is about, None for a receipt that has none."""
    named = {"ISSUED_AT": "issuedAt", "CANCELLED_AT": "cancelledAt"}
    last = receipt.get("cancelledAt", receipt["issuedAt"])
    text = receipt.get(named[field]) if field in named else last
    return dt.datetime.fromisoformat(text) if text else None
