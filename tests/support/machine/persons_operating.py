"""Rules: operators change purposes, channels and keys, and restore the table; items are in trouble."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portone_local.actors.people import erase, sweep
from portone_local.portone.identity.pg import DANAL_CHANNEL
from portone_local.stack.identity import IDENTITY_HASH_KEYS
from portone_local.stack.parameters import IDENTITY, PURPOSES
from portone_payments.adapters.dynamo.codec import Item
from tests.support.machine.persons_stage import DAY, USERS, PersonsStage, users
from tests.support.poison import newer, put_inside, spoil

OPERATIONS = ("policy", "purposes", "matrix", "channels", "rotate", "unknowns")
ASKED: tuple[dict[str, Any], ...] = (
    {},
    {"require": "ci"},
    {"minAge": 19},
    {"needs": ["birthDate"], "keeps": []},
    {"keptDays": 20},
    {"providers": ["KCP_V2"]},
    {"needs": [], "keeps": []},
)
MATRICES: tuple[dict[str, dict[str, str]], ...] = (
    {},
    {"DANAL": {"di": "selfDeclared"}},
    {"KCP_V2": {"name": "selfDeclared"}},
)
[FIRST] = IDENTITY_HASH_KEYS.values()


class PersonsOperating(PersonsStage):
    """What is done to the system while people use it."""

    def set_up(self, unknowns: str, policy: str) -> None:
        """As it was deployed."""
        super().set_up(unknowns, policy)
        self.writing, self.step = 1, 0
        self.merchants = 0
        self.snapshot: tuple[float, list[Item]] | None = None
        self.mends: list[Callable[[Item], Item]] = []

    @rule(act=st.sampled_from(OPERATIONS), pick=st.integers(0, 6))
    def operate(self, act: str, pick: int) -> None:
        getattr(self, f"_{act}")(pick)

    @rule()
    def take_a_snapshot(self) -> None:
        if not self.spoilt:
            self.snapshot = (self.stack.clock.now(), self.stack.identity_dump())
            self.pass_time(1, swept=False)

    @rule()
    def restore(self) -> None:
        """The table as it was, with every erasure since repeated before any request is served."""
        if self.snapshot is None or self.spoilt:
            return
        at, items = self.snapshot
        self.stack.ports["people"].table.restore(items)
        self.forget_since(at)
        for user in {user for act in self.stack.journal.acts if act.ended > at for user in act.of}:
            erase(self.stack, user)
        self.windows.clear()
        # what ended since the snapshot was taken is gone by the next sweep
        self.pass_time(1)

    @rule(user=users, how=st.sampled_from(["newer", "sealed"]))
    def spoil(self, user: str, how: str) -> None:
        """One account cannot be read, or its identifiers cannot be opened: no other is affected (I18)."""
        if self.spoilt:
            return
        prefix = f"person#{user.replace('%', '%25').replace('|', '%7C').replace('/', '%2F')}"
        self.spoilt = (
            spoil(self.stack, prefix, self._newer if how == "newer" else self._unsealed, port="people") > 0
        )

    @rule()
    def mend(self) -> None:
        table = self.stack.ports["people"].table
        for mended in self.mends:
            table.restore([mended(item) for item in table.dump()])
        self.mends.clear()
        self.spoilt = False

    def set_right(self) -> None:
        """The settings as they were deployed, nothing broken, a rotation gone through with."""
        self.mend()
        self.wire.undisturbed()
        while self.step:
            self._rotate(0)
        channels = json.dumps({each.pg_provider: each.key for each in IDENTITY} | self._danal())
        self.stack.operated(
            identity_purposes=json.dumps(PURPOSES), identity_providers="{}", identity_channels=channels
        )
        for _ in range(3):
            self.pass_time(DAY)

    def _policy(self, pick: int) -> None:
        self.stack.operated(identity_unique=("on", "off")[pick % 2])

    def _purposes(self, pick: int) -> None:
        asked = PURPOSES | {"signup": PURPOSES["signup"] | ASKED[pick % len(ASKED)]}
        self.stack.operated(identity_purposes=json.dumps(asked))

    def _matrix(self, pick: int) -> None:
        """Only where no purpose needs a field it would mark as typed: the settings would not start."""
        if pick % len(MATRICES):
            self.stack.operated(
                identity_purposes=json.dumps(PURPOSES | {"signup": {"require": "any", "needs": []}}),
                identity_providers=json.dumps(MATRICES[pick % len(MATRICES)]),
            )
        else:
            self.stack.operated(identity_providers="{}")

    def _channels(self, pick: int) -> None:
        """Danal by a contract of its own, with another merchant id; or Danal taken out of the settings."""
        named = {each.pg_provider: each.key for each in IDENTITY}
        if pick % 3 == 2:
            named.pop("DANAL")
        else:
            self.merchants += 1
            named |= self._danal()
        self.stack.operated(identity_channels=json.dumps(named))

    def _danal(self) -> dict[str, str]:
        if not self.merchants:
            return {}
        number = self.merchants
        channel = replace(
            DANAL_CHANNEL, key=f"channel-key-danal-{number}", pg_merchant_id=f"example-cpid-{number}"
        )
        self.stack.portone.identities.channels[str(channel.key)] = channel
        return {"DANAL": str(channel.key)}

    def _unknowns(self, pick: int) -> None:
        """The shop's contract gives a CI from now on, or no longer."""
        identities = self.stack.portone.identities
        identities.unknowns = replace(identities.unknowns, ci_is_given=pick % 2 == 0)

    def _rotate(self, _pick: int) -> None:
        """The next step of the runbook: known, writing, swept until nothing is left, retired and out."""
        new = self.writing + 1
        old = FIRST | {"key": self._key(self.writing)}
        phases = {
            0: {self.writing: old, new: {"phase": "known", "key": self._key(new)}},
            1: {self.writing: old, new: {"phase": "writing", "key": self._key(new)}},
            2: {new: {"phase": "writing", "key": self._key(new)}},
        }[self.step]
        if self.step == 2:
            self.mend()
            self.pass_time(DAY)
            sweep(self.stack)
        self.stack.ports["hashes"].rotate({str(number): key for number, key in phases.items()})
        self.writing += self.step == 2
        self.step = (self.step + 1) % 3
        sweep(self.stack)

    @staticmethod
    def _key(number: int) -> str:
        return FIRST["key"] if number == 1 else f"example-key-of-identity-hashes-number-{number}"

    def _newer(self, item: Item) -> Item:
        self.mends.append(_only(item, lambda found: found | {"schema": item["schema"]}))
        return newer(item)

    def _unsealed(self, item: Item) -> Item:
        if "facts" not in item.get("identifiers", {}).get("M", {}):
            return item
        held = item["identifiers"]
        spoilt = put_inside(item, "identifiers", "facts", {"S": "AAAA"})

        def mended(found: Item) -> Item:
            return (
                found | {"identifiers": held} if found.get("identifiers") == spoilt["identifiers"] else found
            )

        self.mends.append(_only(item, mended))
        return spoilt


def _only(item: Item, mended: Callable[[Item], Item]) -> Callable[[Item], Item]:
    return lambda found: mended(found) if found["pk"] == item["pk"] else found


__all__ = ["USERS", "PersonsOperating"]
