"""Rules: a customer's payment methods, from the window to their deletion, wherever that happens."""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.actors.subscribers import (
    customer_of,
    key_chosen,
    key_deleted,
    key_started,
    registered,
    store_of_issue,
)
from portone_local.portone import Fault, Refused
from tests.support.machine.stage import Stage, picks

CARDS = ("card-1", "card-2")
KEY_CALLS = ("get_billing_key", "delete_billing_key", "confirm_billing_key", "list_billing_keys")
KEY_FAULTS = (
    Fault.TIMEOUT_BEFORE_COMMIT,
    Fault.TIMEOUT_AFTER_COMMIT,
    Fault.RESET_AFTER_COMMIT,
    Fault.HTML_502,
)
_saved = precondition(lambda self: bool(self.issues))


class Saving(Stage):
    """`issues` are the windows whose key was issued, `keys` each billing key's; `gone` are deleted ones."""

    issues: list[str]
    keys: dict[str, str]
    gone: set[str]

    @rule(card=st.sampled_from(CARDS), manual=st.booleans())
    def save(self, card: str, manual: bool) -> None:  # noqa: FBT001 - a drawn value
        billing_key_id, told = self.issue(card, manual=manual)
        if billing_key_id:
            registered(self.stack, billing_key_id, told)
            self.methods_given()

    @rule(card=st.sampled_from(CARDS), manual=st.booleans(), asks=st.booleans())
    def save_and_lose_the_answer(self, card: str, manual: bool, asks: bool) -> None:  # noqa: FBT001 - drawn
        """The app never reports the SDK's answer; at most it requests whether anything was saved."""
        billing_key_id, _ = self.issue(card, manual=manual)
        if billing_key_id and asks:
            registered(self.stack, billing_key_id, {})
            self.methods_given()

    @_saved
    @rule(pick=picks)
    def choose(self, pick: int) -> None:
        key_chosen(self.stack, self.saved(pick))
        self.methods_given()

    @_saved
    @rule(pick=picks)
    def delete(self, pick: int) -> None:
        billing_key_id = self.saved(pick)
        if key_deleted(self.stack, billing_key_id).status == 200:
            self.gone.add(billing_key_id)

    @_saved
    @rule(pick=picks)
    def delete_elsewhere(self, pick: int) -> None:
        """In PortOne's console."""
        billing_key_id = self.saved(pick)
        with suppress(Refused, KeyError):
            self.stack.portone.console.delete_billing_key(
                {v: k for k, v in self.keys.items()}[billing_key_id]
            )

    @rule(operation=st.sampled_from(KEY_CALLS), fault=st.sampled_from(KEY_FAULTS))
    def lose_an_answer_about_a_key(self, operation: str, fault: Fault) -> None:
        self.stack.portone.inject(operation=operation, fault=fault)

    def issue(self, card: str, *, manual: bool = False) -> tuple[str, dict[str, str]]:
        """The customer completes the window; its id and the SDK's answer to the app, or "" and nothing."""
        with suppress(KeyError):  # refused: too many saved already
            billing_key_id = key_started(self.stack)
            issued = self.stack.portone.buyer.issue_billing_key(
                issue_id=billing_key_id,
                customer_id=customer_of(self.stack),
                card=card,
                manual=manual,
                store_id=store_of_issue(self.stack, billing_key_id),
            )
            told = {"billingKey": issued.billing_key, "billingIssueToken": issued.billing_issue_token}
            self.issues.append(billing_key_id)
            self.keys[issued.billing_key] = billing_key_id
            return billing_key_id, {name: value for name, value in told.items() if value}
        return "", {}

    def saved(self, pick: int) -> str:
        """One of the methods, the newest first."""
        return self.issues[-1 - pick % len(self.issues)]

    def methods_given(self) -> None:
        """The customer gave a method: what failed may be charged at once."""
        raise NotImplementedError
