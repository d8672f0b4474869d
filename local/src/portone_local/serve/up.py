"""Everything started in its order, and stopped in the other."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from portone_local.gateway.messages import App
from portone_local.gateway.server import Server
from portone_local.gateway.tokens import fetch_json
from portone_local.portone import FakePortOne
from portone_local.portone.http_server import HttpPortOne
from portone_local.portone.sink import http_sink
from portone_local.serve.curls import CurlRoutes
from portone_local.serve.elsewhere import Endpoint, NotReady
from portone_local.serve.metrics import MetricRoutes
from portone_local.serve.running import LOCAL, held, state_of
from portone_local.serve.served import Served
from portone_local.serve.timer import ClockRoutes, RunningClock, Timer
from portone_local.stack import wiring
from portone_local.stack.ministack import MiniStack
from portone_local.stack.parameters import fake_portone, parameters_of
from portone_local.stack.stack import Stack
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.template import cloudformation as template
from portone_payments.entry.wiring.clock import SystemClock


@contextmanager
def served(portone: Endpoint, env: Mapping[str, str], *, folder: Path = LOCAL) -> Iterator[Served]:
    """The whole stack until the context ends. NotReady; `MiniStackGone`.

    PORT, WEBHOOK_PORT and ISSUER_PORT fix ports, LOCAL names it, CORS_ORIGINS are the pages that may call it,
    WEBHOOK_HOST is the name a tunnel to its webhook URL goes by.
    What is where is written into a folder of its own under `folder`.
    """
    with ExitStack() as opened:
        mine = opened.enter_context(held(env.get("LOCAL", ""), folder))
        up = _Opening(portone, env, opened).all(mine.name)
        _write_down(up, state_of(mine))
        yield up


@dataclass(slots=True)
class _Opening:
    """What is open so far, and how to see that a part of it has ended."""

    portone: Endpoint
    env: Mapping[str, str]
    opened: ExitStack
    parts: dict[str, Callable[[], bool]] = field(default_factory=dict)

    def all(self, name: str) -> Served:
        """Everything, one after another."""
        ministack, stack = self._stack()
        # a tunnel to PortOne's servers brings its own name along
        tunnel = [name for name in [self.env.get("WEBHOOK_HOST")] if name]
        webhook_url = self._listen(stack.webhook.handle, "WEBHOOK_PORT", "the webhook URL", hosts=tunnel)
        client = self.opened.enter_context(httpx.Client(trust_env=False))
        stack.portone.webhooks.deliver = http_sink(webhook_url, client)
        timer = Timer(stack)
        curls = CurlRoutes(ClockRoutes(timer, MetricRoutes(stack, stack.gateway.handle).handle).handle)
        pages = stack.parameters["CorsOrigins"].split(",")
        api_url = self._listen(curls.handle, "PORT", "the API", pages=pages)
        self.opened.enter_context(timer.running())
        self.parts["the timer"] = lambda: timer.alive
        curls.up = Served(
            stack=stack,
            name=name,
            api_url=api_url,
            webhook_url=webhook_url,
            portone_url=stack.parameters["PortOneUrl"],
            fake=self.portone.url is None,
            ministack=ministack,
            parts=self.parts,
        )
        return curls.up

    def _stack(self) -> tuple[MiniStack, Stack]:
        clock, issuer = RunningClock(), TokenIssuer(SystemClock())
        issuer.url = self._listen(issuer.handle, "ISSUER_PORT", "the token issuer")
        parameters = parameters_of(issuer, {"cors_origins": _origins(self.env)}) | dict(
            self.portone.parameters
        )
        fake = fake_portone(parameters, clock, seed=0)
        if self.portone.url is None:
            parameters["PortOneUrl"] = self._serve_fake(fake)
        ministack = self.opened.enter_context(MiniStack())
        wired = wiring.on_ministack(
            parameters,
            ministack,
            clock=clock,
            transport=None,
            api_secret=self.portone.api_secret,
            webhook_secret=self.portone.webhook_secret,
        )
        self.opened.callback(wired.ports["portone"].close)
        stack = Stack(
            parameters,
            wired,
            clock=clock,
            portone=fake,
            issuer=issuer,
            fetch=fetch_json,
            caller_clock=SystemClock(),
        )
        return ministack, stack

    def _listen(
        self, app: App, setting: str, what: str, *, pages: Sequence[str] = (), hosts: Sequence[str] = ()
    ) -> str:
        """Serve `app` at the port the environment names, or a free one; its URL. NotReady."""
        port = self.env.get(setting, "0")
        try:
            server = self.opened.enter_context(Server(app, port=int(port), pages=pages, hosts=hosts))
        except (OSError, ValueError, OverflowError):
            raise NotReady(f"{setting}={port} is not a free port") from None
        self.parts[what] = lambda: server.alive
        return server.url

    def _serve_fake(self, fake: FakePortOne) -> str:
        fake.pause = time.sleep  # over real HTTP slowness is real
        server = self.opened.enter_context(HttpPortOne(fake, pump=True))
        self.parts["the fake PortOne"] = lambda: server.alive
        return server.base_url


def _origins(env: Mapping[str, str]) -> str:
    return env.get("CORS_ORIGINS") or template.configuration("dev")["CorsOrigins"]


def _write_down(up: Served, state: Path) -> None:
    """For tools that read a running stack: where it is."""
    known = {
        "name": up.name,
        "api": up.api_url,
        "webhook": up.webhook_url,
        "portone": up.portone_url,
        "issuer": up.stack.issuer.url,
        "aws": up.ministack.endpoint_url if up.ministack else "",
        "resources": up.stack.resources,
    }
    written = state.with_suffix(".new")
    written.unlink(missing_ok=True)
    with open(written, "w", opener=_for_its_owner) as file:
        json.dump(known, file, indent=2)
    written.replace(state)  # a reader sees all of it or nothing


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
