"""Handlers that ask for nothing but a logger and a meter."""

import logging
from typing import Any

from portone_payments.entry.wiring.telemetry import EmfMeter
from portone_payments.entry.wiring.worker import Deps


def deps(**overrides: Any) -> Deps:
    """Dependencies of a handler that needs only a logger and a meter."""
    meter, logger = EmfMeter("PortOnePayments", "payments-test"), logging.getLogger("unheard")
    logger.disabled = True  # whatever level another test has left: it does not take what Powertools' takes
    return Deps({}, **({"meter": meter, "logger": logger} | overrides))
