"""In front of the local AWS: it answers this machine alone, and lets no page of a browser read an answer."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from portone_local.gateway.loopback import NOSNIFF, REFUSED, is_foreign

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

_NOSNIFF = [(name.encode(), value.encode()) for name, value in NOSNIFF.items()]


class Door:
    """An ASGI app as seen through it. MiniStack says itself that every page of every site may read it."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One connection, request or lifespan."""
        if scope["type"] != "lifespan" and is_foreign(_named(scope["headers"])):
            await _refuse(scope, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [each for each in message.get("headers", ()) if not _is_for_pages(each[0])]
                message = {**message, "headers": [*kept, *_NOSNIFF]}
            await send(message)

        await self._app(scope, receive, told)


def _named(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _is_for_pages(name: bytes) -> bool:
    return name.lower().startswith(b"access-control-")


async def _refuse(scope: Message, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain"), *_NOSNIFF]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": REFUSED.encode()})
