"""A stack for each story, judged by the oracle when the story is over."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.oracle import ObservedStack, assert_clean, converge
from portone_local.portone import Unknowns
from portone_local.twins.dynamo import undisturbed
from portone_local.twins.tables import FixedSecrets, MemoryQueue, MemoryStore
from tests.support.audited import AuditedShop


@pytest.fixture
def settings() -> dict[str, Any]:
    """Template parameters in snake case; a test replaces them by parametrizing `settings`."""
    return {}


@pytest.fixture(params=["defaults", "all_turned"])
def unknowns(request: pytest.FixtureRequest) -> Unknowns:
    """What PortOne does not document, either way; a test with its own choice parametrizes `unknowns`."""
    return Unknowns.all_settings()[request.param]


@pytest.fixture(params=[True, False], ids=["webhooks", "no_webhooks"])
def webhooks(request: pytest.FixtureRequest) -> bool:
    """Whether PortOne sends any; a test that is about webhooks parametrizes this to True."""
    return bool(request.param)


@pytest.fixture
def stack(settings: dict[str, Any], unknowns: Unknowns, webhooks: bool) -> Iterator[ObservedStack]:  # noqa: FBT001 - a fixture
    """The whole stack in memory; afterwards everything works again, time passes, and the oracle judges."""
    with ObservedStack.in_memory(seed=1, unknowns=unknowns, **settings) as observed:
        observed.portone.webhooks.switched_on = webhooks
        yield observed
        _heal(observed)
        converge(observed, observed.within)
        assert_clean(observed, answers=observed.answers, hurt=observed.hurt)


@pytest.fixture
def shop() -> AuditedShop:
    """A shop whose payments are audited."""
    return AuditedShop()


def _heal(stack: ObservedStack) -> None:
    stack.portone.clear_faults()
    store, queue, secrets = (stack.ports[name] for name in ("store", "queue", "secrets"))
    if isinstance(store, MemoryStore):
        store.table.around = undisturbed
    for port in (queue, secrets):
        if isinstance(port, MemoryQueue | FixedSecrets):
            port.available = True
