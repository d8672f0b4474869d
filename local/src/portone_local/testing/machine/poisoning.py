"""Rules: any stored item is in trouble for a while; a bystander's payment or renewal goes on (I18)."""
# ruff: noqa: D102 - a rule is told by its name

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portone_local.testing.machine.not_yet import ready
from portone_local.testing.machine.stage import MINUTE, Stage
from portone_local.testing.poisoned_table import Poison
from portone_local.testing.shopping import pay, put_order
from portone_payments.adapters.codec import Item

BYSTANDER = "user-of-another-item"
# read by everybody: no neighbour of anything
SHARED = frozenset({"pace", "audit", "plan", "stop", "stops"})
PATIENCE = 16 * MINUTE


class Poisoning(Stage):
    """One item at a time; it is repaired before the rule ends."""

    @rule(poison=st.sampled_from(ready(tuple(Poison))), pick=st.integers(0, 50), due=st.booleans())
    def poison(self, poison: Poison, pick: int, due: bool) -> None:  # noqa: FBT001 - a drawn value
        items = self.victims(due=due)
        if not items:
            return
        self.set_right()
        victim = items[-1 - pick % len(items)]
        with self.poisons.poisoned(victim, poison):
            self.bystander_goes_on(f"while {victim['sk']['S']} was {poison.value}")

    def victims(self, *, due: bool) -> list[Item]:
        """Items to be spoilt: those the sweep will look at, or any; the newest first."""
        items = [item for item in self.stack.dump() if item["sk"]["S"] not in SHARED and "version" in item]
        waiting = [item for item in items if "due_shard" in item]
        return waiting if due and waiting else items

    def bystander_goes_on(self, when: str) -> None:
        """Somebody else pays, and every webhook is lost: the sweep finds it."""
        order_id = f"bystander-{next(self.ids)}"
        put_order(self.stack, order_id, userId=BYSTANDER)
        answered = self.stack.app(BYSTANDER).post("/payments", {"orderId": order_id, "platform": "web"})
        if answered.status != 200:  # noqa: PLR2004 - prepared
            raise AssertionError(f"I18: nobody else could prepare {when}: {answered.body!r}")
        prepared = answered.json()
        pay(self.stack, prepared)
        self.stack.portone.webhooks.lose()
        self.pass_time(PATIENCE, MINUTE)
        held = self.held(prepared["paymentId"])
        if held.status.value != "PAID":
            raise AssertionError(f"I18: another's payment was {held.status} after 16 minutes {when}")
