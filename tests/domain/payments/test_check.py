"""Whether a reading is the payment that was ordered (rule 6)."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.payments.check import Findings, compare
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.payments.terms import terms_under
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import Method, RemoteStatus
from tests.support.records import CUSTOMER, a_payment
from tests.support.snapshots import CHANNEL, POLICY, a_snapshot

CARD_INSIDE = Method(kind=PayMethod.EASY_PAY, card_inside=True)
LIVE = replace(POLICY, live=True)
MERCHANTS = replace(POLICY, merchants=frozenset({("TOSSPAYMENTS", "merchant-1")}))
KEYLESS = replace(CHANNEL, key=None)
CARDS_ONLY = {"web": ("CARD",)}


def test_a_reading_that_equals_the_order_shows_no_difference() -> None:
    assert compare(a_payment(), a_snapshot(), POLICY) == Findings()


@pytest.mark.parametrize(
    ("name", "differing"),
    [("total", {"total": 999}), ("currency", {"currency": "USD"}), ("store", {"store_id": "store-2"})],
)
def test_total_currency_and_store_prove_a_difference(name: str, differing: dict[str, Any]) -> None:
    assert compare(a_payment(), a_snapshot(**differing), POLICY).proven == (name,)


@pytest.mark.parametrize(
    "status",
    [
        RemoteStatus.PAID,
        RemoteStatus.PARTIAL_CANCELLED,
        RemoteStatus.CANCELLED,
        RemoteStatus.VIRTUAL_ACCOUNT_ISSUED,
    ],
)
def test_every_state_that_holds_held_or_will_hold_money_is_checked(status: RemoteStatus) -> None:
    assert compare(a_payment(), a_snapshot(status, total=1), POLICY).proven == ("total",)


@pytest.mark.parametrize("status", [RemoteStatus.READY, RemoteStatus.FAILED])
def test_nothing_is_compared_where_no_money_is_held(status: RemoteStatus) -> None:
    assert compare(a_payment(), a_snapshot(status, total=1), POLICY) == Findings()


def test_a_test_channel_proves_a_difference_in_live_mode_only() -> None:
    assert compare(a_payment(), a_snapshot(), LIVE).proven == ("test_channel",)
    assert compare(a_payment(), a_snapshot(), POLICY).proven == ()
    assert compare(a_payment(), a_snapshot(channel=replace(CHANNEL, test=False)), LIVE).proven == ()


def test_of_refunded_money_only_a_proven_difference_matters() -> None:
    assert compare(a_payment(), a_snapshot(RemoteStatus.CANCELLED, channel=None), POLICY) == Findings()


def test_a_payment_is_compared_with_what_it_was_prepared_under_and_not_with_today() -> None:
    today = CheckPolicy(store_id="store-2", channels=frozenset({"channel-2"}))
    prepared = a_payment(terms=terms_under(POLICY))

    assert compare(prepared, a_snapshot(), today) == Findings()
    assert compare(prepared, a_snapshot(store_id="store-2"), today).proven == ("store",)
    assert compare(prepared, a_snapshot(channel=replace(CHANNEL, key="channel-2")), today).doubts == (
        "channel",
    )


def test_the_mode_at_preparation_applies() -> None:
    in_test, in_live = (a_payment(terms=terms_under(policy)) for policy in (POLICY, LIVE))

    assert compare(in_test, a_snapshot(), LIVE) == Findings()
    assert compare(in_live, a_snapshot(), POLICY).proven == ("test_channel",)


def test_a_discount_is_no_difference_because_the_total_is_compared() -> None:
    assert compare(a_payment(), a_snapshot(paid=900, discount=100), POLICY) == Findings()


@pytest.mark.parametrize(
    ("policy", "channel", "doubtful"),
    [
        (POLICY, None, True),
        (POLICY, replace(CHANNEL, key="channel-2"), True),
        (POLICY, KEYLESS, False),
        (MERCHANTS, KEYLESS, False),
        (MERCHANTS, replace(KEYLESS, pg_merchant_id="merchant-2"), True),
        (MERCHANTS, replace(KEYLESS, pg_provider="NICE"), True),
    ],
    ids=["absent", "another_key", "no_key_nothing_known", "our_merchant", "other_merchant", "other_pg"],
)
def test_a_channel_is_ours_by_key_or_else_by_pg_and_merchant(
    policy: Any,
    channel: Any,
    doubtful: bool,  # noqa: FBT001 - a column of the table
) -> None:
    found = compare(a_payment(), a_snapshot(channel=channel), policy)

    assert found.doubts == (("channel",) if doubtful else ())


def test_an_unknown_method_is_a_doubt() -> None:
    found = compare(a_payment(), a_snapshot(method=Method(kind=PayMethod.UNRECOGNISED)), POLICY)

    assert found.doubts == ("method_unrecognised",)


def test_a_field_portone_leaves_out_is_not_a_difference() -> None:
    assert compare(a_payment(offers=CARDS_ONLY), a_snapshot(method=None), POLICY) == Findings()


@pytest.mark.parametrize(
    ("setting", "name", "differing"),
    [
        ("quarantine_tax_free", "tax_free", {"tax_free": 1}),
        ("quarantine_method", "method", {"method": Method(kind=PayMethod.MOBILE)}),
    ],
)
def test_tax_free_amount_and_method_are_a_note_or_a_doubt_by_setting(
    setting: str, name: str, differing: dict[str, Any]
) -> None:
    payment, snapshot = a_payment(offers=CARDS_ONLY), a_snapshot(**differing)
    strict: dict[str, Any] = {setting: True}

    noted = compare(payment, snapshot, POLICY)
    quarantined = compare(payment, snapshot, replace(POLICY, **strict))

    assert (noted.notes, noted.doubts) == ((name,), ())
    assert (quarantined.notes, quarantined.doubts) == ((), (name,))


def test_an_easy_pay_that_charged_a_card_passes_where_cards_are_offered() -> None:
    strict = replace(POLICY, quarantine_method=True)

    with_card = compare(a_payment(offers=CARDS_ONLY), a_snapshot(method=CARD_INSIDE), strict)
    without = compare(
        a_payment(offers=CARDS_ONLY), a_snapshot(method=replace(CARD_INSIDE, card_inside=False)), strict
    )

    assert (with_card.doubts, without.doubts) == ((), ("method",))


@pytest.mark.parametrize(
    ("customer_id", "notes"), [("user-1", ("customer",)), (CUSTOMER, ()), (None, ()), ("", ())]
)
def test_a_present_different_customer_is_a_note_only(customer_id: str | None, notes: tuple[str, ...]) -> None:
    assert compare(a_payment(), a_snapshot(customer_id=customer_id), POLICY) == Findings(notes=notes)
