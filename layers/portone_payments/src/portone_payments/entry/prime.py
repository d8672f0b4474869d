"""On Lambda, touch what a function declares during INIT (full CPU), so the first request imports nothing."""

import os

from portone_payments.entry.wiring.ports import PortDeps

EVERYWHERE = ("settings", "logger", "meter", "clock", "ids")


def prime[D: PortDeps](deps: D, needs: tuple[str, ...]) -> D:
    """`deps`, with `needs` built when this is a Lambda container and untouched anywhere else.

    Calls no service: a container starts whether or not AWS and PortOne answer.
    """
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        for need in (*EVERYWHERE, *needs):
            port = getattr(deps, need)
            if hasattr(port, "prime"):
                port.prime()
        # the codec every name resolution imports
        "".encode("idna")
    return deps
