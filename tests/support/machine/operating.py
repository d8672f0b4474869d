"""Rules: the shop's operators change settings, channels and secrets, and roll releases out and back."""

import json
from contextlib import suppress
from dataclasses import replace
from math import inf
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portone_local.actors.subscribers import CHARGE
from portone_local.portone import (
    EXAMPLE_STORE,
    EXAMPLE_SUB_STORE,
    EXAMPLE_WEBHOOK_SECRET,
    TEST_CHANNEL,
    Channel,
    Fault,
)
from portone_local.stack.parameters import METHODS, parameters_of
from portone_local.stack.wiring import portone_client
from portone_local.template.cloudformation import transformed
from tests.support.machine.not_yet import ready
from tests.support.machine.stage import HOUR, MINUTE, Stage
from tests.support.next_version import NextVersion, open_refunds_of

OPERATIONS = (
    "add_channel",
    "replace_channel",
    "remove_channel",
    "close_channel",
    "change_store",
    "change_refund_policy",
    "change_check_policy",
    "change_offer",
    "change_dunning",
    "rotate_signing_secret",
    "rotate_twice",
    "rotate_api_secret",
    "paste_wrong_secret",
    "forbid_charges",
    "stop_workers",
)
RELEASES = ("next_writes", "next_holds_a_refund", "next_goes_on")
REFUND_POLICIES: tuple[dict[str, str], ...] = (
    {"staff_refund_limit": "0"},
    {"staff_refund_limit": "1000"},
    {"owner_refund_max": "3000"},
    {"owner_refund_days": "1"},
    {"refund_base": "paid"},
    {"partial_refund_methods": "CARD"},
)
CHECK_POLICIES: tuple[dict[str, str], ...] = (
    {"tax_free_difference": "quarantine"},
    {"method_difference": "quarantine"},
    {"self_issue_receipts": "on"},
)
DUNNINGS = ('{"hardCodes": {"*": ["54"]}}', '{"hardCodes": {"*": ["51", "54"]}}', '{"retryDays": [1, 2]}')
HALTED = ("Sweep", "Work", "Charges")


class Operating(Stage):
    """Ordinary actions, and some careless ones. None of them moves money by itself (I20)."""

    @rule(
        act=st.sampled_from(ready(OPERATIONS)),
        pick=st.integers(0, 5),
        minutes=st.sampled_from([0, 0, 20, 90]),
    )
    def operate(self, act: str, pick: int, minutes: int) -> None:
        getattr(self, f"_{act}")(pick)
        self.pass_time(minutes * MINUTE, 5 * MINUTE)

    @rule()
    def all_is_well_again(self) -> None:
        """The right key is pasted, the workers run."""
        self.stack.ports["secrets"].paste_api_secret(self.api_secret)
        self.halted.clear()

    @rule(act=st.sampled_from(ready(RELEASES)), pick=st.integers(0, 30))
    def release(self, act: str, pick: int) -> None:
        """The next release runs beside this one, or was rolled back in the middle of what it did."""
        getattr(self, f"_{act}")(pick)

    def set_up_operators(self) -> None:
        """The settings as they stand, all channels there ever were, who is halted."""
        self.halted: set[str] = set()
        self.channels: list[Channel] = [TEST_CHANNEL]
        self.api_secret = self.stack.portone.api.secret
        self.releases = NextVersion(self.poisons.clean)
        inner = self.stack.functions.around

        def halting(function: str, run: Any) -> Any:
            if function in self.halted:
                raise RuntimeError(
                    "TooManyRequestsException: ReservedFunctionConcurrentInvocationLimitExceeded"
                )
            return inner(function, run)

        self.stack.functions.around = halting

    def set_right(self) -> None:
        """What is left of operators: other settings, but nothing that is broken, and nothing lost."""
        super().set_right()
        self.all_is_well_again()
        self.releases.let_go()
        lost = self.releases.lost()
        if lost:
            raise AssertionError("\n".join(lost))

    def deploy(self, **settings: str) -> None:
        """Other template parameters, named in snake case: new containers over the same tables."""
        stack, self.settings = self.stack, self.settings | settings
        self.alone = max(self.alone, float(self.settings["staff_refund_limit"]) or inf)
        stack.operated_by(", ".join(settings))
        parameters = parameters_of(stack.issuer, self.settings)
        stack.template = transformed(parameters)
        stack.ports["portone"] = portone_client(parameters, stack.ports["secrets"], self.transport)
        stack.functions.deploy(stack.template, resources=stack.resources, ports=stack.ports)

    def _next_writes(self, pick: int) -> None:
        items = [item for item in self.stack.dump() if "#" not in item["sk"]["S"] and "version" in item]
        if items:
            self.releases.write(items[-1 - pick % len(items)])

    def _next_holds_a_refund(self, pick: int) -> None:
        """In a state of its own; what is settled stays so."""
        found = [(item, name) for item in self.stack.dump() for name in open_refunds_of(item)]
        if found:
            item, name = found[-1 - pick % len(found)]
            self.releases.hold(item, "refunds", name)

    def _next_goes_on(self, _pick: int) -> None:
        self.releases.let_go()

    def _use(self, *channels: Channel) -> None:
        """The newest for cards and accounts; others for methods that are not used here."""
        newest, oldest = str(channels[-1].key), str(channels[0].key)
        chosen = dict.fromkeys(METHODS, newest) | {"GIFT_CERTIFICATE": oldest}
        self.deploy(channels=json.dumps(chosen), billing_channels=json.dumps({"*": newest}))

    def _new_channel(self) -> Channel:
        number = len(self.channels)
        channel = replace(TEST_CHANNEL, key=f"channel-key-example-{number}", id=f"channel-{number}")
        self.stack.portone.console.add_channel(channel)
        self.channels.append(channel)
        return channel

    def _add_channel(self, _pick: int) -> None:
        before = self.channels[-1]
        self._use(before, self._new_channel())

    def _replace_channel(self, _pick: int) -> None:
        self._use(self._new_channel())

    def _remove_channel(self, _pick: int) -> None:
        """Of the settings; at PortOne it stays."""
        self._use(self.channels[-1])

    def _close_channel(self, _pick: int) -> None:
        """Closed in the console too: every use of it is CHANNEL_NOT_FOUND, until it is opened again."""
        old = self.channels[-1]
        self._use(self._new_channel())
        with suppress(KeyError):
            self.stack.portone.console.remove_channel(str(old.key))
        self.pass_time(HOUR, 10 * MINUTE)
        self.stack.portone.console.add_channel(old)

    def _change_store(self, _pick: int) -> None:
        """To another store of the account; back again at once where the first is not shown to it."""
        other = (
            EXAMPLE_SUB_STORE
            if self.settings.get("store_id", EXAMPLE_STORE) == EXAMPLE_STORE
            else EXAMPLE_STORE
        )
        self.deploy(store_id=other)
        if not self.stack.portone.api.shows_other_stores:
            self.pass_time(HOUR, 10 * MINUTE)
            self.deploy(store_id=EXAMPLE_STORE)

    def _change_refund_policy(self, pick: int) -> None:
        self.deploy(**REFUND_POLICIES[pick % len(REFUND_POLICIES)])

    def _change_check_policy(self, pick: int) -> None:
        self.deploy(**CHECK_POLICIES[pick % len(CHECK_POLICIES)])

    def _change_offer(self, pick: int) -> None:
        self.deploy(ready_minutes=str((10, 60, 600)[pick % 3]))

    def _change_dunning(self, pick: int) -> None:
        self.deploy(dunning=DUNNINGS[pick % len(DUNNINGS)])

    def _rotate_signing_secret(self, pick: int) -> None:
        """PortOne signs with the new one from now on; the old one is kept beside it."""
        old = self.stack.portone.webhooks.secrets[-1]
        new = f"{EXAMPLE_WEBHOOK_SECRET[:-1]}{'ABCDEFGH'[(len(self.channels) + pick) % 8]}"
        self.stack.ports["secrets"].rotate(new, old)
        self.stack.portone.webhooks.secrets.append(new)

    def _rotate_twice(self, pick: int) -> None:
        """Twice in a minute: what was signed in between is of the second last."""
        for number in range(2):
            self._rotate_signing_secret(pick + number)
            self.stack.deliver()
            self.pass_time(20, 20)

    def _rotate_api_secret(self, _pick: int) -> None:
        """Both live at PortOne for a while."""
        self.api_secret = f"example-portone-api-secret-{len(self.stack.portone.calls())}"
        self.stack.portone.api.secret = self.api_secret
        self.stack.ports["secrets"].paste_api_secret(self.api_secret)

    def _paste_wrong_secret(self, _pick: int) -> None:
        self.stack.ports["secrets"].paste_api_secret("a-secret-of-something-else")

    def _forbid_charges(self, _pick: int) -> None:
        """The credential may read and not charge, until PortOne repairs it."""
        self.stack.portone.inject(operation=CHARGE, fault=Fault.UNAUTHORIZED, times=None)

    def _stop_workers(self, pick: int) -> None:
        """Reserved concurrency 0 for some."""
        self.halted = {HALTED[pick % 3], HALTED[(pick // 2) % 3]}
