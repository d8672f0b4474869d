"""PortOne's REST side, transport-free: credentials, idempotency, faults, the operation, the call log."""

import hmac
import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from portone_local.portone.desk import ApiCall, Desk
from portone_local.portone.exchange import Answer, ApiError, Request, as_html, no_such_operation
from portone_local.portone.faults import Commit, Fault, FaultBook, Plan, Wire
from portone_local.portone.idempotency import IdempotencyStore, key_of
from portone_local.portone.pg import LEAVES, PORTONE_ONLY
from portone_local.portone.records import Refused
from portone_local.portone.routes import Route, find_route

UNKNOWN_OPERATION = "unknown"
LATE_CANCEL_SECONDS = 190 * 60.0
_BILLING_KEY = re.compile(r"(?<=/billing-keys/)(?!confirm(?:-issue-and-pay)?$)[^/]+")


@dataclass(frozen=True)
class Call:
    """One line of the call log. `at` in epoch seconds, `seconds` of delay, `status` None if none was sent."""

    operation: str
    method: str
    path: str
    idempotency_key: str | None = field(repr=False)
    at: float
    seconds: float
    status: int | None
    fault: str | None


@dataclass(frozen=True)
class Reply:
    """What a transport plays: the answer, how it travels, and after or between what delay in seconds."""

    answer: Answer
    wire: Wire = Wire.ANSWER
    seconds: float = 0.0


@dataclass(frozen=True)
class Exchange:
    """A whole call for a watcher: `route` None for a path PortOne does not have."""

    route: Route | None
    request: Request
    reply: Reply
    fault: Fault | None


class PortOneApi:
    """Answers requests for one store. The effect of a call is atomic under the ledger's lock."""

    def __init__(self, *, desk: Desk, secret: str) -> None:
        self.faults = FaultBook()
        self.calls: list[Call] = []
        self.interventions: list[tuple[str, Callable[[], object]]] = []
        self.watchers: list[Callable[[Exchange], None]] = []
        self._desk = desk
        self.secret = secret
        self._keys = IdempotencyStore(desk.unknowns)
        self._log_lock = threading.Lock()
        self._pace = random.Random(f"{desk.till.answers.seed}:gateway")

    @property
    def shows_other_stores(self) -> bool:
        """Whether GET finds what was paid into another store."""
        return self._desk.unknowns.other_stores_are_visible

    def handle(self, request: Request) -> Reply:
        """Carry out one call, with the fault that was injected into it."""
        self._desk.ledger.run_due()
        at = self._desk.ledger.clock.now()
        try:
            found = find_route(request.method, request.path)
        except ApiError as error:
            return self._logged(request, None, Reply(error.answer), at, None)
        if found is None:
            return self._logged(request, None, Reply(no_such_operation(request)), at, None)
        route, ids = found
        self._intervene(route)
        injection = self.faults.take(route.operation)
        reply = self._play(request, route, ids, injection.plan if injection else self._usual(route))
        return self._logged(request, route, reply, at, injection.fault if injection else None)

    def _intervene(self, route: Route) -> None:
        due = [entry for entry in self.interventions if entry[0] == route.operation][:1]
        for entry in due:
            self.interventions.remove(entry)
            entry[1]()

    def _usual(self, route: Route) -> Plan:
        """How a call goes without a fault: what reaches the PG takes as long as the PG does."""
        span = self._desk.pg.gateway
        if span is None or route.operation not in LEAVES.keys() - PORTONE_ONLY:
            return Plan()
        return Plan(seconds=self._pace.uniform(*span))

    def _play(self, request: Request, route: Route, ids: dict[str, str], plan: Plan) -> Reply:
        now = self._desk.ledger.clock.now()
        call = ApiCall(ids, request.query, request.body, now, lag=plan.lag)
        if plan.stale:
            call = replace(call, as_of=now - plan.seconds)
        answer = self._effect(request, route, call, plan)
        if plan.status is not None:
            answer = as_html(plan.status)
        error = route.missing if plan.missing else plan.error
        if error is not None:
            answer = ApiError(error, "injected").answer
        if plan.truncated:
            answer = replace(answer, body=answer.body[: len(answer.body) // 2])
        if self._desk.unknowns.answers_carry_a_request_id:
            answer = replace(answer, headers={**answer.headers, "x-request-id": f"request-{len(self.calls)}"})
        return Reply(answer, plan.wire, 0.0 if plan.stale or plan.commit is Commit.LATER else plan.seconds)

    def _effect(self, request: Request, route: Route, call: ApiCall, plan: Plan) -> Answer:
        """Carry out the call now, later or never; the answer it gave, or a placeholder that nobody sees."""
        if plan.commit is Commit.NEVER:
            return as_html(500)
        with self._desk.ledger.lock:
            try:
                self._check_credentials(request)
                key = key_of(request)
                known = self._keys.seen(key, request, call.at) if key else None
            except ApiError as error:
                return error.answer
            if known:
                return known
            if plan.commit is Commit.NOW:
                return self._carry_out(request, route, call, key, running_until=call.at + plan.seconds)
            self._desk.ledger.later(call.at + self._delay(route, plan), self._late(request, route, call, key))
            return as_html(504)

    def _delay(self, route: Route, plan: Plan) -> float:
        """Seconds until a call without an answer takes effect; a cancel's may be hours, by a switch."""
        soon = route.operation != "cancel_payment" or self._desk.unknowns.lost_cancels_end_soon
        return plan.seconds if soon else LATE_CANCEL_SECONDS

    def _late(
        self, request: Request, route: Route, call: ApiCall, key: str | None
    ) -> Callable[[float], None]:
        def commit(due: float) -> None:
            self._carry_out(request, route, replace(call, at=due), key, running_until=due)

        return commit

    def _carry_out(
        self, request: Request, route: Route, call: ApiCall, key: str | None, *, running_until: float
    ) -> Answer:
        try:
            answer = route.act(self._desk, call)
        except ApiError as error:
            answer = error.answer
        except Refused as refused:
            answer = ApiError(refused.code, "요청을 처리할 수 없습니다").answer
        if key:
            self._keys.finish(key, request, answer, running_until)
        return answer

    def _check_credentials(self, request: Request) -> None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"PortOne {self.secret}".encode()):
            raise ApiError("UNAUTHORIZED", "인증 정보가 올바르지 않습니다")

    def _logged(
        self, request: Request, route: Route | None, reply: Reply, at: float, fault: Fault | None
    ) -> Reply:
        sent = reply.wire in (Wire.ANSWER, Wire.DRIP)
        line = Call(
            operation=route.operation if route else UNKNOWN_OPERATION,
            method=request.method,
            path=_BILLING_KEY.sub("***", request.path),
            idempotency_key=request.headers.get("idempotency-key"),
            at=at,
            seconds=reply.seconds,
            status=reply.answer.status if sent else None,
            fault=fault.value if fault else None,
        )
        with self._log_lock:
            self.calls.append(line)
        for watch in self.watchers:
            watch(Exchange(route, request, reply, fault))
        return reply
