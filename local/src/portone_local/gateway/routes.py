"""Routes and authorizers, read from the OpenAPI that SAM's translator emits, so that they cannot drift."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HTTP_API = "AWS::ApiGatewayV2::Api"
FUNCTION_URL = "AWS::Lambda::Url"
METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
INVOKED = re.compile(r"\$\{(\w+)\.Arn\}/invocations")


@dataclass(frozen=True, slots=True)
class Jwt:
    """A JWT authorizer: one issuer, the audiences it accepts."""

    issuer: str
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Iam:
    """IAM authorization: a SigV4 signature."""


type Authorizer = Jwt | Iam | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route: its function by logical id, who may call it, and scopes of which one is enough."""

    method: str
    path: str
    function: str
    authorizer: Authorizer
    scopes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`METHOD /path/{parameter}`, as API Gateway names routes."""
        return f"{self.method} {self.path}"

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path parameters where `path` (decoded) is this route's; None where it is not."""
        found = self.method == method and _pattern(self.path).fullmatch(path)
        return found.groupdict() if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """What API Gateway itself answers to browsers; `max_age` in seconds."""

    origins: tuple[str, ...]
    headers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: int = 0


def routes_of(template: Mapping[str, Any]) -> tuple[Route, ...]:
    """Every route of a transformed template, the exact ones first. ValueError on a surprise."""
    routes = [
        Route(
            method=method.upper(),
            path=path,
            function=_function(operation),
            **_security(operation, schemes),
        )
        for api in _bodies(template)
        for schemes in [_schemes(api)]
        for path, operations in api["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]
    return tuple(sorted(routes, key=lambda route: ("{" in route.path, route.key)))


def cors_of(template: Mapping[str, Any]) -> Cors | None:
    """The CORS answers configured, None when there are none."""
    for api in _bodies(template):
        if found := api.get("x-amazon-apigateway-cors"):
            return Cors(
                origins=tuple(found.get("allowOrigins", ())),
                headers=tuple(found.get("allowHeaders", ())),
                methods=tuple(found.get("allowMethods", ())),
                exposed=tuple(found.get("exposeHeaders", ())),
                max_age=int(found.get("maxAge", 0)),
            )
    return None


def function_urls_of(template: Mapping[str, Any]) -> tuple[str, ...]:
    """Logical ids of the functions that have a Function URL."""
    return tuple(
        resource["Properties"]["TargetFunctionArn"]["Ref"]
        for resource in template["Resources"].values()
        if resource["Type"] == FUNCTION_URL
    )


def _bodies(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    resources = template["Resources"].values()
    return [resource["Properties"]["Body"] for resource in resources if resource["Type"] == HTTP_API]


@functools.cache
def _pattern(path: str) -> re.Pattern[str]:
    written = "".join(
        f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{\w+\})", path)
    )
    return re.compile(written, re.DOTALL)


def _function(operation: Mapping[str, Any]) -> str:
    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    found = INVOKED.search(uri)
    if found is None:
        raise ValueError(f"no function in {uri}")
    return found[1]


def _security(operation: Mapping[str, Any], schemes: Mapping[str, Authorizer]) -> dict[str, Any]:
    for requirement in operation.get("security", []):
        for name, scopes in requirement.items():
            return {"authorizer": schemes[name], "scopes": tuple(scopes)}
    return {"authorizer": None}


def _schemes(api: Mapping[str, Any]) -> dict[str, Authorizer]:
    schemes: dict[str, Authorizer] = {"NONE": None}
    for name, scheme in api.get("components", {}).get("securitySchemes", {}).items():
        if scheme.get("x-amazon-apigateway-authtype") == "awsSigv4":
            schemes[name] = Iam()
        else:
            config = scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]
            schemes[name] = Jwt(config["issuer"], tuple(config["audience"]))
    return schemes
