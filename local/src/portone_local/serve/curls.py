"""`make curls`: a ready-to-paste curl for each route of a running stack, with fresh tokens."""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qs

import httpx

from portone_local.gateway.loopback import CONTROL
from portone_local.gateway.messages import App, Request, Response
from portone_local.serve.examples import Examples, make
from portone_local.serve.guide import curls
from portone_local.serve.running import LOCAL, NotRunning, the_one
from portone_local.serve.served import Served

PATH = "/__curls"
SECONDS = 60.0


@dataclass(slots=True)
class CurlRoutes:
    """`GET /__curls?for=word`: the curls whose route has the word, as text; all else goes to `otherwise`.

    The examples are made at the first request.
    """

    otherwise: App
    up: Served | None = None
    _made: Examples | None = None
    _making: Lock = field(default_factory=Lock)

    def handle(self, request: Request) -> Response:
        """Answer a request."""
        if self.up is None or (request.method, request.path) != ("GET", PATH):
            return self.otherwise(request)
        with self._making:
            self._made = self._made or make(self.up.stack, fake=self.up.fake)
        [word] = parse_qs(request.query).get("for", [""])[:1]
        body = curls(self.up, self._made, word).encode()
        return Response(status=200, headers={"content-type": "text/plain; charset=utf-8"}, body=body)


def main(arguments: list[str] | None = None, folder: Path = LOCAL) -> int:
    """0 when they were printed, 2 when no stack runs or it is not clear which one is meant."""
    parser = argparse.ArgumentParser(prog="make curls", description=__doc__)
    parser.add_argument("--local", default="", help="which of several stacks of make serve")
    parser.add_argument(
        "--for", dest="word", default="", help="only routes with this in them, such as refunds"
    )
    chosen = parser.parse_args(arguments)
    try:
        known = the_one(chosen.local, folder)
        found = httpx.get(
            f"{known['api']}{PATH}",
            params={"for": chosen.word},
            headers=CONTROL,
            trust_env=False,
            timeout=SECONDS,
        )
    except (NotRunning, httpx.TransportError) as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    sys.stdout.write(found.text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
