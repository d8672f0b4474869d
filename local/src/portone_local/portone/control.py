"""The control API over HTTP: the buyer's side, the console, webhooks, faults, clock and books as JSON.

`POST /__control/<command>` with the Python method's arguments as a JSON object. 200 with its result, 400 for
arguments that do not fit, 404 for no such command, 409 with PortOne's word for what it refuses.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError, validate_call
from pydantic_core import to_jsonable_python

from portone_local.portone.exchange import Answer, Request, as_json
from portone_local.portone.fake import FakePortOne
from portone_local.portone.pg import PgRules
from portone_local.portone.records import Refused
from portone_local.twins.clock import MovableClock

PREFIX = "/__control/"

_BUYER = (
    *("open_window", "close_window", "pay", "pay_pending", "approve", "refuse", "deposit", "decline"),
    *("pay_if_confirmed", "fail_then_approve", "authenticate", "verify_identity", "otp_of", "approve_in_app"),
    *("open_issue_window", "issue_billing_key", "issue_billing_key_and_pay"),
)
_CONSOLE = (
    *("cancel", "settle_cancellation", "open_dispute", "resolve_dispute", "show_status", "chargeback"),
    *("take_deposit_back", "show_refund_status"),
    *("refuse_next", "refuse_next_cancel", "end_next_cancel", "delete_billing_key", "update_billing_key"),
)
_FAKE = ("inject", "clear_faults", "run_due", "pending", "calls", "books", "verifications", "billing_books")


class Control:
    """The commands of one fake. Arguments are checked against the methods' own signatures."""

    def __init__(self, fake: FakePortOne) -> None:
        self._fake = fake
        self._commands: dict[str, Callable[..., Any]] = {
            **{name: getattr(fake.buyer, name) for name in _BUYER},
            **{f"console_{name}": getattr(fake.console, name) for name in _CONSOLE},
            **{name: getattr(fake, name) for name in _FAKE},
            "webhooks_plan": fake.webhooks.plan,
            "webhooks_emit": fake.webhooks.emit,
            "webhooks_lose": self._lose,
            "webhooks_delay": self._delay,
            "webhooks_duplicate": self._duplicate,
            "webhooks_reorder": self._reorder,
            "webhooks_switch": self._switch,
            "pg_rules": self._pg_rules,
            "pg_decline": fake.pg.decline,
            "pg_accept": fake.pg.accept,
            "advance_clock": self._advance_clock,
        }

    def handle(self, request: Request) -> Answer:
        """Carry out one command."""
        command = self._commands.get(request.path.removeprefix(PREFIX))
        if command is None or request.method != "POST":
            return as_json({"code": "NoSuchCommand", "commands": sorted(self._commands)}, 404)
        try:
            arguments = json.loads(request.body or b"{}")
            return as_json(to_jsonable_python(validate_call(command)(**arguments)))
        except Refused as refused:
            return as_json({"code": refused.code}, 409)
        except ValidationError as error:
            return as_json(
                {
                    "code": "BadArguments",
                    "errors": error.errors(include_url=False, include_context=False, include_input=False),
                },
                400,
            )
        except (ValueError, TypeError) as error:
            return as_json({"code": "BadArguments", "message": str(error)}, 400)

    def _lose(self, webhook_ids: list[str] | None = None) -> None:
        self._fake.webhooks.lose(*(webhook_ids or []))

    def _delay(self, seconds: float, webhook_ids: list[str] | None = None) -> None:
        self._fake.webhooks.delay(seconds, *(webhook_ids or []))

    def _duplicate(self, webhook_ids: list[str] | None = None, copies: int = 1) -> None:
        self._fake.webhooks.duplicate(*(webhook_ids or []), copies=copies)

    def _reorder(self, webhook_ids: list[str]) -> None:
        self._fake.webhooks.reorder(*webhook_ids)

    def _switch(self, *, on: bool) -> None:
        self._fake.webhooks.switched_on = on

    def _pg_rules(self, changes: dict[str, Any] | None = None) -> PgRules:
        rules = TypeAdapter(PgRules).validate_python(asdict(self._fake.pg) | (changes or {}))
        vars(self._fake.pg).update(asdict(rules))
        return rules

    def _advance_clock(self, seconds: float) -> float:
        if not isinstance(self._fake.clock, MovableClock):
            raise Refused("ClockCannotBeMoved")
        self._fake.clock.advance(seconds)
        return self._fake.clock.now()
