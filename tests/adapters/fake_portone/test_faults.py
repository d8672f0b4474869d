"""Configured faults: each fault of an answer does what its name says."""

import contextlib

import httpx
import pytest

from portone_local.portone import ANY_OPERATION, Checkout, FakePortOne, Fault, faults_of, operations
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import BILLING_CALLS

ORDER = Checkout(amount=1)

CALLS = {
    "get_payment": ("GET", "/payments/p1"),
    "list_payments": ("GET", "/payments"),
    "pre_register": ("POST", "/payments/p1/pre-register"),
    "confirm_payment": ("POST", "/payments/p1/confirm"),
    "cancel_payment": ("POST", "/payments/p1/cancel"),
    "close_virtual_account": ("POST", "/payments/p1/virtual-account/close"),
    "issue_cash_receipt": ("POST", "/cash-receipts"),
    "list_cash_receipts": ("GET", "/cash-receipts"),
    "get_cash_receipt": ("GET", "/payments/p1/cash-receipt"),
    "cancel_cash_receipt": ("POST", "/payments/p1/cash-receipt/cancel"),
    "get_identity_verification": ("GET", "/identity-verifications/v1"),
    "list_identity_verifications": ("GET", "/identity-verifications"),
    "send_identity_verification": ("POST", "/identity-verifications/v1/send"),
    "resend_identity_verification": ("POST", "/identity-verifications/v1/resend"),
    "confirm_identity_verification": ("POST", "/identity-verifications/v1/confirm"),
    **{name: (method, path) for name, (method, path, _) in BILLING_CALLS.items()},
}


def register(client: httpx.Client) -> httpx.Response:
    return client.post("/payments/p1/pre-register", json={"totalAmount": 1})


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE_COMMIT, Fault.TIMEOUT_AFTER_COMMIT])
def test_a_timeout_lasts_as_long_as_the_client_waits(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock, fault: Fault
) -> None:
    portone.inject(operation="get_payment", fault=fault)

    with pytest.raises(httpx.ReadTimeout):
        client.get("/payments/p1", timeout=7)

    assert clock.monotonic() == 7


@pytest.mark.parametrize(
    ("fault", "committed"),
    [
        (Fault.TIMEOUT_BEFORE_COMMIT, False),
        (Fault.TIMEOUT_AFTER_COMMIT, True),
        (Fault.RESET_BEFORE_COMMIT, False),
        (Fault.RESET_AFTER_COMMIT, True),
        (Fault.LATE_COMMIT, False),
    ],
)
def test_a_missing_answer_does_not_reveal_the_effect(
    portone: FakePortOne, client: httpx.Client, fault: Fault, *, committed: bool
) -> None:
    portone.inject(operation="pre_register", fault=fault, seconds=3600)

    with pytest.raises(httpx.TransportError):
        register(client)

    assert ("p1" in portone.books()) is committed


@pytest.mark.parametrize(
    ("fault", "status", "committed"),
    [(Fault.HTML_500, 500, False), (Fault.HTML_502, 502, False), (Fault.HTML_504, 504, True)],
)
def test_an_intermediary_answers_html(
    portone: FakePortOne, client: httpx.Client, fault: Fault, status: int, *, committed: bool
) -> None:
    portone.inject(operation="pre_register", fault=fault)

    answer = register(client)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    assert ("p1" in portone.books()) is committed


def test_truncated_json_is_unreadable_although_the_effect_took_place(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.inject(operation="pre_register", fault=Fault.TRUNCATED_JSON)

    answer = register(client)

    with pytest.raises(ValueError, match="Expecting"):
        answer.json()
    assert portone.books()["p1"].pre_registered_total == 1


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        (Fault.OUTSTANDING, 409, "IDEMPOTENCY_OUTSTANDING_REQUEST"),
        (Fault.UNAUTHORIZED, 401, "UNAUTHORIZED"),
    ],
)
def test_an_injected_error_has_its_fixed_status(
    portone: FakePortOne, client: httpx.Client, fault: Fault, status: int, kind: str
) -> None:
    portone.inject(operation="pre_register", fault=fault)

    answer = register(client)

    assert (answer.status_code, answer.json()["type"]) == (status, kind)
    assert portone.books() == {}


def test_a_slow_answer_takes_its_configured_time(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.inject(operation="pre_register", fault=Fault.LATENCY, seconds=3)

    answer = register(client)

    assert (answer.status_code, clock.monotonic()) == (200, 3)


def test_a_dripping_answer_outlasts_the_read_timeout(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.inject(operation="get_payment", fault=Fault.DRIP, seconds=4)

    answer = client.get("/payments/p1", timeout=5)

    assert answer.json()["status"] == "PAID"
    assert clock.monotonic() > 50


def test_a_fault_hits_the_nth_call_of_its_operation_only(portone: FakePortOne, client: httpx.Client) -> None:
    portone.inject(operation="get_payment", nth=2, fault=Fault.HTML_500, times=2)

    statuses = [
        client.get("/payments/p1").status_code,
        register(client).status_code,
        *(client.get("/payments/p1").status_code for _ in range(3)),
    ]

    assert statuses == [404, 200, 500, 500, 404]


def test_an_outage_lasts_until_it_is_cleared(portone: FakePortOne, client: httpx.Client) -> None:
    portone.inject(operation=ANY_OPERATION, fault=Fault.HTML_502, times=None)
    during = [register(client).status_code for _ in range(3)]

    portone.clear_faults()

    assert (during, register(client).status_code) == ([502, 502, 502], 200)


@pytest.mark.parametrize("operation", operations())
def test_every_fault_of_an_operation_can_be_injected(
    portone: FakePortOne, client: httpx.Client, operation: str
) -> None:
    for fault in faults_of(operation):
        portone.inject(operation=operation, fault=fault)
        with contextlib.suppress(httpx.TransportError):
            client.request(*CALLS[operation])

    assert [call.fault for call in portone.calls()] == [fault.value for fault in faults_of(operation)]


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("pre_register", Fault.LAGGING),
        ("cancel_payment", Fault.NOT_FOUND),
        ("list_payments", Fault.NOT_FOUND),
        ("list_payments", Fault.LATE_COMMIT),
    ],
)
def test_a_fault_that_cannot_happen_is_refused(portone: FakePortOne, operation: str, fault: Fault) -> None:
    with pytest.raises(ValueError, match=f"{fault} does not happen to {operation}"):
        portone.inject(operation=operation, fault=fault)


def test_the_call_log_holds_no_secret(portone: FakePortOne, client: httpx.Client) -> None:
    register(client)

    line = repr(portone.calls()[0])

    assert "example-portone-api-secret" not in line
    assert "/payments/p1/pre-register" in line
