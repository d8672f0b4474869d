"""Handlers that ask for nothing but a logger and a meter."""

import logging
from typing import Any

from portone_payments.entry.wiring.telemetry import EmfMeter
from portone_payments.entry.wiring.worker import Deps


def deps(**overrides: Any) -> Deps:
    """Dependencies of a handler that needs only a logger and a meter."""
    meter = EmfMeter("PortOnePayments", "payments-test")
    return Deps({}, **({"meter": meter, "logger": logging.getLogger("unheard")} | overrides))
