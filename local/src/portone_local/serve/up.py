"""Everything started in its order, and stopped in the other."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from portone_local import template, wiring
from portone_local.gateway.messages import App
from portone_local.gateway.server import Server
from portone_local.gateway.tokens import fetch_json
from portone_local.issuer import TokenIssuer
from portone_local.ministack import MiniStack
from portone_local.parameters import fake_portone, parameters_of
from portone_local.portone import FakePortOne
from portone_local.portone.http_server import HttpPortOne
from portone_local.portone.sink import http_sink
from portone_local.serve.elsewhere import Endpoint, NotReady
from portone_local.serve.metrics import MetricRoutes
from portone_local.serve.timer import ClockRoutes, RunningClock, Timer
from portone_local.stack import Stack
from portone_payments.entry.clock import SystemClock

STATE = template.ROOT / ".local" / "stack.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is up. `fake` is whether the PortOne behind `portone_url` is ours, with its control API."""

    stack: Stack
    api_url: str
    webhook_url: str
    portone_url: str
    fake: bool


@contextmanager
def served(portone: Endpoint, env: Mapping[str, str], *, state: Path = STATE) -> Iterator[Served]:
    """The whole stack until the context ends; PORT, WEBHOOK_PORT and ISSUER_PORT fix ports. NotReady.

    Where it is up is written into the file `state`.
    """
    clock, issuer = RunningClock(), TokenIssuer(SystemClock())
    with ExitStack() as opened:
        issuer.url = _listening(opened, issuer.handle, env, "ISSUER_PORT")
        parameters = parameters_of(issuer, {}) | dict(portone.parameters)
        fake = fake_portone(parameters, clock, seed=0)
        if portone.url is None:
            parameters["PortOneUrl"] = _served_fake(opened, fake)
        ministack = _ministack(opened)
        wired = wiring.on_ministack(
            parameters,
            ministack,
            clock=clock,
            transport=None,
            api_secret=portone.api_secret,
            webhook_secret=portone.webhook_secret,
        )
        stack = Stack(
            parameters,
            wired,
            clock=clock,
            portone=fake,
            issuer=issuer,
            fetch=fetch_json,
            caller_clock=SystemClock(),
        )
        opened.callback(stack.ports["portone"].close)
        webhook_url = _listening(opened, stack.webhook.handle, env, "WEBHOOK_PORT")
        fake.webhooks.deliver = http_sink(webhook_url, opened.enter_context(httpx.Client(trust_env=False)))
        timer = Timer(stack)
        metrics = MetricRoutes(stack, stack.gateway.handle)
        api_url = _listening(opened, ClockRoutes(timer, metrics.handle).handle, env, "PORT")
        opened.enter_context(timer.running())
        up = Served(
            stack=stack,
            api_url=api_url,
            webhook_url=webhook_url,
            portone_url=parameters["PortOneUrl"],
            fake=portone.url is None,
        )
        opened.enter_context(_written_down(up, ministack, state))
        yield up


def _ministack(opened: ExitStack) -> MiniStack:
    try:
        return opened.enter_context(MiniStack())
    except RuntimeError as error:
        raise NotReady(str(error)) from None


def _served_fake(opened: ExitStack, fake: FakePortOne) -> str:
    fake.pause = time.sleep  # over real HTTP slowness is real
    return opened.enter_context(HttpPortOne(fake, pump=True)).base_url


def _listening(opened: ExitStack, app: App, env: Mapping[str, str], setting: str) -> str:
    port = env.get(setting, "0")
    try:
        return opened.enter_context(Server(app, port=int(port))).url
    except (OSError, ValueError, OverflowError):
        raise NotReady(f"{setting}={port} is not a free port") from None


@contextmanager
def _written_down(up: Served, ministack: MiniStack, state: Path) -> Iterator[None]:
    """For tools that look at a running stack: where it is."""
    known = {
        "api": up.api_url,
        "webhook": up.webhook_url,
        "portone": up.portone_url,
        "issuer": up.stack.issuer.url,
        "aws": ministack.endpoint_url,
        "resources": up.stack.resources,
    }
    state.parent.mkdir(exist_ok=True)
    state.write_text(json.dumps(known, indent=2))
    try:
        yield
    finally:
        state.unlink(missing_ok=True)
