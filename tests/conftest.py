"""What every folder of tests shares: one local AWS for the whole run, and no stop-watch in properties."""

import gc
import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests.support.fixtures import ministack

__all__ = ["ministack"]

# how long an example takes says nothing about a rule; the same examples every time, but for `make prove`
settings.register_profile(
    "rules",
    deadline=None,
    derandomize="PROVE" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("rules")


def pytest_collection_finish() -> None:
    """What was imported and collected stays: garbage is not looked for in it again and again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted, whichever process they ran in: each property; then lines of what it cost."""
    counted: Counter[str] = Counter()
    reports = terminalreporter.stats.get("passed", [])
    for report in reports:
        counted.update({name: number for name, number in report.user_properties if isinstance(number, int)})
    for line in sorted(text for each in reports for name, text in each.user_properties if name == "cost"):
        terminalreporter.write_line(str(line))
    for name, number in sorted(counted.items()):
        terminalreporter.write_line(f"{number:,} {name}")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Functions and lambdas by name: an id with an address in it differs between processes."""
    found = getattr(val, "__qualname__", None) if callable(val) else None
    return found if isinstance(found, str) else None
