"""Schedules over REST: create, read, list, revoke (PortOne facts 6.4)."""

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from portone_local.portone.billing.records import ScheduleRecord
from portone_local.portone.desk import ApiCall, Body, Desk, Moment, parsed
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.operations.charge import BillingPayment
from portone_local.portone.operations.listing import DEFAULT_SPAN, Page
from portone_local.portone.records import Refused

CREATE, REVOKE = "create_schedule", "revoke_schedules"
_MISSING = "PAYMENT_SCHEDULE_NOT_FOUND"
_SORTED_BY = {
    "CREATED_AT": ("createdAt",),
    "TIME_TO_PAY": ("timeToPay",),
    "COMPLETED_AT": ("completedAt", "timeToPay"),
    "STATUS_TIMESTAMP": ("revokedAt", "completedAt", "startedAt", "timeToPay"),
}

type _State = Literal["SCHEDULED", "STARTED", "SUCCEEDED", "FAILED", "REVOKED", "PENDING"]


class _CreateBody(Body):
    """CreatePaymentScheduleBody."""

    payment: BillingPayment
    time_to_pay: Moment


class _Sort(Body):
    by: Literal["CREATED_AT", "TIME_TO_PAY", "COMPLETED_AT", "STATUS_TIMESTAMP"] = "TIME_TO_PAY"
    order: Literal["DESC", "ASC"] = "DESC"


class _Filter(Body):
    """PaymentScheduleFilterInput; without `from` and `until` it is about the past 90 days."""

    store_id: str | None = None
    billing_key: str | None = Field(default=None, repr=False)
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    status: list[_State] | None = None
    is_for_test: bool | None = None


class _ListBody(Body):
    page: Page = Field(default_factory=Page)
    sort: _Sort = Field(default_factory=_Sort)
    filter: _Filter = Field(default_factory=_Filter)


class _RevokeBody(Body):
    """RevokePaymentSchedulesBody: a key, ids or both."""

    store_id: str | None = None
    billing_key: str | None = Field(default=None, repr=False)
    schedule_ids: list[str] | None = None


def create_schedule(desk: Desk, call: ApiCall) -> Answer:
    """`POST /payments/{paymentId}/schedule`; what a time in the past gets is a switch."""
    body = parsed(_CreateBody, call.body)
    ask = body.payment.ask()
    desk.check_store(body.payment.store_id)
    desk.refusal_of(CREATE)
    due = body.time_to_pay.timestamp()
    if due < call.at and not desk.unknowns.billing.past_schedule_is_accepted:
        raise ApiError("INVALID_REQUEST", "timeToPay lies in the past")
    desk.billing.wallet.usable(ask.billing_key)
    payment = desk.ledger.payments.get(call.payment_id)
    if payment and payment.paid_attempt:
        raise Refused("ALREADY_PAID_OR_WAITING")
    record = desk.billing.schedules.create(call.payment_id, ask, call.at, due, desk.store_id)
    return as_json({"schedule": {"id": record.id}})


def get_schedule(desk: Desk, call: ApiCall) -> Answer:
    """`GET /payment-schedules/{paymentScheduleId}`."""
    desk.check_store(call.query.get("storeId"))
    schedule_id = call.ids["paymentScheduleId"]
    answer = desk.billing.schedules.answer(schedule_id, as_of=call.as_of, lag=call.lag)
    if answer is None:
        raise ApiError(_MISSING, "결제 예약건이 존재하지 않습니다")
    return as_json(answer)


def list_schedules(desk: Desk, call: ApiCall) -> Answer:
    """`GET /payment-schedules`."""
    body = parsed(_ListBody, call.query.get("requestBody") or call.body or "{}")
    body.page.check()
    desk.check_store(body.filter.store_id)
    names = _SORTED_BY[body.sort.by]
    found = _found(desk, call, body.filter)
    found.sort(
        key=lambda entry: (_moment(entry, *names), entry["id"]),
        reverse=body.sort.order == "DESC",
    )
    return as_json(body.page.of(found, whole=not desk.unknowns.total_count_is_of_the_page))


def revoke_schedules(desk: Desk, call: ApiCall) -> Answer:
    """`DELETE /payment-schedules`: all that were requested, or none."""
    body = parsed(_RevokeBody, call.query.get("requestBody") or call.body or "{}")
    desk.check_store(body.store_id)
    desk.refusal_of(REVOKE)
    if body.billing_key is None and not body.schedule_ids:
        raise ApiError("INVALID_REQUEST", "billingKey, scheduleIds or both")
    if body.billing_key is not None:
        desk.billing.wallet.usable(body.billing_key)
    chosen = _chosen(desk, body)
    desk.billing.schedules.revoke(chosen, call.at)
    answer: dict[str, Any] = {"revokedScheduleIds": [record.id for record in chosen]}
    if chosen:
        answer["revokedAt"] = desk.till.answers.stamp(chosen[0].id, "revokedAt", call.at)
    return as_json(answer)


def _chosen(desk: Desk, body: _RevokeBody) -> list[ScheduleRecord]:
    if body.schedule_ids is None:
        return desk.billing.schedules.waiting(body.billing_key or "")
    found = [desk.billing.schedules.records.get(name) for name in dict.fromkeys(body.schedule_ids)]
    chosen = [record for record in found if record and body.billing_key in (None, record.ask.billing_key)]
    if len(chosen) != len(found):
        raise Refused(_MISSING)
    return chosen


def _found(desk: Desk, call: ApiCall, wanted: _Filter) -> list[dict[str, Any]]:
    until = wanted.until or dt.datetime.fromtimestamp(call.at, tz=dt.UTC)
    since = wanted.since or until - DEFAULT_SPAN
    schedules = desk.billing.schedules
    answers = (schedules.answer(name, as_of=call.as_of, lag=call.lag) for name in schedules.records)
    return [
        answer
        for answer in answers
        if answer
        and wanted.billing_key in (None, answer["billingKey"])
        and wanted.is_for_test in (None, _is_test(desk, answer["billingKey"]))
        and (not wanted.status or answer["status"] in wanted.status)
        and since <= _moment(answer, "timeToPay") <= until
    ]


def _is_test(desk: Desk, billing_key: str) -> bool:
    return desk.billing.wallet.keys[billing_key].channels[0].type == "TEST"


def _moment(answer: dict[str, Any], *names: str) -> dt.datetime:
    return dt.datetime.fromisoformat(next(answer[name] for name in names if name in answer))
