"""What an app does, by the Python client generated from docs/openapi.json: URL TOKEN ACTION ID.

Prints what it understood as JSON. A process of its own: the generated package stands on its path alone.
"""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

PACKAGE = "payments_client"


def call(operation: str, client: Any, *arguments: Any, **options: Any) -> Any:
    """What the client made of the answer; an exception where it could make nothing of it."""
    return import_module(f"{PACKAGE}.api.{operation}").sync(*arguments, client=client, **options)


def model(name: str, file: str) -> Any:
    """A model or a closed set of the client."""
    return getattr(import_module(f"{PACKAGE}.models.{file}"), name)


def prepare(client: Any, order_id: str) -> Any:
    """Ask to pay an order."""
    body = model("PrepareBody", "prepare_body")(
        order_id=order_id, platform=model("Platform", "platform").REACT_NATIVE
    )
    return call("payments.prepare_payment", client, body=body, idempotency_key="generated-1")


def verify(client: Any, payment_id: str) -> Any:
    """Say "paid"."""
    return call("payments.verify_payment", client, payment_id)


def start(client: Any, purpose: str) -> Any:
    """Begin to verify who one is."""
    return call("identity.start_verification", client, body=model("StartBody", "start_body")(purpose=purpose))


def verified(client: Any, verification_id: str) -> Any:
    """Say "done"."""
    return call("identity.verify_identity", client, verification_id)


ACTIONS: dict[str, Callable[[Any, str], Any]] = {
    "prepare": prepare,
    "verify": verify,
    "start": start,
    "verified": verified,
}


def main(url: str, token: str, action: str, about: str) -> None:
    """One call."""
    client = import_module(PACKAGE).AuthenticatedClient(
        base_url=url, token=token, raise_on_unexpected_status=True
    )
    print(json.dumps(ACTIONS[action](client, about).to_dict()))


if __name__ == "__main__":
    main(*sys.argv[1:])
