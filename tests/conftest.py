"""What every folder of tests shares: one local AWS for the whole run, and no stop-watch in properties."""

import os

from hypothesis import HealthCheck, settings

from portone_local.testing.fixtures import ministack

__all__ = ["ministack"]

# how long an example takes says nothing about a rule; the same examples every time, but for `make prove`
settings.register_profile(
    "rules",
    deadline=None,
    derandomize="PROVE" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("rules")
