"""At the door: nothing is stored that may not be sent."""

from portone_payments.domain.errors.common import ProviderRefused
from portone_payments.flows.shared.gate import Gate, Operation


def check_gate(gate: Gate, operation: Operation, channel: str | None = None, *, again: bool = False) -> None:
    """Whether an attempt may be stored and sent. Raises `ProviderRefused` with the seconds to wait.

    `again`: an earlier attempt was refused itself.
    """
    if not gate.admits(operation, channel, again=again):
        raise ProviderRefused(retry_after=gate.wait(channel, again=again) or 1)
