"""Codes and texts of PGs pass one filter before they are stored, published or logged."""

import json
from typing import Any

import pytest

from portone_local.actors.shop import USER, prepare, verify
from portone_local.actors.subscribers import days_pass, key_saved, subscribed
from portone_local.stack.passing import let_pass
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.edited import having, where
from tests.support.refunding import paid, refund
from tests.support.unkind import UnkindStack

MINUTE = 60
NAME, PHONE = "김개똥", "010-9876-5432"
LONG = "x" * 400_000
SAID = {"a name": f"{NAME}님 한도초과", "a phone": f"51 {PHONE}", "400 kB": LONG, "lines": "51\n{}\u0000"}
TELLS = (NAME, PHONE, "x" * 300)


def everything(stack: UnkindStack) -> str:
    """All that was stored, published, logged and queued."""
    stack.publish()
    told = [repr(event) for event in stack.bus.published]
    stored = json.dumps([*stack.dump(), *stack.identity_dump()], ensure_ascii=False)
    return "".join([stored, *told, *stack.logs, *stack.ports["queue"].bodies])


def nothing_told(stack: UnkindStack) -> list[str]:
    """What should not be anywhere, and is."""
    found = everything(stack)
    return [each[:20] for each in TELLS if each in found]


WRONG = ("a name", "a phone", "400 kB")


@pytest.mark.parametrize(
    ("field", "what"),
    [
        *(("pgCode", what) for what in WRONG),
        *((field, what) for field in ("pgMessage", "reason") for what in SAID),
        ("pgCode", "lines"),
    ],
)
def test_the_pg_text_of_a_decline_is_filtered(stack: UnkindStack, what: str, field: str) -> None:
    stack.wire.edited("get_payment", where("FAILED", having(**{f"failure__{field}": SAID[what]})))
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])

    answer = verify(stack, prepared)
    stack.deliver()
    let_pass(stack, 5 * MINUTE)

    assert (answer.status, answer.json().get("status")) == (200, "FAILED")
    assert nothing_told(stack) == []
    assert stack.largest() < 20_000


@pytest.mark.parametrize("what", WRONG)
def test_the_pg_text_of_a_refused_charge_is_filtered(stack: UnkindStack, what: str) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.portone.pg.decline(code=SAID[what], message=SAID[what], times=None, readable=True)

    answer = charge(stack, payment_id)
    let_pass(stack, 5 * MINUTE)

    assert answer.status in {402, 202}
    assert nothing_told(stack) == []


@pytest.mark.parametrize("what", ["a name", "400 kB"])
def test_the_pg_text_of_a_renewal_is_filtered(stack: UnkindStack, what: str) -> None:
    subscribed(stack)
    stack.portone.pg.decline(code=SAID[what], message=SAID[what], times=None, readable=True)

    days_pass(stack, 31.5)

    assert "invoice.failed" in stack.events()
    assert nothing_told(stack) == []


PATHS = ("pgTxId", "receiptUrl", "method__provider", "channel__pgProvider", "channel__pgMerchantId")


@pytest.mark.parametrize(
    ("path", "what"),
    [(path, what) for what in ("a name", "400 kB") for path in PATHS],
)
def test_the_pg_texts_inside_a_payment_are_filtered(stack: UnkindStack, what: str, path: str) -> None:
    text = f"https://receipts.example/{SAID[what]}" if path == "receiptUrl" else SAID[what]
    method = {"method": "EASY_PAY"} if path == "method__provider" else {}
    stack.wire.edited("get_payment", where("PAID", having(**{path: text})))

    prepared = paid(stack, **method)
    shown = stack.app(USER).get(f"/payments/{prepared['paymentId']}")

    assert (shown.status, nothing_told(stack)) == (200, [])
    assert stack.largest() < 20_000
    assert NAME not in shown.body.decode()


def first_cancellation(name: str, text: Any) -> Any:
    """A text in each cancellation shown."""

    def change(answer: dict[str, Any]) -> None:
        for each in answer.get("cancellations", []):
            each[name] = text

    return change


@pytest.mark.parametrize(
    ("name", "what"),
    [
        *(("trigger", what) for what in ("a name", "400 kB")),
        *((name, what) for name in ("reason", "pgCancellationId") for what in ("a name", "400 kB")),
    ],
)
def test_the_reason_of_a_console_refund_is_filtered(stack: UnkindStack, what: str, name: str) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", first_cancellation(name, SAID[what]))

    stack.portone.console.cancel(prepared["paymentId"], 2_000)
    stack.deliver()
    let_pass(stack, MINUTE)

    assert "payment.cancelled" in stack.events()
    assert nothing_told(stack) == []
    assert stack.largest() < 20_000


@pytest.mark.parametrize("field", ["bank", "remitteeName", "accountNumber"])
def test_the_name_of_a_bank_account_is_bounded(stack: UnkindStack, field: str) -> None:
    stack.wire.edited("get_payment", having(**{f"method__{field}": LONG}))

    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    answer = verify(stack, prepared)

    assert answer.status == 200
    assert stack.largest() < 20_000


def test_our_own_reason_for_a_refund_is_stored_sealed(stack: UnkindStack) -> None:
    prepared = paid(stack)

    answer = refund(stack, prepared, amount=1_000, reason=f"{NAME} {PHONE} 환불")

    assert answer.status == 200
    assert nothing_told(stack) == []
