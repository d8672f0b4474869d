"""Saved payment methods exclude each other in one record (rule 8.1)."""

from dataclasses import replace

import pytest

from portone_payments.domain.billing_keys.checks import channel_to_charge, judge
from portone_payments.domain.billing_keys.wallet import (
    MOST_KEYS,
    activate,
    ask_deletion,
    claim_key,
    deleted,
    make_default,
    next_due,
    start_issue,
)
from portone_payments.domain.errors.billing import BillingKeyNotFound, TooManyBillingKeys
from portone_payments.domain.readings.billing_key import KeyReading, KeyStatus
from portone_payments.domain.readings.payment import Channel
from portone_payments.domain.records.billing_keys import KeyState, Wallet
from tests.support.wallets import APP, LIVE, NOW, OTHER, POLICY, UNNAMED, a_key, reading, with_active


def test_the_first_key_becomes_the_default_and_resumes_waiting_charges() -> None:
    wallet = activate(Wallet(user_id="user-1"), a_key(), APP)

    assert (wallet.default, wallet.waking) == ("issue1", True)
    assert next_due(wallet, NOW) == NOW


def test_a_second_key_does_not_change_the_default() -> None:
    assert with_active("issue1", "issue2").default == "issue1"


def test_a_default_the_owner_chooses_resumes_waiting_charges() -> None:
    wallet = make_default(with_active("issue1", "issue2"), "issue2", APP)

    assert (wallet.default, wallet.waking) == ("issue2", True)


def test_choosing_the_same_default_again_changes_nothing() -> None:
    wallet = with_active("issue1")

    assert make_default(wallet, "issue1", APP) is wallet


def test_a_key_that_became_default_by_a_deletion_resumes_nothing() -> None:
    wallet = ask_deletion(with_active("issue1", "issue2", "issue3"), "issue1", APP)

    assert (wallet.default, wallet.waking) == ("issue3", False)


def test_another_users_issue_and_an_absent_one_are_the_same_error() -> None:
    with pytest.raises(BillingKeyNotFound):
        make_default(with_active("issue1"), "issue9", APP)


def test_the_number_of_keys_a_user_may_have_is_limited() -> None:
    wallet = with_active(*(f"issue{number}" for number in range(MOST_KEYS)))

    with pytest.raises(TooManyBillingKeys):
        start_issue(wallet, a_key("one-more"))
    assert start_issue(deleted(wallet, "issue3", APP), a_key("one-more")).keys["one-more"]


def test_a_claim_stays_until_it_is_known_to_be_settled() -> None:
    wallet = claim_key(with_active("issue1"), "issue1", "payment1", frozenset())
    wallet = claim_key(wallet, "issue1", "payment2", frozenset())
    wallet = claim_key(wallet, "issue1", "payment3", frozenset({"payment1"}))

    assert wallet.keys["issue1"].claims == ("payment2", "payment3")


def test_a_payment_charged_again_is_one_claim() -> None:
    wallet = claim_key(with_active("issue1"), "issue1", "payment1", frozenset())

    assert claim_key(wallet, "issue1", "payment1", frozenset()).keys["issue1"].claims == ("payment1",)


@pytest.mark.parametrize(
    ("shown", "state", "code"),
    [
        (reading(), KeyState.ACTIVE, None),
        (reading(status=KeyStatus.DELETED), KeyState.DELETED, None),
        (reading(status=KeyStatus.UNRECOGNISED), KeyState.CHECKING, None),
        (reading(store_id="store-2"), KeyState.REFUSED, "store"),
        (reading(billing_key_id="issue2"), KeyState.REFUSED, "issue"),
        (reading(billing_key_id=None), KeyState.ACTIVE, None),
        (reading(billing_key_id=None, customer_id=None), KeyState.CHECKING, None),
        (reading(billing_key_id=None, customer_id="user-2"), KeyState.REFUSED, "customer"),
        (reading(customer_id="user-2"), KeyState.UNWANTED, "customer"),
        (reading(customer_id=None), KeyState.ACTIVE, None),
        (reading(channels=None), KeyState.CHECKING, None),
        (reading(channels=()), KeyState.UNWANTED, "channel"),
        (reading(channels=(replace(LIVE, test=True),)), KeyState.UNWANTED, "channel"),
        (reading(channels=(OTHER,)), KeyState.UNWANTED, "channel"),
        (reading(channels=(OTHER, LIVE)), KeyState.ACTIVE, None),
        (reading(channels=(OTHER, replace(LIVE, key="channel-third"))), KeyState.UNWANTED, "channel"),
        (reading(channels=(OTHER, UNNAMED)), KeyState.UNWANTED, "channel"),
        (reading(channels=(UNNAMED, UNNAMED)), KeyState.ACTIVE, None),
    ],
)
def test_a_key_is_charged_only_when_a_reading_bears_it_out(
    shown: KeyReading, state: KeyState, code: str | None
) -> None:
    judged = judge(a_key(), shown, POLICY)

    assert (judged.state, judged.code) == (state, code)


@pytest.mark.parametrize(
    ("channels", "named"),
    [
        ((LIVE,), None),
        ((OTHER, LIVE), "channel-live"),
        ((replace(LIVE, test=True), LIVE), "channel-live"),
        ((UNNAMED, LIVE), "channel-live"),
        ((UNNAMED, UNNAMED), None),
    ],
    ids=["one needs no name", "not another", "not a test channel", "not one without a name", "none has one"],
)
def test_a_charge_of_a_key_with_several_channels_names_an_allowed_one(
    channels: tuple[Channel, ...], named: str | None
) -> None:
    assert channel_to_charge(reading(channels=channels), POLICY) == named
