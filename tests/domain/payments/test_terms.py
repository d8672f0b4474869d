"""What a payment was prepared under stays with it, whatever an operator sets (rules 1.2 and 10.5)."""

from dataclasses import replace

from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.payments.terms import (
    channel_hashes,
    charged_under,
    known_channel,
    offered_under,
    same_store,
    store_of,
    terms_under,
)
from tests.support.records import a_payment
from tests.support.snapshots import CHANNEL, POLICY
from tests.support.wallets import a_key

LATER = CheckPolicy(store_id="store-2", live=True, channels=frozenset({"channel-2"}))
UNNAMED = replace(CHANNEL, key=None)
PREPARED = a_payment(terms=terms_under(POLICY))


def test_a_payment_offered_again_may_be_paid_through_either_channel_in_its_own_store() -> None:
    terms = offered_under(PREPARED, LATER).terms

    assert terms is not None
    assert terms.live
    assert same_store(terms, "store-1")
    assert not same_store(terms, "store-2")
    assert known_channel(terms, CHANNEL)
    assert known_channel(terms, replace(CHANNEL, key="channel-2"))
    assert not known_channel(terms, replace(CHANNEL, key="channel-3"))


def test_unchanged_settings_change_nothing() -> None:
    assert offered_under(PREPARED, POLICY) is PREPARED


def test_a_charge_accepts_only_the_channel_its_method_was_saved_on() -> None:
    channels, merchants = channel_hashes([CHANNEL])
    terms = charged_under(a_payment(), a_key(channels=channels, merchants=merchants), LATER).terms

    assert terms is not None
    assert known_channel(terms, CHANNEL)
    assert not known_channel(terms, replace(CHANNEL, key="channel-2"))


def test_an_order_charged_to_a_saved_method_may_still_be_paid_in_its_window() -> None:
    channels, merchants = channel_hashes([replace(CHANNEL, key="channel-saved")])
    terms = charged_under(PREPARED, a_key(channels=channels, merchants=merchants), LATER).terms

    assert terms is not None
    assert known_channel(terms, CHANNEL)
    assert known_channel(terms, replace(CHANNEL, key="channel-saved"))


def test_a_method_saved_on_a_channel_without_a_key_is_known_by_its_contract() -> None:
    channels, merchants = channel_hashes([UNNAMED])
    terms = charged_under(a_payment(), a_key(channels=channels, merchants=merchants), LATER).terms

    assert terms is not None
    assert known_channel(terms, CHANNEL)
    assert not known_channel(terms, replace(CHANNEL, pg_merchant_id="merchant-2"))


def test_a_method_without_a_known_channel_is_charged_under_todays() -> None:
    assert charged_under(a_payment(), a_key(), LATER).terms == terms_under(LATER)


def test_terms_store_no_channel_in_clear() -> None:
    assert "channel-1" not in repr(terms_under(POLICY))


def test_every_call_names_the_store_the_payment_was_prepared_in() -> None:
    assert store_of(PREPARED, LATER) == "store-1"
    assert store_of(offered_under(PREPARED, LATER), LATER) == "store-1"


def test_a_payment_without_a_store_is_charged_in_the_store_of_its_method() -> None:
    channels, _ = channel_hashes([CHANNEL])
    known, unknown = a_key(store_id="store-1", channels=channels), a_key(store_id="store-1")

    assert store_of(charged_under(a_payment(), known, LATER), LATER) == "store-1"
    assert store_of(charged_under(a_payment(), unknown, LATER), LATER) == "store-1"
    assert store_of(charged_under(PREPARED, a_key(store_id="store-2"), LATER), LATER) == "store-1"
