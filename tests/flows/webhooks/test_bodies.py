"""Webhook bodies: old versions, unknown types, unreadable ones, whatever their content type."""

import pytest

from portone_local.actors.shop import checkout, pay, prepare, status
from portone_local.oracle import ObservedStack
from portone_local.portone import BodyVersion
from portone_payments.ports.world import Metric
from tests.support.letters import FORM, event, paid, payment_of, send

pytestmark = pytest.mark.parametrize("webhooks", [True])


@pytest.mark.parametrize("version", [BodyVersion.V2024_01_01_JSON, BodyVersion.V2024_01_01_FORM])
def test_a_body_of_the_old_version_works_and_is_counted(stack: ObservedStack, version: BodyVersion) -> None:
    stack.portone.webhooks.version = version
    prepared = prepare(stack)

    pay(stack, prepared)
    stack.deliver()

    assert status(stack, prepared) == "PAID"
    assert stack.metrics[Metric.OLD_VERSION] == 2


def test_ready_is_acknowledged_and_counted_and_not_stored(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    before = stack.dump()

    stack.portone.buyer.open_window(prepared["paymentId"], checkout(prepared))
    stack.deliver()

    assert stack.dump() == before
    assert stack.metrics[Metric.READY_HINT] == 1


@pytest.mark.parametrize("kind", ["TaxInvoice.Issued", "Something.New"])
def test_an_unknown_type_is_2xx_and_counted(stack: ObservedStack, kind: str) -> None:
    payment_id = paid(stack)

    answered = send(stack, event(kind, payment_id))

    assert (answered.status, answered.json()) == (200, {"result": "ignored"})
    assert stack.metrics[Metric.IGNORED] == 1


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", FORM])
def test_the_meaning_depends_on_signed_bytes_not_on_the_content_type(
    stack: ObservedStack, content_type: str
) -> None:
    payment_id = paid(stack)

    send(stack, event("Transaction.Paid", payment_id), content_type=content_type)

    assert payment_of(stack, payment_id).status == "PAID"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"\x00", b'{"type":7}', b'{"type":"Transaction.Paid"}']
)
def test_an_authentic_unreadable_body_is_refused_because_it_may_be_a_confirm_request(
    stack: ObservedStack, body: bytes
) -> None:
    before = stack.dump()

    answered = send(stack, body)

    assert (answered.status, answered.json()["error"]["code"]) == (403, "approval_refused")
    assert stack.dump() == before
