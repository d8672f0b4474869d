"""Staff looks at a person: logged first, with a reason and a claim, never an identifier."""

import json
from dataclasses import replace

import pytest

from portone_local.actors.people import STRANGER, USER, code, erase, me, permit, reveal, verified
from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import ADULT, OTHER_ADULT
from portone_payments.domain.errors.identity import IdentityNotFound
from portone_payments.flows.identity.seal import Sealer
from portone_payments.flows.identity.staff import reveal as look
from portone_payments.ports.identity import Access


def test_staff_sees_clear_values_and_the_look_is_logged(stack: ObservedStack) -> None:
    verified(stack)

    answer = reveal(stack)

    [line] = stack.ports["access_log"].lines
    assert answer.json()["facts"]["name"] == ADULT.name
    assert (line.user_id, line.purpose, line.reason) == (USER, "signup", "asked for support")
    assert line.by.endswith("operator")


def test_an_unavailable_access_log_refuses_the_look(stack: ObservedStack) -> None:
    verified(stack)
    stack.ports["access_log"].available = False

    answer = reveal(stack)

    assert answer.status == 503
    assert ADULT.name not in answer.body.decode()


def test_the_look_is_logged_before_anything_is_opened(stack: ObservedStack) -> None:
    verified(stack)
    stack.ports["envelope"]._client._wrapped.clear()

    answer = reveal(stack)

    assert answer.status == 503
    assert len(stack.ports["access_log"].lines) == 1


@pytest.mark.parametrize("changes", [{"reason": ""}, {"reason": "why"}, {"purpose": "two words"}])
def test_a_look_needs_a_reason(stack: ObservedStack, changes: dict[str, str]) -> None:
    verified(stack)

    assert code(reveal(stack, **changes)) == "invalid_request"
    assert stack.ports["access_log"].lines == []


def test_a_user_without_data_shows_nothing(stack: ObservedStack) -> None:
    assert code(reveal(stack)) == "identity_not_found"
    assert code(permit(stack)) == "identity_not_found"


def test_staff_without_the_privacy_claim_sees_nothing() -> None:
    with ObservedStack.in_memory(seed=1, privacy_claim="role=privacy-officer") as stack:
        verified(stack)
        path = "/staff/identity/reveal"
        body = {"userId": USER, "purpose": "signup", "reason": "support call"}

        refused = stack.staff_app.post(path, body)
        officer = stack.app("staff-2", role=["payments-staff", "privacy-officer"]).post(path, body)

        assert (code(refused), officer.status) == ("forbidden", 200)


def test_no_identifier_is_ever_shown(stack: ObservedStack) -> None:
    verified(stack)

    said = reveal(stack).body.decode() + json.dumps(me(stack))

    assert ADULT.ci not in said
    assert ADULT.di("DANAL", "example-cpid") not in said


@pytest.mark.parametrize(("user", "purpose"), [(STRANGER, "signup"), (USER, "adult")])
def test_sealed_data_opens_for_no_other_user_and_no_other_purpose(user: str, purpose: str) -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        verified(stack)
        verified(stack, STRANGER, OTHER_ADULT)
        people = stack.ports["people"]
        mine = people.person(USER)
        nonces = mine.nonces | {purpose: mine.nonces["signup"]}
        people.save(replace(people.person(user), purposes={purpose: mine.purposes["signup"]}, nonces=nonces))

        answer = stack.app(user).get("/me/verification")

        assert answer.json()["purposes"] == []
        assert "*" not in answer.body.decode()


def test_a_dump_of_the_table_names_nobody(stack: ObservedStack) -> None:
    verified(stack)

    stored = json.dumps(stack.identity_dump(), ensure_ascii=False)

    private = (ADULT.name, ADULT.phone, ADULT.birth_date, ADULT.ci, ADULT.gender, "adult")
    assert [value for value in private if value in stored] == []


def test_data_erased_between_the_log_and_the_look_is_not_shown(stack: ObservedStack) -> None:
    verified(stack)
    log = stack.ports["access_log"]

    class Erasing:
        """An access log during whose writing the person is erased."""

        def write(self, access: Access) -> None:
            erase(stack)
            log.write(access)

    with pytest.raises(IdentityNotFound):
        look(
            Access(
                by="staff-1",
                user_id=USER,
                purpose="signup",
                reason="support",
                request_id="r",
                at=stack.clock.now(),
            ),
            "signup",
            store=stack.ports["people"],
            sealer=Sealer(stack.ports["envelope"]),
            log=Erasing(),
            clock=stack.clock,
        )


def test_a_purpose_that_does_not_open_hides_only_itself(stack: ObservedStack) -> None:
    verified(stack)
    verified(stack, purpose="adult")
    people = stack.ports["people"]
    person = people.person(USER)
    spoilt = replace(person.purposes["signup"], facts="bm8=")
    people.save(replace(person, purposes={**person.purposes, "signup": spoilt}))

    shown = me(stack)

    assert (shown["verified"], [each["purpose"] for each in shown["purposes"]]) == (True, ["adult"])
    assert "item skipped" in "\n".join(stack.logs)


def test_a_purpose_that_keeps_nothing_is_verified_too() -> None:
    purposes = json.dumps({"signup": {"needs": []}})
    with ObservedStack.in_memory(seed=1, identity_purposes=purposes) as stack:
        answer = verified(stack, without=frozenset({"verifiedCustomer.birthDate"}))

        assert answer.json()["verified"]["facts"] == {}
        assert me(stack)["verified"] is True
        assert reveal(stack).json() == {"facts": {}, "history": []}


def test_an_older_sealed_text_is_not_accepted_as_a_newer_one_and_none_outlives_its_time(
    stack: ObservedStack,
) -> None:
    verified(stack)
    people = stack.ports["people"]
    older = people.person(USER).purposes["signup"]
    verified(stack)
    person = people.person(USER)
    newer = person.purposes["signup"]

    for forged in (
        replace(newer, key=older.key, facts=older.facts),
        replace(newer, expires_at=newer.expires_at + 1),
        older,
    ):
        people.save(replace(people.person(USER), purposes={"signup": forged}))
        assert me(stack)["purposes"] == []

    people.save(replace(people.person(USER), purposes={"signup": newer}))
    assert reveal(stack).status == 200
