"""What was counted since the stack was started, for `make doctor`."""

from dataclasses import dataclass

from portone_local.gateway.messages import App, Request, Response, answer
from portone_local.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class MetricRoutes:
    """`GET /__metrics`: the sum of each metric by name; everything else goes to `otherwise`."""

    stack: Stack
    otherwise: App

    def handle(self, request: Request) -> Response:
        """Answer a request."""
        if (request.method, request.path) != ("GET", "/__metrics"):
            return self.otherwise(request)
        return answer(200, self.stack.metrics)
