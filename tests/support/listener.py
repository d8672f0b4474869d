"""Somebody who reads along at the queues."""

from typing import Any


class Listener:
    """Hears every message that is sent to a queue of the local AWS."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def tap(self, service: str, client: Any) -> Any:
        """To be given to a stack."""
        if service == "sqs":
            client.meta.events.register("provide-client-params.sqs.*", self._hear)
        return client

    def _hear(self, params: Any, **_: Any) -> None:
        self.bodies.append(repr(params))
