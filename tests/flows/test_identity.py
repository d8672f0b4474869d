"""Identity verification from start to verified: bound, used once, one person to one account."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import assert_identity_clean
from portone_local.portone import Fault, IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT, MINOR, MOVED, NAMESAKE, OTHER_ADULT
from portone_local.template import environment
from portone_local.testing.identifying import (
    QUARTER,
    STRANGER,
    USER,
    code,
    done,
    go_through,
    id_of,
    me,
    permit,
    start,
    sweep,
    verified,
    verify,
    wait,
)
from portone_payments.domain.identity_errors import VerificationPending
from portone_payments.domain.identity_reading import VerificationReading, VerificationStatus
from portone_payments.entry.identity_deps import IdentityDeps
from portone_payments.ports import Deadline

PROVIDERS = ("DANAL", "KCP_V2", "INICIS_UNIFIED")
NO_CI = Unknowns(identity=IdentityUnknowns(ci_is_given=False))


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1) as opened:
        yield opened
        assert_identity_clean(opened, opened.answers)


@pytest.fixture
def live() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1, mode="live") as opened:
        yield opened


def test_a_window_gets_everything_from_us_and_nothing_from_the_app(stack: ObservedStack) -> None:
    window = start(stack, purpose="adult", fullName="김하늘", phoneNumber="01090000001")

    assert window["bypass"] == {"danal": {"CPTITLE": "Example shop", "AGELIMIT": 19}}
    assert window["customer"] == {
        "customerId": USER,
        "fullName": "김하늘",
        "phoneNumber": "01090000001",
    }
    assert window["channelKey"] == "channel-key-example-danal"
    assert len(id_of(window)) == 26


def test_an_app_that_sends_a_bypass_is_refused(stack: ObservedStack) -> None:
    body = {"purpose": "signup", "bypass": {"danal": {"AGELIMIT": 1}}}

    assert code(stack.app(USER).post("/identity-verifications", body)) == "invalid_request"


@pytest.mark.parametrize("body", [{"purpose": "nothing"}, {"purpose": "signup", "provider": "NICE_V2"}])
def test_what_no_setting_offers_is_refused(stack: ObservedStack, body: dict[str, str]) -> None:
    assert code(stack.app(USER).post("/identity-verifications", body)) == "invalid_request"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_somebody_who_went_through_the_window_is_verified(stack: ObservedStack, provider: str) -> None:
    answer = verified(stack, provider=provider)

    assert answer.status == 200
    assert answer.json()["verified"]["facts"]["name"] == "김*늘"
    assert me(stack)["verified"] is True


@pytest.mark.parametrize(
    ("provider", "purpose", "without", "unknowns"),
    list(
        product(
            PROVIDERS,
            ("signup", "adult"),
            ((), ("ci",), ("di",), ("ci", "di"), ("birthDate",), ("gender", "phoneNumber", "operator")),
            (Unknowns(), NO_CI),
        )
    ),
)
def test_what_a_pg_leaves_out_is_a_matter_of_the_purpose(
    provider: str, purpose: str, without: tuple[str, ...], unknowns: Unknowns
) -> None:
    has_ci = "ci" not in without and (provider == "INICIS_UNIFIED" or unknowns is not NO_CI)
    has_di = "di" not in without and provider != "INICIS_UNIFIED"
    identified = has_ci or (purpose == "signup" and has_di)
    aged = purpose == "signup" or "birthDate" not in without
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        left_out = frozenset(f"verifiedCustomer.{name}" for name in without)

        answer = verified(stack, provider=provider, purpose=purpose, without=left_out)

        assert code(answer) == ("200" if identified and aged else "identity_incomplete")
        assert '""' not in answer.body.decode()
        assert me(stack)["verified"] == (answer.status == 200)


def test_nobody_is_verified_before_going_through(stack: ObservedStack) -> None:
    window = start(stack)

    assert code(verify(stack, id_of(window))) == "verification_pending"


def test_a_refusal_of_the_pg_is_told_by_its_cause(stack: ObservedStack) -> None:
    verification_id = done(stack, pg_code="9013")

    answer = verify(stack, verification_id)

    assert code(answer) == "verification_failed"
    assert answer.json()["error"]["details"] == {"reason": "wrong_code"}


def test_a_failed_window_may_be_opened_again(stack: ObservedStack) -> None:
    window = start(stack)
    go_through(stack, window, pg_code="9013")
    go_through(stack, window)

    assert verify(stack, id_of(window)).status == 200


def test_somebody_elses_verification_is_not_there(stack: ObservedStack) -> None:
    stolen = done(stack)

    assert code(verify(stack, stolen, STRANGER)) == "verification_not_found"
    assert me(stack, STRANGER)["verified"] is False
    assert verify(stack, stolen).status == 200


def test_an_id_verified_for_another_customer_is_refused(stack: ObservedStack) -> None:
    window = start(stack)
    go_through(stack, window | {"customer": {"customerId": STRANGER}})

    answer = verify(stack, id_of(window))

    assert answer.json()["error"]["details"] == {"reason": "customer"}


def test_an_id_verified_with_other_custom_data_is_refused(stack: ObservedStack) -> None:
    window = start(stack)
    go_through(stack, window | {"customData": '{"purpose":"adult"}'})

    answer = verify(stack, id_of(window))

    assert answer.json()["error"]["details"] == {"reason": "custom_data"}


def test_a_verification_counts_for_its_own_purpose_only(stack: ObservedStack) -> None:
    verified(stack, purpose="signup")

    assert [each["purpose"] for each in me(stack)["purposes"]] == ["signup"]


def test_a_verification_ends_after_a_quarter_of_an_hour(stack: ObservedStack) -> None:
    in_time, late = done(stack), done(stack)
    wait(stack, QUARTER - 1)
    first = verify(stack, in_time)
    wait(stack, 1)

    assert first.status == 200
    assert code(verify(stack, late)) == "verification_expired"


def test_the_sweep_ends_what_nobody_used_and_changes_nothing_else(stack: ObservedStack) -> None:
    used, left = done(stack), done(stack)
    verify(stack, used)
    wait(stack, QUARTER)

    swept = sweep(stack)

    assert swept == {"expired": 1, "persons": 0, "rehashed": 0}
    assert code(verify(stack, left)) == "verification_expired"
    assert verify(stack, used).status == 200


def test_a_repeated_verify_answers_the_same_and_does_nothing(stack: ObservedStack) -> None:
    verification_id = done(stack)
    first = verify(stack, verification_id)
    before = stack.identity_dump()

    again = verify(stack, verification_id)

    assert again.json() == first.json()
    assert stack.identity_dump() == before


def test_a_verification_that_a_later_one_replaced_answers_no_more(stack: ObservedStack) -> None:
    first, second = done(stack), done(stack)
    verify(stack, first)
    verify(stack, second)

    assert code(verify(stack, first)) == "verification_used"
    assert verify(stack, second).status == 200


class Saying:
    """PortOne that says one thing."""

    def __init__(self, reading: VerificationReading) -> None:
        self.reading = reading

    def get_identity_verification(self, *_: object, **__: object) -> VerificationReading:
        """That."""
        return self.reading


@pytest.mark.parametrize("status", [VerificationStatus.READY, VerificationStatus.UNRECOGNISED])
def test_whatever_a_reading_holds_only_verified_is_verified(
    stack: ObservedStack, status: VerificationStatus
) -> None:
    verification_id = done(stack)
    env = environment(stack.template, "identity_verify")
    real = IdentityDeps(env, **stack.ports)
    deadline = Deadline.after(real.clock, 20)
    reading = real.verifications.get_identity_verification(verification_id, deadline=deadline)
    assert reading
    other = IdentityDeps(env, **(stack.ports | {"verifications": Saying(replace(reading, status=status))}))

    with pytest.raises(VerificationPending):
        other.verifier.verify(verification_id, USER, deadline=deadline)

    assert me(stack)["verified"] is False


def test_in_live_mode_a_test_channel_verifies_nobody(live: ObservedStack) -> None:
    window = start(live)
    go_through(live, window | {"channelKey": "channel-key-example-danal-test"})

    answer = verify(live, id_of(window))

    assert answer.json()["error"]["details"] == {"reason": "test_channel"}


def test_in_live_mode_an_absent_channel_is_not_a_live_one(live: ObservedStack) -> None:
    answer = verified(live, without=frozenset({"channel"}))

    assert answer.json()["error"]["details"] == {"reason": "test_channel"}


def test_in_live_mode_a_live_channel_verifies(live: ObservedStack) -> None:
    assert verified(live).status == 200


def test_a_minor_is_refused_where_only_adults_may_go(stack: ObservedStack) -> None:
    young = verified(stack, person=MINOR, purpose="adult", provider="KCP_V2")
    grown = verified(stack, person=ADULT, purpose="adult", provider="KCP_V2")

    assert (code(young), grown.status) == ("under_age", 200)
    assert grown.json()["verified"]["facts"] == {"adult": "yes"}


def test_danal_itself_refuses_a_minor(stack: ObservedStack) -> None:
    answer = verified(stack, person=MINOR, purpose="adult", provider="DANAL")

    assert answer.json()["error"]["details"] == {"reason": "under_age"}


def test_who_is_too_young_for_nothing_is_verified_as_no_adult(stack: ObservedStack) -> None:
    assert verified(stack, person=MINOR).json()["verified"]["facts"]["adult"] == "no"


def test_a_second_account_of_one_person_is_refused_without_a_hint(stack: ObservedStack) -> None:
    verified(stack)

    answer = verified(stack, STRANGER, MOVED)

    assert code(answer) == "identity_duplicate"
    assert "details" not in answer.json()["error"]
    assert USER not in answer.body.decode()
    assert me(stack, STRANGER)["verified"] is False


@pytest.mark.parametrize(("first", "second"), list(product(PROVIDERS, PROVIDERS)))
def test_with_a_ci_one_person_is_noticed_across_providers(
    stack: ObservedStack, first: str, second: str
) -> None:
    verified(stack, provider=first)

    assert code(verified(stack, STRANGER, provider=second)) == "identity_duplicate"


def test_with_a_di_alone_one_person_is_noticed_at_one_provider_only() -> None:
    with ObservedStack.in_memory(seed=1, unknowns=NO_CI) as stack:
        verified(stack, provider="DANAL")

        same = verified(stack, STRANGER, provider="DANAL")
        other = verified(stack, STRANGER, provider="KCP_V2")

        assert (code(same), code(other)) == ("identity_duplicate", "200")


def test_a_namesake_is_somebody_else(stack: ObservedStack) -> None:
    verified(stack)

    assert verified(stack, STRANGER, NAMESAKE).status == 200


def test_a_person_who_moved_is_the_same(stack: ObservedStack) -> None:
    verified(stack)

    assert verified(stack, person=MOVED, purpose="adult").status == 200
    assert len(me(stack)["purposes"]) == 2


def test_another_person_may_not_verify_in_an_account(stack: ObservedStack) -> None:
    verified(stack)
    before = me(stack)

    answer = verified(stack, person=OTHER_ADULT)

    assert code(answer) == "different_person"
    assert me(stack) == before


def test_an_identifier_learnt_later_is_claimed_as_well() -> None:
    unknowns = Unknowns(identity=IdentityUnknowns(ci_is_given=False))
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        verified(stack, provider="DANAL")
        with_ci = Unknowns().identity
        stack.portone.identities.unknowns = with_ci
        verified(stack, provider="DANAL")

        assert code(verified(stack, STRANGER, provider="INICIS_UNIFIED")) == "identity_duplicate"


def test_staff_lets_another_person_in_once(stack: ObservedStack) -> None:
    verified(stack, purpose="adult")
    permit(stack)

    replaced = verified(stack, person=OTHER_ADULT)
    back = verified(stack, person=ADULT)
    elsewhere = verified(stack, STRANGER, ADULT)

    assert (replaced.status, code(back), elsewhere.status) == (200, "different_person", 200)
    assert [each["purpose"] for each in me(stack)["purposes"]] == ["signup"]


def test_leave_to_replace_ends_after_a_day(stack: ObservedStack) -> None:
    verified(stack)
    permit(stack)
    wait(stack, 24 * 3600)

    assert code(verified(stack, person=OTHER_ADULT)) == "different_person"


def test_where_persons_may_hold_several_accounts_nobody_is_refused() -> None:
    with ObservedStack.in_memory(seed=1, identity_unique="off") as stack:
        verified(stack)

        assert verified(stack, STRANGER).status == 200
        assert code(verified(stack, STRANGER, OTHER_ADULT)) == "different_person"


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE_COMMIT, Fault.HTML_500, Fault.UNAUTHORIZED])
def test_while_portone_does_not_answer_nothing_is_used_up(stack: ObservedStack, fault: Fault) -> None:
    verification_id = done(stack)
    stack.portone.inject(operation="get_identity_verification", fault=fault)

    refused = verify(stack, verification_id)

    assert refused.status == 503
    assert verify(stack, verification_id).status == 200


def test_a_user_starts_so_many_and_no_more(stack: ObservedStack) -> None:
    for _ in range(30):
        start(stack)

    answer = stack.app(USER).post("/identity-verifications", {"purpose": "signup"})
    wait(stack, 24 * 3600)

    assert code(answer) == "verification_limit"
    assert int(answer.headers["retry-after"]) > 0
    assert start(stack)


def test_facts_are_gone_when_their_time_is_over_and_the_person_is_free(stack: ObservedStack) -> None:
    verified(stack)
    wait(stack, 365 * 24 * 3600)
    unread = me(stack)

    swept = sweep(stack)

    assert unread["verified"] is False
    assert swept["persons"] == 1
    assert verified(stack, STRANGER).status == 200


def test_one_purpose_may_end_before_another(stack: ObservedStack) -> None:
    verified(stack)
    wait(stack, 200 * 24 * 3600)
    verified(stack, purpose="adult")
    wait(stack, 165 * 24 * 3600)

    sweep(stack)

    assert [each["purpose"] for each in me(stack)["purposes"]] == ["adult"]
    assert code(verified(stack, STRANGER)) == "identity_duplicate"


@pytest.mark.parametrize(
    "body",
    [
        {"provider": "DANAL", "carriers": ["KTF"]},
        {"provider": "DANAL", "minAge": 151},
        {"provider": "KCP_V2", "title": "Example"},
        {"provider": "NICE_V2"},
    ],
)
def test_staff_learns_what_a_pg_would_not_take(stack: ObservedStack, body: dict[str, Any]) -> None:
    path = "/identity-verifications/bypass-preview"

    assert code(stack.staff_app.post(path, body)) == "invalid_request"


def test_staff_previews_a_bypass(stack: ObservedStack) -> None:
    body = {"provider": "DANAL", "title": "Example", "minAge": 19, "carriers": ["SKT", "KT"]}

    answer = stack.staff_app.post("/identity-verifications/bypass-preview", body)

    assert answer.json() == {
        "bypass": {"danal": {"CPTITLE": "Example", "AGELIMIT": 19, "IsCarrier": "SKT;KTF"}}
    }
