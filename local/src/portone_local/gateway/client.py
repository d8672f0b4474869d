"""A caller of the gateway: builds requests, has them authorized, sends them in process or over HTTP."""

import json as json_library
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from portone_local.gateway.messages import App, Request, Response

type Authorize = Callable[[Request], Request]


def anonymous(request: Request) -> Request:
    """No authorization at all."""
    return request


@dataclass(frozen=True, slots=True)
class Client:
    """A caller. `json` is any JSON value; `headers` come before those of the authorization."""

    send: App
    authorize: Authorize = anonymous

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Response:
        """GET `path`, percent-encoded, with its query."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, json: object = None, *, headers: Mapping[str, str] | None = None) -> Response:
        """POST a JSON value, or nothing where it is None."""
        return self.request("POST", path, json=json, headers=headers)

    def put(self, path: str, json: object = None, *, headers: Mapping[str, str] | None = None) -> Response:
        """PUT a JSON value, or nothing where it is None."""
        return self.request("PUT", path, json=json, headers=headers)

    def delete(self, path: str, *, headers: Mapping[str, str] | None = None) -> Response:
        """DELETE `path`."""
        return self.request("DELETE", path, headers=headers)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Any request; a JSON value replaces `body` and says so in its content type."""
        named = dict(headers or {})
        if json is not None:
            body = json_library.dumps(json).encode()
            named = {"content-type": "application/json"} | named
        request = Request(method=method, target=path, headers=tuple(named.items()), body=body)
        return self.send(self.authorize(request))


def over_http(base_url: str, client: httpx.Client) -> App:
    """Sends requests to a server. Raises `httpx.HTTPError`."""

    def send(request: Request) -> Response:
        sent = client.build_request(
            request.method, base_url + request.target, headers=list(request.headers), content=request.body
        )
        found = client.send(sent)
        return Response(status=found.status_code, headers=dict(found.headers), body=found.content)

    return send
