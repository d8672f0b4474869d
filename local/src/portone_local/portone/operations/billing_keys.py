"""Billing keys over REST: read, list, delete (PortOne facts 6.2)."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from portone_local.portone.answers import Optionals
from portone_local.portone.billing.records import KeyState
from portone_local.portone.desk import ApiCall, Body, Desk, Moment, parsed, pg_error
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.operations.listing import DEFAULT_SPAN, Page
from portone_local.portone.operations.matching import Company, all_fit, company_of, is_found, one_of
from portone_local.portone.records import Refused

DELETE = "delete_billing_key"

_METHODS = {
    "BillingKeyPaymentMethodCard": "CARD",
    "BillingKeyPaymentMethodMobile": "MOBILE",
    "BillingKeyPaymentMethodEasyPay": "EASY_PAY",
    "BillingKeyPaymentMethodTransfer": "TRANSFER",
}
_CARDS = ("methods.card", "methods.method.card")
_TEXTS: dict[str, tuple[str, ...]] = {
    "CARD_BIN": tuple(f"{card}.bin" for card in _CARDS),
    "CARD_NUMBER": tuple(f"{card}.number" for card in _CARDS),
    "PG_MERCHANT_ID": ("channels.pgMerchantId",),
    "CUSTOMER_NAME": ("customer.name",),
    "CUSTOMER_EMAIL": ("customer.email",),
    "CUSTOMER_PHONE_NUMBER": ("customer.phoneNumber",),
    "CUSTOMER_ADDRESS": ("customer.address.oneLine",),
    "CUSTOMER_ZIPCODE": ("customer.zipcode",),
    "USER_AGENT": (),  # an answer has none
    "BILLING_KEY": ("billingKey",),
    "CHANNEL_GROUP_NAME": ("channelGroup.name",),
}

type _Time = Literal["REQUESTED_AT", "ISSUED_AT", "DELETED_AT", "STATUS_TIMESTAMP"]


class _Sort(Body):
    by: _Time = "REQUESTED_AT"
    order: Literal["DESC", "ASC"] = "DESC"


class _TextSearch(Body):
    """BillingKeyTextSearch: one of them."""

    field: Annotated[str, one_of(_TEXTS)]
    value: str


class _Filter(Body):
    """BillingKeyFilterInput."""

    store_id: str | None = None
    time_range_field: _Time = "REQUESTED_AT"
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    status: list[Literal["ISSUED", "DELETED"]] | None = None
    channel_group_ids: list[str] | None = None
    customer_id: str | None = None
    platform_type: Literal["SDK_MOBILE", "SDK_PC", "API"] | None = None
    text_search: _TextSearch | None = None
    pg_providers: list[str] | None = None
    pg_companies: list[Company] | None = None
    methods: list[Annotated[str, one_of(_METHODS.values())]] | None = None
    version: Literal["V1", "V2"] | None = None

    def admits(self, key: dict[str, Any], platform: str) -> bool:
        """Whether `key`, with every field it has, is one of those requested, whatever its time."""
        pairs = (
            (self.store_id, key["storeId"]),
            (self.customer_id, key["customer"].get("id")),
            (self.platform_type, platform),
            (self.version, "V2"),
        )
        lists = (
            (self.status, key["status"]),
            (self.channel_group_ids, key.get("channelGroup", {}).get("id")),
        )
        providers = {channel["pgProvider"] for channel in key["channels"]}
        several = (
            (self.pg_providers, providers),
            (self.pg_companies, set(map(company_of, providers))),
            (self.methods, {_METHODS.get(each["type"], "") for each in key["methods"]}),
        )
        text = self.text_search
        return (
            all_fit(pairs, lists)
            and all(not asked or held & set(asked) for asked, held in several)
            and (text is None or is_found(key, _TEXTS[text.field], text.value))
        )


class _ListBody(Body):
    page: Page = Field(default_factory=Page)
    sort: _Sort = Field(default_factory=_Sort)
    filter: _Filter = Field(default_factory=_Filter)


def get_billing_key(desk: Desk, call: ApiCall) -> Answer:
    """`GET /billing-keys/{billingKey}`: ISSUED or DELETED."""
    desk.check_store(call.query.get("storeId"))
    answer = desk.billing.wallet.answer(call.ids["billingKey"], as_of=call.as_of, lag=call.lag)
    if answer is None:
        raise ApiError("BILLING_KEY_NOT_FOUND", "빌링키가 존재하지 않습니다")
    desk.check_shown(answer["storeId"], call.query.get("storeId"), "BILLING_KEY_NOT_FOUND")
    return as_json(answer)


def list_billing_keys(desk: Desk, call: ApiCall) -> Answer:
    """`GET /billing-keys`: of the last 90 days unless the query says otherwise."""
    body = parsed(_ListBody, call.query.get("requestBody") or call.body or "{}")
    body.page.check()
    desk.check_store(body.filter.store_id)
    until = body.filter.until or dt.datetime.fromtimestamp(call.at, tz=dt.UTC)
    since = body.filter.since or until - DEFAULT_SPAN
    every = replace(desk.billing.wallet.answers, payments=replace(desk.till.answers, optionals=Optionals.ALL))
    found = []
    for name, record in desk.billing.wallet.keys.items():
        answer = desk.billing.wallet.answer(name, as_of=call.as_of, lag=call.lag)
        times = _times(record.requested_at, record.issued_at, record.deleted_at)
        moment = times[body.filter.time_range_field]
        if not (answer and moment and since <= moment <= until):
            continue
        if body.filter.admits(every.key(record) or answer, record.platform):
            found.append((times[body.sort.by] or until, answer))
    found.sort(key=lambda entry: (entry[0], entry[1]["billingKey"]), reverse=body.sort.order == "DESC")
    whole = not desk.unknowns.total_count_is_of_the_page
    return as_json(body.page.of([answer for _, answer in found], whole=whole))


def delete_billing_key(desk: Desk, call: ApiCall) -> Answer:
    """`DELETE /billing-keys/{billingKey}`: for good; its schedules have to be revoked before."""
    desk.check_store(call.query.get("storeId"))
    if call.query.get("requester", "ADMIN") not in ("CUSTOMER", "ADMIN"):
        raise ApiError("INVALID_REQUEST", "requester is CUSTOMER or ADMIN")
    refusal = desk.refusal_of(DELETE)
    record = desk.billing.wallet.keys.get(call.ids["billingKey"])
    if record is None:
        raise Refused("BILLING_KEY_NOT_FOUND")
    desk.check_shown(record.store_id, call.query.get("storeId"), "BILLING_KEY_NOT_FOUND")
    if record.state is KeyState.DELETED:
        raise Refused("BILLING_KEY_ALREADY_DELETED")
    if record.state is not KeyState.ISSUED:
        raise Refused("BILLING_KEY_NOT_ISSUED")
    if desk.billing.schedules.waiting(record.billing_key):
        raise Refused("PAYMENT_SCHEDULE_ALREADY_EXISTS")
    if refusal is None or refusal.leaves == KeyState.DELETED:
        desk.billing.wallet.delete(record, call.at, silent=call.query.get("skipWebhook") == "true")
    if refusal:
        return pg_error(refusal)
    return as_json({"deletedAt": desk.till.answers.stamp(record.billing_key, "deletedAt", call.at)})


def _times(requested: float, issued: float | None, deleted: float | None) -> dict[_Time, dt.datetime | None]:
    last = requested if issued is None else issued if deleted is None else deleted
    values: dict[_Time, float | None] = {
        "REQUESTED_AT": requested,
        "ISSUED_AT": issued,
        "DELETED_AT": deleted,
        "STATUS_TIMESTAMP": last,
    }
    return {
        name: None if at is None else dt.datetime.fromtimestamp(at, tz=dt.UTC) for name, at in values.items()
    }
