"""Saved payment methods exclude each other in one record (money rule 8)."""

from dataclasses import replace

import pytest

from portone_payments.domain.billing_errors import BillingKeyGone, BillingKeyNotFound, TooManyBillingKeys
from portone_payments.domain.billing_reading import KeyReading, KeyStatus
from portone_payments.domain.facts import Moment
from portone_payments.domain.key_checks import channel_to_charge, judge
from portone_payments.domain.policy import CheckPolicy
from portone_payments.domain.snapshot import Channel
from portone_payments.domain.wallet import (
    CLAIM_WITHIN,
    LOOKS,
    MOST_KEYS,
    activate,
    ask_deletion,
    chargeable,
    claim_key,
    deleted,
    lapse,
    make_default,
    next_due,
    refuse,
    release,
    sought,
    start_issue,
    waited,
)
from portone_payments.domain.wallet_records import KeyState, SavedKey, Wallet

NOW = 1_767_323_045
APP = Moment(now=NOW, by="app")
LIVE = Channel(test=False, pg_provider="KCP_V2", pg_merchant_id="m-1", key="channel-live")
OTHER = replace(LIVE, key="channel-other")
UNNAMED = replace(LIVE, key=None)
POLICY = CheckPolicy(store_id="store-1", live=True, channels=frozenset({"channel-live"}))


def reading(**changes: object) -> KeyReading:
    ours = KeyReading(
        billing_key="billing-key-example",
        status=KeyStatus.ISSUED,
        store_id="store-1",
        channels=(LIVE,),
        customer_id="user-1",
        issue_id="issue1",
    )
    return replace(ours, **changes)  # type: ignore[arg-type]


def a_key(issue_id: str = "issue1", **changes: object) -> SavedKey:
    key = SavedKey(issue_id=issue_id, created_at=NOW, pay_method="CARD", sealed="sealed", key_hash="hash")
    return replace(key, **changes)  # type: ignore[arg-type]


def with_active(*issue_ids: str) -> Wallet:
    wallet = Wallet(user_id="user-1")
    for number, issue_id in enumerate(issue_ids):
        wallet = activate(wallet, a_key(issue_id, created_at=NOW + number), APP)
    return replace(wallet, waking=False)


def test_the_first_key_becomes_the_default_and_wakes_what_waits() -> None:
    wallet = activate(Wallet(user_id="user-1"), a_key(), APP)

    assert (wallet.default, wallet.waking) == ("issue1", True)
    assert next_due(wallet, NOW) == NOW


def test_a_second_key_leaves_the_default_alone() -> None:
    assert with_active("issue1", "issue2").default == "issue1"


def test_a_default_its_owner_gives_wakes_what_waits() -> None:
    wallet = make_default(with_active("issue1", "issue2"), "issue2", APP)

    assert (wallet.default, wallet.waking) == ("issue2", True)


def test_giving_the_same_default_again_changes_nothing() -> None:
    wallet = with_active("issue1")

    assert make_default(wallet, "issue1", APP) is wallet


def test_a_key_that_became_default_by_anothers_deletion_wakes_nobody() -> None:
    wallet = ask_deletion(with_active("issue1", "issue2", "issue3"), "issue1", APP)

    assert (wallet.default, wallet.waking) == ("issue3", False)


def test_a_key_being_deleted_can_neither_be_charged_nor_chosen() -> None:
    wallet = ask_deletion(with_active("issue1", "issue2"), "issue1", APP)

    assert chargeable(wallet, "issue1") is None
    with pytest.raises(BillingKeyGone):
        make_default(wallet, "issue1", APP)


def test_a_window_that_is_deleted_is_looked_for_during_a_day_and_gone_after_it() -> None:
    opened = start_issue(Wallet(user_id="user-1"), "issue1", "CARD", APP)

    asked = ask_deletion(opened, "issue1", APP)
    soon = sought(asked, "issue1", replace(APP, now=APP.now + CLAIM_WITHIN - 1))
    late = sought(asked, "issue1", replace(APP, now=APP.now + CLAIM_WITHIN))

    states = [each.keys["issue1"].state for each in (asked, soon, late)]
    assert states == [KeyState.DELETING, KeyState.DELETING, KeyState.DELETED]


def test_what_a_deleted_key_was_is_unreadable() -> None:
    wallet = deleted(ask_deletion(with_active("issue1"), "issue1", APP), "issue1", APP)

    assert (wallet.keys["issue1"].sealed, wallet.default) == (None, None)


def test_deleting_twice_is_told_once() -> None:
    wallet = deleted(with_active("issue1"), "issue1", APP)

    assert deleted(wallet, "issue1", APP) is wallet
    assert ask_deletion(wallet, "issue1", APP) is wallet


def test_another_users_issue_and_none_at_all_are_the_same_error() -> None:
    with pytest.raises(BillingKeyNotFound):
        make_default(with_active("issue1"), "issue9", APP)


def test_a_user_has_so_many_keys_and_no_more() -> None:
    wallet = with_active(*(f"issue{number}" for number in range(MOST_KEYS)))

    with pytest.raises(TooManyBillingKeys):
        start_issue(wallet, "one-more", "CARD", APP)
    assert start_issue(deleted(wallet, "issue3", APP), "one-more", "CARD", APP).keys["one-more"]


def test_a_claim_stays_until_it_is_known_to_be_settled() -> None:
    wallet = claim_key(with_active("issue1"), "issue1", "payment1", frozenset())
    wallet = claim_key(wallet, "issue1", "payment2", frozenset())
    wallet = claim_key(wallet, "issue1", "payment3", frozenset({"payment1"}))

    assert wallet.keys["issue1"].claims == ("payment2", "payment3")


def test_a_payment_tried_again_is_one_claim() -> None:
    wallet = claim_key(with_active("issue1"), "issue1", "payment1", frozenset())

    assert claim_key(wallet, "issue1", "payment1", frozenset()).keys["issue1"].claims == ("payment1",)


def test_a_deletion_that_waits_for_a_charge_is_looked_at_less_and_less_often() -> None:
    wallet = ask_deletion(claim_key(with_active("issue1"), "issue1", "payment1", ()), "issue1", APP)

    looks = []
    for _ in range(7):
        looks.append((next_due(wallet, NOW) or NOW) - NOW)
        wallet = waited(wallet)

    assert looks == [30, 60, 120, 300, 600, 3_600, 3_600]


def test_once_the_charge_has_an_outcome_its_deletion_is_no_longer_put_off() -> None:
    wallet = ask_deletion(claim_key(with_active("issue1"), "issue1", "payment1", ()), "issue1", APP)

    released = waited(release(replace(wallet, rung=9), "issue1", {"payment1"}))

    assert next_due(released, NOW) == NOW + 30


def test_a_window_nobody_came_back_from_is_looked_for_three_times() -> None:
    wallet = start_issue(Wallet(user_id="user-1"), "issue1", "CARD", APP)
    looked = [
        next_due(replace(wallet, keys={"issue1": replace(wallet.keys["issue1"], looked=each)}), NOW)
        for each in range(3)
    ]

    assert looked == [NOW + each for each in LOOKS]
    assert next_due(lapse(wallet, wallet.keys["issue1"], APP), NOW) is None


def test_only_a_key_of_our_issue_is_kept_to_be_deleted() -> None:
    wallet = Wallet(user_id="user-1")

    unwanted = refuse(wallet, a_key(), KeyState.UNWANTED, "customer", APP).keys["issue1"]
    foreign = refuse(wallet, a_key(), KeyState.REFUSED, "issue", APP).keys["issue1"]

    assert (unwanted.sealed, foreign.sealed) == ("sealed", None)


@pytest.mark.parametrize(
    ("shown", "state", "code"),
    [
        (reading(), KeyState.ACTIVE, None),
        (reading(status=KeyStatus.DELETED), KeyState.DELETED, None),
        (reading(status=KeyStatus.UNRECOGNISED), KeyState.CHECKING, None),
        (reading(store_id="store-2"), KeyState.REFUSED, "store"),
        (reading(issue_id="issue2"), KeyState.REFUSED, "issue"),
        (reading(issue_id=None), KeyState.REFUSED, "issue"),
        (reading(customer_id="user-2"), KeyState.UNWANTED, "customer"),
        (reading(customer_id=None), KeyState.UNWANTED, "customer"),
        (reading(channels=()), KeyState.UNWANTED, "channel"),
        (reading(channels=(replace(LIVE, test=True),)), KeyState.UNWANTED, "channel"),
        (reading(channels=(OTHER,)), KeyState.UNWANTED, "channel"),
        (reading(channels=(OTHER, LIVE)), KeyState.ACTIVE, None),
        (reading(channels=(OTHER, replace(LIVE, key="channel-third"))), KeyState.UNWANTED, "channel"),
        (reading(channels=(OTHER, UNNAMED)), KeyState.UNWANTED, "channel"),
        (reading(channels=(UNNAMED, UNNAMED)), KeyState.ACTIVE, None),
    ],
)
def test_a_key_is_charged_only_when_portone_bears_it_out(
    shown: KeyReading, state: KeyState, code: str | None
) -> None:
    judged = judge(a_key(), shown, "user-1", POLICY)

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
def test_of_several_channels_one_that_is_allowed_is_named_in_a_charge(
    channels: tuple[Channel, ...], named: str | None
) -> None:
    assert channel_to_charge(reading(channels=channels), POLICY) == named
