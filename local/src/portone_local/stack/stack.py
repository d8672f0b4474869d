"""The whole stack around the handlers, as `make demo`, `make serve` and the tests use it.

with Stack.in_memory(seed=1) as stack:
stack.shop.put("/orders/order-1", {...})
prepared = stack.app("user-1").post("/payments", {"orderId": "order-1", "platform": "web"}).json()
stack.portone.buyer.pay(prepared["paymentId"])
stack.deliver()
stack.run_for(600)
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Self

from portone_local.gateway.client import Client
from portone_local.gateway.messages import Request
from portone_local.gateway.server import Server
from portone_local.gateway.sigv4 import SHOP, STAFF, Principal
from portone_local.gateway.tokens import fetch_json
from portone_local.portone import Unknowns
from portone_local.stack import wiring
from portone_local.stack.assembly import Assembly, Calls
from portone_local.stack.ministack import MiniStack
from portone_local.stack.parameters import STAFF_CLAIM, fake_portone, parameters_of
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.twins.clock import MovableClock
from portone_local.twins.logs import capturing

__all__ = ["START", "Calls", "Stack", "fake_portone", "parameters_of"]

START = 1_767_323_045.0


class Stack(Assembly):
    """An assembly that is in memory or on MiniStack, and the clients of those who call it."""

    @classmethod
    @contextmanager
    def in_memory(
        cls,
        *,
        clock: MovableClock | None = None,
        seed: int = 0,
        unknowns: Unknowns | None = None,
        http_issuer: bool = False,
        tap: wiring.Tap = wiring.untapped,
        **settings: str,
    ) -> Iterator[Self]:
        """All in this process, on a clock that only moves by hand; settings are template parameters.

        With `http_issuer` the keys that tokens are checked with are fetched over HTTP.
        """
        moved = clock or MovableClock(START)
        issuer = TokenIssuer(moved)
        with _served(issuer) if http_issuer else nullcontext():
            parameters = parameters_of(issuer, settings)
            portone = fake_portone(parameters, moved, seed, unknowns)
            transport = tap("portone", portone.transport())
            wired = wiring.in_memory(parameters, clock=moved, seed=seed, transport=transport, tap=tap)
            fetch = fetch_json if http_issuer else issuer.document
            stack = cls(parameters, wired, clock=moved, portone=portone, issuer=issuer, fetch=fetch)
            with capturing() as stack.logs:
                yield stack

    @classmethod
    @contextmanager
    def on_ministack(
        cls,
        ministack: MiniStack | None = None,
        *,
        clock: MovableClock | None = None,
        seed: int = 0,
        unknowns: Unknowns | None = None,
        tap: wiring.Tap = wiring.untapped,
        **settings: str,
    ) -> Iterator[Self]:
        """The real adapters on a running MiniStack or one of its own; the fake PortOne is in process."""
        moved = clock or MovableClock(START)
        issuer = TokenIssuer(moved)
        with nullcontext(ministack) if ministack else MiniStack() as running, _served(issuer):
            parameters = parameters_of(issuer, settings)
            portone = fake_portone(parameters, moved, seed, unknowns)
            transport = tap("portone", portone.transport())
            wired = wiring.on_ministack(parameters, running, clock=moved, transport=transport, tap=tap)
            stack = cls(parameters, wired, clock=moved, portone=portone, issuer=issuer, fetch=fetch_json)
            with capturing() as stack.logs:
                yield stack

    def app(self, user_id: str, **claims: object) -> Client:
        """The app of a user, with a fresh token for each request."""

        def authorize(request: Request) -> Request:
            token = self.issuer.issue(user_id, **claims)
            return request.having(("authorization", f"Bearer {token}"))

        return Client(self.gateway.handle, authorize)

    @property
    def shop(self) -> Client:
        """The shop's backend, signing its requests."""
        return self.signing(SHOP)

    @property
    def staff(self) -> Client:
        """An operator, signing requests to /ops."""
        return self.signing(STAFF)

    @property
    def staff_app(self) -> Client:
        """An operator with a token and the staff claim, for /staff."""
        return self.app("staff-1", **STAFF_CLAIM)

    @property
    def second_staff_app(self) -> Client:
        """Another operator with a token."""
        return self.app("staff-2", **STAFF_CLAIM)

    def signing(self, principal: Principal) -> Client:
        """A principal with keys of ours."""
        return Client(
            self.gateway.handle,
            lambda request: self.iam.sign(request, principal, host=self.gateway.host),
        )


@contextmanager
def _served(issuer: TokenIssuer) -> Iterator[None]:
    with Server(issuer.handle) as server:
        issuer.url = server.url
        yield
