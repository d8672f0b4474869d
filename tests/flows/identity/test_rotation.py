"""Hash key and identity key rotated in the middle, with two containers that are never in the same phase."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from portone_local.actors.people import (
    done,
    erase,
    wait,
)
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import assert_identity_clean
from portone_local.portone.identity.people import FOREIGNER, LEAP_DAY, PEOPLE, Person
from portone_local.stack.identity import IDENTITY_HASH_KEYS
from portone_local.stack.ministack import MiniStack
from portone_local.template.cloudformation import environment
from portone_payments.adapters.aws.envelope import KmsEnvelope
from portone_payments.adapters.aws.hashes import SecretHashes
from portone_payments.adapters.aws.secrets import LAST_GOOD_SECONDS
from portone_payments.domain.errors.identity import IdentityDuplicate
from portone_payments.entry.wiring.identity import IdentityDeps
from portone_payments.ports.world import Deadline

pytestmark = pytest.mark.ministack

[OLD] = IDENTITY_HASH_KEYS.values()
NEW = {"key": "example-key-of-identity-hashes-number-2"}
PHASES: tuple[dict[str, Any], ...] = (
    {"1": OLD},
    {"1": OLD, "2": {**NEW, "phase": "known"}},
    {"1": OLD, "2": {**NEW, "phase": "writing"}},
    {"1": {**OLD, "phase": "retired"}, "2": {**NEW, "phase": "writing"}},
)


@dataclass
class Containers:
    """An older container, which goes on with what it read, and a newer one."""

    stack: ObservedStack
    ministack: MiniStack
    older: IdentityDeps
    newer: IdentityDeps

    def started(self, key: str) -> IdentityDeps:
        """A container that has read nothing yet, sealing under this identity key."""
        stack, clock = self.stack, self.stack.clock
        manager, kms = self.ministack.client("secretsmanager"), self.ministack.client("kms")
        ports = stack.ports | {
            "hashes": SecretHashes(manager, clock, stack.resources["IdentityHashSecret"]),
            "envelope": KmsEnvelope(kms, key),
        }
        deps = IdentityDeps(environment(stack.template, "verify_identity"), **ports)
        deps.hashes.versions()
        return deps

    def rotate(self, keys: dict[str, Any], key: str) -> None:
        """The operator writes the secret; one container has yet to notice."""
        wait(self.stack, LAST_GOOD_SECONDS)
        self.older = self.newer
        self.older.hashes.versions()
        self.ministack.client("secretsmanager").put_secret_value(
            SecretId=self.stack.resources["IdentityHashSecret"], SecretString=json.dumps({"keys": keys})
        )
        self.newer = self.started(key)

    def verify(self, container: IdentityDeps, user: str, person: Person) -> bool:
        """Whether the person got in; a duplicate does not."""
        verification_id = done(self.stack, user, person)
        deadline = Deadline.after(self.stack.clock, 20)
        try:
            container.verifier.verify(verification_id, user, deadline=deadline)
        except IdentityDuplicate:
            return False
        return True

    def sweep(self) -> int:
        """The newer container sweeps; how many persons followed the key."""
        deps = self.newer
        return deps.identity_sweeper.sweep(deadline=Deadline.after(deps.clock, 100)).rehashed

    def name(self, container: IdentityDeps, user: str) -> str | None:
        """A person's name, as a container reads it."""
        person = container.people.person(user)
        facts = container.sealer.facts(person, "signup", container.clock.now()) if person else None
        return facts.get("name") if facts else None


@pytest.fixture
def containers(ministack: MiniStack) -> Iterator[Containers]:
    with ObservedStack.on_ministack(ministack, seed=1) as stack:
        found = Containers(stack, ministack, None, None)  # type: ignore[arg-type]  # started below
        found.older = found.newer = found.started(stack.resources["IdentityKey"])
        yield found
        assert_identity_clean(stack, stack.answers)


def people_of(phase: int) -> tuple[Person, Person]:
    """Two persons new in this phase."""
    base = PEOPLE[0]
    return tuple(  # type: ignore[return-value]  # two of them
        replace(base, key=f"phase-{phase}-{side}", phone=f"010{phase}000000{side}") for side in (1, 2)
    )


def test_duplicates_are_found_in_every_phase_and_old_records_stay_readable(containers: Containers) -> None:
    keys = [containers.ministack.client("kms").create_key()["KeyMetadata"]["Arn"] for _ in range(len(PHASES))]
    assert containers.verify(containers.older, "before", FOREIGNER)

    for number, phase in enumerate(PHASES):
        if number:
            containers.rotate(phase, keys[number])
        by_older, by_newer = people_of(number)
        assert containers.verify(containers.older, f"older-{number}", by_older)
        assert not containers.verify(containers.newer, f"newer-thief-{number}", by_older)
        assert containers.verify(containers.newer, f"newer-{number}", by_newer)
        assert not containers.verify(containers.older, f"older-thief-{number}", by_newer)
        containers.sweep()
        for container in (containers.older, containers.newer):
            assert containers.name(container, "before") == FOREIGNER.name
            assert containers.name(container, f"older-{number}") == by_older.name
            assert containers.name(container, f"newer-{number}") == by_newer.name

    for number in range(len(PHASES)):
        for person in people_of(number):
            assert not containers.verify(containers.newer, f"late-thief-{person.key}", person)
    assert not containers.verify(containers.newer, "late-thief", FOREIGNER)


def test_after_a_rotation_an_erased_person_is_unreadable(containers: Containers) -> None:
    containers.verify(containers.older, "gone", LEAP_DAY)
    shredded = containers.older.people.person("gone")
    containers.rotate(PHASES[2], containers.stack.resources["IdentityKey"])
    containers.sweep()

    erase(containers.stack, "gone")

    assert shredded
    assert [containers.name(each, "gone") for each in (containers.older, containers.newer)] == [None, None]
    assert containers.verify(containers.newer, "somebody-new", LEAP_DAY)
