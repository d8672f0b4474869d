"""A Lambda container as a process of its own that kills itself at one call: nothing runs after SIGKILL.

`Graveyard` starts one child that has imported everything and forks a victim for each event. A `Victim` takes
the place of a handler in a stack on MiniStack: the forked process runs the shipped handler over the shipped
adapters, against the same MiniStack and the fake PortOne over HTTP.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import boto3
import httpx

from portone_local.gateway.functions import LambdaContext, filled, load_handler
from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION, MiniStack
from portone_local.stack.stack import Stack
from portone_local.stories.boundaries import Boundaries, Break, Crash, Crossing, Side, at
from portone_local.template import cloudformation as template
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.billing import BillingClient
from portone_payments.adapters.portone.transport import DeadlineTransport
from portone_payments.entry.wiring.worker import Deps

STATUS = "status "


class Graveyard:
    """A context manager: the child that forks victims inside, gone after."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def run(self, told: Mapping[str, Any]) -> tuple[int, str]:
        """Have a victim run an event; how it ended (negative: the signal) and the last line it printed."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the child has no pipes")
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        last = ""
        for line in self._process.stdout:
            if line.startswith(STATUS):
                return int(line.removeprefix(STATUS)), last
            last = line
        raise RuntimeError("the child is gone")


@dataclass(slots=True)
class Victim:
    """Runs the events of a function folder in processes that die at `point`; raises `Crash` when one did."""

    graveyard: Graveyard
    stack: Stack
    ministack: MiniStack
    portone_url: str
    point: Crossing
    side: Side
    deaths: int = 0

    def __call__(self, event: dict[str, Any], _context: object) -> Any:
        """The handler's answer, from a process that survived. Raises RuntimeError for one that failed."""
        status, answer = self.graveyard.run(
            {
                "folder": self.point.function,
                "event": event,
                "now": self.stack.clock.now(),
                "point": [self.point.call, self.point.nth, self.side],
                "environment": self._environment(),
            }
        )
        if status == -signal.SIGKILL:
            self.deaths += 1
            raise Crash
        if status:
            raise RuntimeError("the victim failed; its standard error says how")
        return json.loads(answer)

    def _environment(self) -> dict[str, str]:
        variables = template.environment(self.stack.template, self.point.function)
        return filled(variables, self.stack.resources) | {
            "PORTONE_URL": self.portone_url,
            "AWS_ENDPOINT_URL": self.ministack.endpoint_url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": FAKE_CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": FAKE_CREDENTIALS["aws_secret_access_key"],
        }


def tapped(kind: type[Deps], boundaries: Boundaries, clock: MovableClock) -> Deps:
    """The dependencies a handler is shipped with, with a boundary before each client."""

    class Tapped(kind):  # type: ignore[misc, valid-type]
        def aws(self, service: str) -> Any:
            """A client of which one call is the last."""
            return boundaries.tap(service, super().aws(service))

    deps: Deps = Tapped(dict(os.environ), clock=clock)
    transport = DeadlineTransport(httpx.create_ssl_context(trust_env=False))
    vars(deps)["portone"] = BillingClient(
        base_url=deps.settings.portone_url,
        secret=deps.secrets.api_secret,
        store_id=deps.settings.store_id,
        transport=boundaries.tap("portone", transport),
    )
    return deps


def killing(side: Side) -> Break:
    """End this very process, before or after a call."""

    def broken(call: Callable[[], Any]) -> Any:
        if side is Side.AFTER:
            call()
        os.kill(os.getpid(), signal.SIGKILL)

    return broken


def live(told: Mapping[str, Any]) -> None:
    """Run one event, as far as it gets, and print the answer."""
    os.environ.update(told["environment"])
    boundaries, clock = Boundaries(), MovableClock(told["now"])
    handler = load_handler(template.handlers()[told["folder"]])
    context = LambdaContext(
        function_name=told["folder"], aws_request_id="victim", clock=clock, ends_at=clock.monotonic() + 27
    )
    call, nth, side = told["point"]
    with boundaries.watch(at(call, nth, killing(Side(side)))):
        answer = handler.using(tapped(handler.kind, boundaries, clock))(told["event"], context)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Fork a victim for each line of standard input, and say how it ended."""
    boto3.session.Session().get_available_services()
    for line in sys.stdin:
        victim = os.fork()
        if not victim:
            status = 1
            try:
                live(json.loads(line))
                status = 0
            except BaseException:  # noqa: BLE001 - told and ended: a fork must not go on as its parent
                traceback.print_exc()
            finally:
                os._exit(status)
        _, ended = os.waitpid(victim, 0)
        sys.stdout.write(f"{STATUS}{os.waitstatus_to_exitcode(ended)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
