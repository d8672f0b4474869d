"""Manual approval as shop, app and buyer go through it."""

from typing import Any

from portone_local.actors.shop import USER, checkout
from portone_local.gateway.messages import Response
from portone_local.portone import Fault
from portone_local.stack.stack import Stack
from portone_payments.domain.records.instructions import Approval
from portone_payments.domain.records.payments import Payment

HOOK: dict[str, Any] = {"stock_hook_arn": "arn:aws:lambda:ap-northeast-2:000000000000:function:example-stock"}
NO_ANSWER = [
    Fault.TIMEOUT_BEFORE_COMMIT,
    Fault.TIMEOUT_AFTER_COMMIT,
    Fault.RESET_BEFORE_COMMIT,
    Fault.RESET_AFTER_COMMIT,
    Fault.HTML_500,
    Fault.HTML_502,
    Fault.HTML_504,
    Fault.TRUNCATED_JSON,
]
"""What PortOne says after these is no answer of its own."""
UNANSWERED = [*NO_ANSWER, Fault.LATE_COMMIT, Fault.OUTSTANDING, Fault.UNAUTHORIZED]
"""After these faults nobody knows whether PortOne did it."""


def authenticate(stack: Stack, prepared: dict[str, Any], **changes: Any) -> str:
    """The buyer authenticates, and nothing is charged; the paymentToken."""
    return stack.portone.buyer.authenticate(prepared["paymentId"], checkout(prepared, **changes))


def confirm(stack: Stack, prepared: dict[str, Any], token: str, *, user: str = USER) -> Response:
    """The app hands the token over."""
    return stack.app(user).post(f"/payments/{prepared['paymentId']}/confirm", {"paymentToken": token})


def code_of(response: Response) -> str:
    """The code of an error answer."""
    return str(response.json()["error"]["code"])


def held(stack: Stack, prepared: dict[str, Any]) -> Payment:
    """The payment as we hold it. LookupError for none."""
    payment: Payment | None = stack.ports["store"].payment(prepared["paymentId"])
    if payment is None:
        raise LookupError(prepared["paymentId"])
    return payment


def approval(stack: Stack, prepared: dict[str, Any]) -> Approval:
    """The newest attempt."""
    return held(stack, prepared).approvals[-1]


def facts(stack: Stack, prepared: dict[str, Any]) -> list[str]:
    """What its history says, in order."""
    return [entry.fact for entry in held(stack, prepared).history]


def confirms(stack: Stack) -> int:
    """How often PortOne received a confirm."""
    return [call.operation for call in stack.portone.calls()].count("confirm_payment")


def events_released(stack: Stack, prepared: dict[str, Any]) -> list[Any]:
    """The codes with which attempts were released, in order."""
    return [
        entry.data["code"] for entry in held(stack, prepared).history if entry.fact == "approval_released"
    ]
