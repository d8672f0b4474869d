"""A deleted method is charged no more, looked for long enough, and unreadable (rules 8.1 and 8.5)."""

from dataclasses import replace

import pytest

from portone_payments.domain.billing_keys.wallet import (
    CLAIM_WITHIN,
    LOOKS,
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
from portone_payments.domain.errors.billing import BillingKeyGone
from portone_payments.domain.records.billing_keys import KeyState, Wallet
from tests.support.wallets import APP, NOW, a_key, with_active


def test_a_key_being_deleted_can_neither_be_charged_nor_chosen() -> None:
    wallet = ask_deletion(with_active("issue1", "issue2"), "issue1", APP)

    assert chargeable(wallet, "issue1") is None
    with pytest.raises(BillingKeyGone):
        make_default(wallet, "issue1", APP)


def test_what_a_deleted_method_may_have_paid_has_yet_to_record_another_at_once() -> None:
    wallet = ask_deletion(with_active("issue1", "issue2"), "issue2", APP)

    assert (wallet.telling, next_due(wallet, NOW)) == (True, NOW)


def test_a_deleted_issue_window_is_watched_for_a_day_and_then_gone() -> None:
    opened = start_issue(Wallet(user_id="user-1"), a_key(sealed=None, key_hash=None))

    asked = ask_deletion(opened, "issue1", APP)
    soon = sought(asked, "issue1", replace(APP, now=APP.now + CLAIM_WITHIN - 1))
    late = sought(asked, "issue1", replace(APP, now=APP.now + CLAIM_WITHIN))

    states = [each.keys["issue1"].state for each in (asked, soon, late)]
    assert states == [KeyState.DELETING, KeyState.DELETING, KeyState.DELETED]


def test_a_deleted_key_is_unreadable() -> None:
    wallet = deleted(ask_deletion(with_active("issue1"), "issue1", APP), "issue1", APP)

    assert (wallet.keys["issue1"].sealed, wallet.default) == (None, None)


def test_a_repeated_deletion_is_recorded_once() -> None:
    wallet = deleted(with_active("issue1"), "issue1", APP)

    assert deleted(wallet, "issue1", APP) is wallet
    assert ask_deletion(wallet, "issue1", APP) is wallet


def test_a_deletion_that_waits_for_a_charge_is_checked_less_and_less_often() -> None:
    claimed = claim_key(with_active("issue1"), "issue1", "payment1", ())
    wallet = ask_deletion(claimed, "issue1", APP, pays=False)

    looks = []
    for _ in range(7):
        looks.append((next_due(wallet, NOW) or NOW) - NOW)
        wallet = waited(wallet)

    assert looks == [30, 60, 120, 300, 600, 3_600, 3_600]


def test_a_deletion_proceeds_once_the_charge_has_an_outcome() -> None:
    claimed = claim_key(with_active("issue1"), "issue1", "payment1", ())
    wallet = ask_deletion(claimed, "issue1", APP, pays=False)

    released = waited(release(replace(wallet, poll_step=9), "issue1", {"payment1"}))

    assert next_due(released, NOW) == NOW + 30


def test_an_abandoned_issue_window_is_checked_three_times() -> None:
    wallet = start_issue(Wallet(user_id="user-1"), a_key(sealed=None, key_hash=None))
    looked = [
        next_due(replace(wallet, keys={"issue1": replace(wallet.keys["issue1"], looked=each)}), NOW)
        for each in range(3)
    ]

    assert looked == [NOW + each for each in LOOKS]
    assert next_due(lapse(wallet, wallet.keys["issue1"], APP), NOW) is None


def test_only_a_key_we_issued_is_kept_for_deletion() -> None:
    wallet = Wallet(user_id="user-1")

    unwanted = refuse(wallet, a_key(), KeyState.UNWANTED, "customer", APP).keys["issue1"]
    foreign = refuse(wallet, a_key(), KeyState.REFUSED, "issue", APP).keys["issue1"]

    assert (unwanted.sealed, foreign.sealed) == ("sealed", None)
