"""The PortOne client against the fake PortOne: it reads what is booked, and names each fault."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from portone_local.portone import (
    EXAMPLE_SECRET,
    EXAMPLE_STORE,
    CancellationStatus,
    Checkout,
    FakePortOne,
    Fault,
    Optionals,
)
from portone_local.portone.http_server import HttpPortOne
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.payments import PortOneClient
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.outcome import (
    Outcome,
)
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.ports.world import Deadline

ORDER = Checkout(amount=11_000, tax_free=1_000, discount=500, custom_data='{"orderId":"o1"}')
START = 1_767_323_045.25


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(START)


@pytest.fixture
def fake(clock: MovableClock) -> FakePortOne:
    return FakePortOne(clock=clock, seed=7, pause=clock.advance)


@pytest.fixture(params=["in process", "over HTTP"])
def portone(request: pytest.FixtureRequest, fake: FakePortOne) -> Iterator[PortOneClient]:
    if request.param == "in process":
        yield in_process(fake)
        return
    with HttpPortOne(fake) as served, closing(client(served.base_url)) as over_http:
        yield over_http


def client(base_url: str, **more: Any) -> PortOneClient:
    return PortOneClient(base_url=base_url, secret=lambda: EXAMPLE_SECRET, store_id=EXAMPLE_STORE, **more)


def in_process(fake: FakePortOne) -> PortOneClient:
    return client("https://portone.example", transport=fake.transport())


def in_time(fake: FakePortOne) -> Deadline:
    return Deadline.after(fake.clock, 20)


def pre_register(portone: PortOneClient, fake: FakePortOne, total: int = 11_000) -> None:
    portone.pre_register(
        "p1",
        total=total,
        tax_free=1_000,
        currency="KRW",
        key="example-key-0000000001",
        deadline=in_time(fake),
    )


def play(fake: FakePortOne, status: str) -> None:
    """Bring p1 to a state."""
    match status:
        case "READY":
            fake.buyer.open_window("p1", ORDER)
        case "PAY_PENDING":
            fake.buyer.pay_pending("p1", ORDER)
        case "VIRTUAL_ACCOUNT_ISSUED":
            fake.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
        case "FAILED":
            fake.buyer.decline("p1", ORDER)
        case _:
            fake.buyer.pay("p1", ORDER)
    if status == "PARTIAL_CANCELLED":
        fake.console.cancel("p1", 1_000)
    if status == "CANCELLED":
        fake.console.cancel("p1")


@pytest.mark.parametrize("status", [each for each in RemoteStatus if each != RemoteStatus.UNRECOGNISED])
def test_each_state_is_read_as_portone_has_it(
    portone: PortOneClient, fake: FakePortOne, status: RemoteStatus
) -> None:
    play(fake, status)

    snapshot = portone.get_payment("p1", deadline=in_time(fake))

    book = fake.books()["p1"]
    assert snapshot is not None
    assert (snapshot.status, snapshot.total, snapshot.cancelled) == (status, book.total, book.cancelled)
    assert (snapshot.store_id, snapshot.currency) == (book.store_id, book.currency)
    assert snapshot.transaction_id == book.transaction_ids[-1]
    assert tuple(each.id for each in snapshot.shown) == book.cancellation_ids


@pytest.mark.parametrize("optionals", Optionals)
@pytest.mark.parametrize("status", [each for each in RemoteStatus if each != RemoteStatus.UNRECOGNISED])
def test_a_state_is_read_without_any_of_its_optional_fields(
    clock: MovableClock, status: RemoteStatus, optionals: Optionals
) -> None:
    fake = FakePortOne(clock=clock, seed=3, optionals=optionals)
    play(fake, status)

    snapshot = in_process(fake).get_payment("p1", deadline=in_time(fake))

    assert snapshot is not None
    assert snapshot.status == status


@pytest.mark.parametrize("method", ["CARD", "EASY_PAY", "TRANSFER", "MOBILE", "VIRTUAL_ACCOUNT"])
def test_each_method_is_read_as_it_was_paid(fake: FakePortOne, method: str) -> None:
    fake.buyer.pay("p1", replace(ORDER, method=method))

    snapshot = in_process(fake).get_payment("p1", deadline=in_time(fake))

    assert snapshot is not None
    assert snapshot.method is not None
    assert snapshot.method.kind == PayMethod(method)


@pytest.mark.parametrize("status", CancellationStatus)
def test_each_refund_state_is_read(fake: FakePortOne, status: CancellationStatus) -> None:
    fake.buyer.pay("p1", ORDER)
    fake.console.cancel("p1", 1_000, status=status)

    snapshot = in_process(fake).get_payment("p1", deadline=in_time(fake))

    assert snapshot is not None
    (refund,) = snapshot.shown
    assert (refund.status.value, refund.total) == (status.value, 1_000)


def test_a_payment_portone_never_saw_is_none(portone: PortOneClient, fake: FakePortOne) -> None:
    assert portone.get_payment("p1", deadline=in_time(fake)) is None


def test_a_pre_registered_amount_is_stored_at_portone(portone: PortOneClient, fake: FakePortOne) -> None:
    pre_register(portone, fake)
    pre_register(portone, fake)

    assert fake.books()["p1"].pre_registered_total == 11_000


def test_pre_registering_a_paid_payment_is_already_done(portone: PortOneClient, fake: FakePortOne) -> None:
    fake.buyer.pay("p1", ORDER)

    with pytest.raises(PortOneError) as caught:
        pre_register(portone, fake)

    assert (caught.value.outcome, caught.value.status) == (Outcome.ALREADY_DONE, 409)


FAULTS = {
    Fault.DRIP: Outcome.UNKNOWN,
    Fault.TIMEOUT_BEFORE_COMMIT: Outcome.UNKNOWN,
    Fault.TIMEOUT_AFTER_COMMIT: Outcome.UNKNOWN,
    Fault.RESET_BEFORE_COMMIT: Outcome.UNKNOWN,
    Fault.RESET_AFTER_COMMIT: Outcome.UNKNOWN,
    Fault.LATE_COMMIT: Outcome.UNKNOWN,
    Fault.HTML_500: Outcome.UNKNOWN,
    Fault.HTML_502: Outcome.UNKNOWN,
    Fault.HTML_504: Outcome.UNKNOWN,
    Fault.TRUNCATED_JSON: Outcome.UNKNOWN,
    Fault.OUTSTANDING: Outcome.IN_FLIGHT,
    Fault.UNAUTHORIZED: Outcome.REFUSED,
}


@pytest.mark.parametrize(("fault", "outcome"), FAULTS.items())
def test_a_mutation_hit_by_a_fault_has_the_outcome_of_rule_3(
    fake: FakePortOne, fault: Fault, outcome: Outcome
) -> None:
    fake.inject(operation="pre_register", fault=fault, seconds=19.0)

    with pytest.raises(PortOneError) as caught:
        pre_register(in_process(fake), fake)

    assert caught.value.outcome is outcome
