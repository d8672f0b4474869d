"""`GET /identity-verifications`: verifications by time, state and the like, in pages (PortOne facts 9)."""

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from portone_local.portone.desk import ApiCall, Body, Desk, Moment, parsed
from portone_local.portone.exchange import Answer, as_json
from portone_local.portone.identity.records import IdentityAttempt
from portone_local.portone.operations.listing import DEFAULT_SPAN, Page
from portone_local.portone.operations.matching import Company, all_fit, company_of

type _Time = Literal["REQUESTED_AT", "VERIFIED_AT", "FAILED_AT", "STATUS_UPDATED_AT"]


class _Customer(Body):
    """IdentityVerificationFilterCustomerInput: of whoever was verified, until then of the requester."""

    name: str | None = None
    birth_year: str | None = None
    birth_month: str | None = None
    birth_day: str | None = None
    phone_number: str | None = Field(default=None, repr=False)
    gender: Literal["MALE", "FEMALE", "OTHER"] | None = None

    def admits(self, attempt: IdentityAttempt) -> bool:
        """Whether it is the requested person."""
        known: dict[str, Any] = {**attempt.customer, **attempt.given}
        if "birthDate" in attempt.given:
            known["birthYear"], known["birthMonth"], known["birthDay"] = known["birthDate"].split("-")
        asked = self.model_dump(by_alias=True, exclude_none=True)
        return all(known.get(name) == value for name, value in asked.items())


class _Filter(Body):
    """IdentityVerificationFilterInput."""

    store_id: str | None = None
    time_range_field: _Time = "REQUESTED_AT"
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    identity_verification_id: str | None = None
    identity_verification_tx_id: str | None = None
    is_test: bool | None = None
    statuses: list[Literal["READY", "VERIFIED", "FAILED"]] | None = None
    pg_tx_id: str | None = None
    pg_merchant_id: str | None = None
    pg_providers: list[str] | None = None
    pg_companies: list[Company] | None = None
    carriers: list[Literal["SKT", "KT", "LGU", "SKT_MVNO", "KT_MVNO", "LGU_MVNO"]] | None = None
    version: Literal["V1", "V2"] | None = None
    customer: _Customer | None = None

    def admits(self, found: dict[str, Any], attempt: IdentityAttempt) -> bool:
        """Whether `found`, which `attempt` is shown as, is one of those requested, whatever its time."""
        channel = attempt.channel
        pairs = (
            (self.identity_verification_id, found["id"]),
            (self.identity_verification_tx_id, attempt.tx_id),
            (self.is_test, channel.type == "TEST"),
            (self.pg_tx_id, found.get("pgTxId")),
            (self.pg_merchant_id, channel.pg_merchant_id),
            (self.version, found["version"]),
        )
        lists = (
            (self.statuses, found["status"]),
            (self.pg_providers, channel.pg_provider),
            (self.pg_companies, company_of(channel.pg_provider)),
            (self.carriers, attempt.person.operator if attempt.person else None),
        )
        return all_fit(pairs, lists) and (self.customer is None or self.customer.admits(attempt))


class _Sort(Body):
    by: _Time = "REQUESTED_AT"
    order: Literal["DESC", "ASC"] = "DESC"


class _ListBody(Body):
    page: Page = Field(default_factory=Page)
    sort: _Sort = Field(default_factory=_Sort)
    filter: _Filter = Field(default_factory=_Filter)


def list_identity_verifications(desk: Desk, call: ApiCall) -> Answer:
    """A page of verifications, of the last 90 days where no time is given."""
    body = parsed(_ListBody, call.query.get("requestBody") or call.body or "{}")
    body.page.check()
    desk.check_store(body.filter.store_id)
    until = body.filter.until or dt.datetime.fromtimestamp(call.at, tz=dt.UTC)
    since = body.filter.since or until - DEFAULT_SPAN
    book = desk.identities
    answers = (book.answer(name, as_of=call.as_of, lag=call.lag) for name in book.records)
    found = [
        answer
        for answer in answers
        if answer
        and (attempt := book.records[answer["id"]].shown)
        and body.filter.admits(answer, attempt)
        and _within(answer, body.filter.time_range_field, since, until)
    ]
    found.sort(
        key=lambda answer: (str(_moment(answer, body.sort.by)), answer["id"]),
        reverse=body.sort.order == "DESC",
    )
    return as_json(body.page.of(found, whole=not desk.unknowns.total_count_is_of_the_page))


def _within(answer: dict[str, Any], field: _Time, since: dt.datetime, until: dt.datetime) -> bool:
    moment = _moment(answer, field)
    return moment is not None and since <= moment <= until


def _moment(answer: dict[str, Any], field: _Time) -> dt.datetime | None:
    """The time that `field` is about, None in a state that has none."""
    if field == "FAILED_AT" and answer["status"] != "FAILED":
        return None
    named = {"REQUESTED_AT": "requestedAt", "VERIFIED_AT": "verifiedAt"}
    text = answer.get(named.get(field, "statusChangedAt"))
    return dt.datetime.fromisoformat(text) if text else None
