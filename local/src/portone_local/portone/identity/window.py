"""A person in front of `PortOne.requestIdentityVerification`, or with the phone that a `send` reached."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from pydantic import ConfigDict

from portone_local.portone.identity.book import IdentityBook
from portone_local.portone.identity.people import ADULT, Person
from portone_local.portone.identity.pg import DANAL, UNFINISHED, App, refused_by
from portone_local.portone.identity.records import IdentityAttempt
from portone_local.portone.records import Refused


@dataclass(frozen=True)
class IdentityWindow:
    """One visit. `provider` and `test` choose a channel where there is no `channel_key`.

    `pg_code` has the PG refuse, `half_way` has the person leave. `app` is what they use through Inicis and
    `typed` what they declare there themselves. `customer` and `bypass` are what the shop handed over.
    `without` names fields, such as `verifiedCustomer.ci` or `channel`, that this answer leaves out.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    person: Person = ADULT
    provider: str = DANAL
    channel_key: str | None = None
    test: bool = False
    custom_data: str | None = None
    customer: dict[str, str] = field(default_factory=dict, repr=False)
    bypass: dict[str, Any] = field(default_factory=dict)
    app: App = "PASS"
    typed: dict[str, Any] = field(default_factory=dict)
    pg_code: str | None = None
    half_way: bool = False
    without: frozenset[str] = frozenset()
    store_id: str | None = None

    @classmethod
    def from_browser(cls, parameters: Mapping[str, Any], **changes: Any) -> Self:
        """From the browser SDK's words (PortOne facts 12.4); `changes` are fields altered on the way."""
        customer = parameters.get("customer") or {}
        renamed = {"customerId": "id", "fullName": "name"}
        data = parameters.get("customData")
        values: dict[str, Any] = {
            "channel_key": parameters["channelKey"],
            "custom_data": data if data is None or isinstance(data, str) else json.dumps(data),
            "customer": {renamed.get(name, name): value for name, value in customer.items() if value},
            "bypass": parameters.get("bypass") or {},
            "store_id": parameters["storeId"],
        }
        return cls(**(values | changes))


@dataclass(frozen=True)
class IdentityVisitor:
    """What people do about one verification id; Refused when PortOne would not let them."""

    book: IdentityBook
    store_id: str

    def visit(self, verification_id: str, window: IdentityWindow) -> None:
        """Open the window and go through with it, or not, as `window` says."""
        if window.store_id not in (None, self.store_id):
            raise Refused("StoreNotFound")
        channel = self.book.channel(window.channel_key, window.provider, test=window.test)
        with self.book.changing(verification_id) as (record, at):
            attempt = self.book.begin(record, at, channel, window.custom_data)
            attempt.person, attempt.customer = window.person, dict(window.customer)
            attempt.without = window.without
            self._end(attempt, window, at)

    def _end(self, attempt: IdentityAttempt, window: IdentityWindow, at: float) -> None:
        asked = {"customer": window.customer, "bypass": window.bypass}
        refusal = window.pg_code or refused_by(window.person, asked, attempt.channel, at)
        if window.half_way:
            if self.book.unknowns.leaving_fails_the_attempt:
                self.book.fail(attempt, at, UNFINISHED)
        elif refusal:
            self.book.fail(attempt, at, refusal)
        else:
            self.book.verify(attempt, at, app=window.app, typed=window.typed)

    def code_of(self, verification_id: str) -> str:
        """The code in the newest SMS."""
        code = self._sent(verification_id).code
        if code is None:
            raise Refused("NoCodeWasSent")
        return code

    def approve_in_app(self, verification_id: str) -> None:
        """Say yes in the carrier's app."""
        with self.book.changing(verification_id):
            self._sent(verification_id).approved_in_app = True

    def _sent(self, verification_id: str) -> IdentityAttempt:
        record = self.book.records.get(verification_id)
        waiting = [attempt for attempt in record.attempts if attempt.sent] if record else []
        if not waiting:
            raise Refused("NothingWasSent")
        return waiting[-1]
