"""Around every HTTP route: identity, errors to answers, logs, metrics. A route is a plain function."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from portone_payments.domain.errors.common import BundleError
from portone_payments.entry.callers import admit
from portone_payments.entry.failure import what_failed
from portone_payments.entry.prime import prime
from portone_payments.entry.request import Request
from portone_payments.entry.responses import error_answer, logged, unexpected_answer
from portone_payments.entry.rights import Right
from portone_payments.entry.wiring.ports import PortDeps

type Route[D: PortDeps] = Callable[[Request, D], dict[str, Any]]
# API Gateway gives up after 29 to 30 s; every PortOne call of a request fits under this (rule 4.6)
INLINE_SECONDS = 20.0


class HttpHandler[D: PortDeps = PortDeps]:
    """A Lambda handler for a route that `rights` may call, over dependencies of its `kind`.

    Without rights the route authenticates its caller itself, as the webhook does by its signature.
    """

    def __init__(
        self,
        route: Route[D],
        *,
        rights: tuple[Right, ...] = (Right.OWNER,),
        needs: tuple[str, ...] = (),
        deps: D | None = None,
        kind: type[D] = PortDeps,  # type: ignore[assignment]  # the default of D
    ) -> None:
        self.route = route
        self.rights = rights
        self.needs = needs
        self.kind = kind
        self.deps = deps or prime(kind(), needs)

    def using(self, deps: D) -> "HttpHandler[D]":
        """The same handler over other dependencies."""
        return HttpHandler(self.route, rights=self.rights, needs=self.needs, deps=deps, kind=self.kind)

    def __call__(self, event: Mapping[str, Any], context: object) -> dict[str, Any]:
        """Answer one event; only an unforeseen fault is a 500, and then a retry is safe (I15)."""
        deps = self.deps
        request = Request(event)
        told: dict[str, str] = {}
        try:
            if self.rights:
                caller = admit(request, self.rights, deps.settings.callers)
                request = replace(request, admitted=caller)
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
