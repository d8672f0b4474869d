"""Around every HTTP route: identity, errors to answers, logs, metrics. A route is a plain function."""

from collections.abc import Callable, Mapping
from typing import Any

from portone_payments.domain.errors import BundleError
from portone_payments.entry.failure import what_failed
from portone_payments.entry.port_deps import PortDeps
from portone_payments.entry.prime import prime
from portone_payments.entry.request import Request
from portone_payments.entry.responses import error_answer, logged, unexpected_answer

type Route[D: PortDeps] = Callable[[Request, D], dict[str, Any]]
# API Gateway gives up after 29 to 30 s; every PortOne call of a request fits under this (money rule 4)
INLINE_SECONDS = 20.0


class HttpHandler[D: PortDeps = PortDeps]:
    """A Lambda handler for one route. `using` gives the same one over other dependencies of its `kind`."""

    def __init__(
        self,
        route: Route[D],
        *,
        needs: tuple[str, ...] = (),
        deps: D | None = None,
        kind: type[D] = PortDeps,  # type: ignore[assignment]  # the default of D
    ) -> None:
        self.route = route
        self.needs = needs
        self.kind = kind
        self.deps = deps or prime(kind(), needs)

    def using(self, deps: D) -> "HttpHandler[D]":
        """This handler over `deps`."""
        return HttpHandler(self.route, needs=self.needs, deps=deps, kind=self.kind)

    def __call__(self, event: Mapping[str, Any], context: object) -> dict[str, Any]:
        """Answer one event; only what nobody foresaw is a 500, and then a retry is safe (I15)."""
        deps = self.deps
        request = Request(event, deps.settings.user_claim)
        told: dict[str, str] = {}
        try:
            answer = self.route(request, deps)
        except BundleError as error:
            answer, told = error_answer(error, request.id), logged(error)
        except Exception as error:  # noqa: BLE001 - the boundary: the caller gets a documented answer
            answer, told = unexpected_answer(request.id), what_failed(error)
        finally:
            deps.meter.flush()
        told |= {"route": request.route, "request_id": request.id}
        told["function_request_id"] = getattr(context, "aws_request_id", "-")
        deps.logger.info("answered", status=answer["statusCode"], **told)
        return answer
