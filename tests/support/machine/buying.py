"""Rules: shop, app and buyer, until the money is taken."""

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import checkout, prepare, verify
from portone_local.portone import Fault, Refused
from tests.support.machine.stage import TAMPERED, TOTAL, Stage, picks

CONFIRMS = (
    Fault.TIMEOUT_BEFORE_COMMIT,
    Fault.TIMEOUT_AFTER_COMMIT,
    Fault.RESET_AFTER_COMMIT,
    Fault.LATE_COMMIT,
    Fault.HTML_502,
    Fault.OUTSTANDING,
)
methods = st.sampled_from(["CARD", "CARD", "VIRTUAL_ACCOUNT"])


class Buying(Stage):
    """Prepare, verify, pay in every way there is, approve by hand."""

    @rule(order=st.sampled_from(["order-1", "order-2"]))
    def prepare(self, order: str) -> None:
        with suppress(AssertionError):  # refused, or PortOne did not answer: the app has nothing to show
            self.know(prepare(self.stack, order))

    @rule(pick=picks)
    def verify(self, pick: int) -> None:
        verify(self.stack, self.payment(pick))

    @rule(pick=picks)
    def pay(self, pick: int) -> None:
        self.charge(pick)

    @rule(pick=picks, method=methods)
    def pay_tampered(self, pick: int, method: str) -> None:
        """The amount was edited in the browser."""
        self.charge(pick, amount=TAMPERED, tampered=True, method=method)

    @rule(pick=picks)
    def decline(self, pick: int) -> None:
        with suppress(Refused):
            self.stack.portone.buyer.decline(self.payment(pick)["paymentId"])

    @rule(pick=picks)
    def get_account(self, pick: int) -> None:
        self.charge(pick, method="VIRTUAL_ACCOUNT")

    @rule(pick=picks)
    def deposit(self, pick: int) -> None:
        payment_id = self.payment(pick)["paymentId"]
        with suppress(Refused):
            self.stack.portone.buyer.deposit(payment_id)
            self.models[payment_id].charged(self.stack.portone.books()[payment_id].total)

    @rule(pick=picks, method=methods, tampered=st.booleans())
    def authenticate(self, pick: int, method: str, tampered: bool) -> None:  # noqa: FBT001 - a drawn value
        """The buyer authenticates where the shop approves by hand; nothing is charged by that."""
        prepared = self.payment(pick)
        changes: dict[str, Any] = {"amount": TAMPERED, "tampered": True} if tampered else {}
        with suppress(Refused):
            token = authenticate(self.stack, prepared, method=method, **changes)
            self.models[prepared["paymentId"]].tokens.append(token)

    @precondition(lambda self: any(model.tokens for model in self.models.values()))
    @rule(pick=picks, again=st.booleans())
    def confirm(self, pick: int, again: bool) -> None:  # noqa: FBT001 - a drawn value
        """The app hands the newest token over, or one from before."""
        payment_id = self.authenticated(pick)
        token = self.models[payment_id].tokens[0 if again else -1]
        answered = confirm(self.stack, self.prepared[payment_id], token)
        self.catch_up_with_charges()
        if answered.status == 200 and answered.json()["status"] == "PAID":
            self.models[payment_id].told_paid = True

    @rule(fault=st.sampled_from(CONFIRMS))
    def lose_a_confirmation(self, fault: Fault) -> None:
        self.stack.portone.inject(operation="confirm_payment", fault=fault)

    @rule(out=st.booleans(), silent=st.booleans())
    def stock(self, out: bool, silent: bool) -> None:  # noqa: FBT001 - drawn values
        """The stock hook refuses from now on, or times out, or works."""
        self.hook.out, self.hook.silent = out, silent

    def authenticated(self, pick: int) -> str:
        """One of the payments whose buyer authenticated, the newest first."""
        known = [payment_id for payment_id, model in self.models.items() if model.tokens]
        return known[-1 - pick % len(known)]

    def charge(self, pick: int, **changes: Any) -> None:
        """The buyer goes through a checkout; an account that is issued takes no money yet."""
        prepared = self.payment(pick)
        with suppress(Refused):
            self.stack.portone.buyer.pay(prepared["paymentId"], checkout(prepared, **changes))
            if changes.get("method") != "VIRTUAL_ACCOUNT":
                self.models[prepared["paymentId"]].charged(changes.get("amount", TOTAL))
