"""Reading PortOne's billing keys: unknown values are kept, an answer about another key is refused."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.adapters.portone.saved_methods import masked
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.billing_key import KeyReading, KeyStatus, SavedMethod
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.outcome import Outcome
from tests.support.billing_calls import BILLING_KEY, CARD_SAVED, CHANNEL, billing_client, key_answer
from tests.support.key_answers import LIVE, read, reading, saved, wire
from tests.support.payment_answers import STORE_ID
from tests.support.portone_calls import Wire, error_of, in_time


def test_an_issued_card_is_read_completely() -> None:
    assert read(key_answer()) == KeyReading(
        billing_key=BILLING_KEY,
        status=KeyStatus.ISSUED,
        store_id=STORE_ID,
        channels=(LIVE,),
        customer_id="user-1",
        billing_key_id="issue-1",
        custom_data='{"bundle":"example"}',
        method=SavedMethod(
            kind=PayMethod.CARD,
            card_name="예시 카드",
            issuer="EXAMPLE_CARD",
            brand="LOCAL",
            number="00000000****0000",
        ),
        issued_at=1_767_323_045_000_000,
    )


def test_a_deleted_key_reads_when_it_was_deleted() -> None:
    found = reading(status="DELETED", deletedAt="2026-01-02T03:04:06.000001Z")

    assert (found.status, found.deleted_at) == (KeyStatus.DELETED, 1_767_323_046_000_001)


def test_an_unknown_status_is_a_value() -> None:
    assert reading(status="SUSPENDED").status is KeyStatus.UNRECOGNISED


@pytest.mark.parametrize("key", ["billingKey", "status", "storeId"])
@pytest.mark.parametrize("odd", [None, "", 7, []])
def test_a_key_without_a_required_field_is_refused(key: str, odd: Any) -> None:
    error = error_of(lambda _: reading(**{key: odd}), wire(b""))

    assert error.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("key", sorted(set(key_answer()) - {"billingKey", "status", "storeId"}))
@pytest.mark.parametrize("odd", [None, 7, "odd", [], {}, [None]])
def test_any_other_field_may_be_missing_or_strange(key: str, odd: Any) -> None:
    assert reading(**{key: odd}).billing_key == BILLING_KEY


def test_an_answer_about_another_key_is_unknown() -> None:
    error = error_of(lambda _: reading(billingKey="billing-key-2"), wire(b""))

    assert error.outcome is Outcome.UNKNOWN


def test_a_key_unknown_at_portone_is_none() -> None:
    missing = Wire(httpx.Response(404, json={"type": "BILLING_KEY_NOT_FOUND"}))

    assert billing_client(missing).get_billing_key(BILLING_KEY, deadline=in_time()) is None


def test_a_404_of_an_intermediary_is_not_an_absent_key() -> None:
    missing = Wire(httpx.Response(404, content=b"<html>"))

    error = error_of(
        lambda wire: billing_client(wire).get_billing_key(BILLING_KEY, deadline=in_time()), missing
    )

    assert error.outcome is Outcome.UNKNOWN


def test_a_key_of_several_channels_has_them_all() -> None:
    test = {**CHANNEL, "type": "TEST", "key": "channel-key-2"}

    assert [channel.test for channel in reading(channels=[CHANNEL, test]).channels or ()] == [False, True]


@pytest.mark.parametrize("strange", [{**CHANNEL, "type": "SANDBOX"}, {"type": "LIVE"}, None, "x"])
def test_an_unreadable_channel_makes_all_channels_unknown(strange: Any) -> None:
    assert reading(channels=[CHANNEL, strange]).channels is None


def test_an_easy_pay_is_shown_with_the_card_inside() -> None:
    found = saved(type="BillingKeyPaymentMethodEasyPay", provider="KAKAOPAY", method=CARD_SAVED)

    assert (found.kind, found.provider, found.brand) == (PayMethod.EASY_PAY, "KAKAOPAY", "LOCAL")
    assert found.number == "00000000****0000"


def test_an_unknown_provider_is_a_value() -> None:
    assert saved(type="BillingKeyPaymentMethodEasyPay", provider="NEWPAY").provider == "NEWPAY"


def test_an_unknown_method_is_a_value() -> None:
    assert saved(type="BillingKeyPaymentMethodBarter").kind is PayMethod.UNRECOGNISED


@pytest.mark.parametrize(
    ("method", "kind", "number"),
    [
        ({"type": "BillingKeyPaymentMethodMobile", "phoneNumber": "01000001234"}, "MOBILE", "*******1234"),
        ({"type": "BillingKeyPaymentMethodPaypal"}, "PAYPAL", None),
        ({"type": "BillingKeyPaymentMethodTransfer", "accountNumber": "000-12"}, "TRANSFER", "*00-12"),
    ],
)
def test_other_methods_never_show_a_whole_number(
    method: dict[str, str], kind: str, number: str | None
) -> None:
    found = saved(**method)

    assert (found.kind, found.number) == (kind, number)


@given(st.text(alphabet="0123456789*-X ", max_size=24))
def test_no_number_shows_more_than_the_first_eight_and_the_last_four(number: str) -> None:
    shown = masked(number)

    digits = sum(letter.isdigit() for letter in shown)
    assert digits <= (12 if "*" in number else 4)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(key=st.sampled_from(sorted(key_answer())), value=JSON)
def test_no_mutation_of_a_key_raises_anything_but_a_portone_error(key: str, value: Any) -> None:
    try:
        found = read(key_answer(**{key: value}))
    except PortOneError as error:
        assert error.outcome is Outcome.UNKNOWN  # noqa: PT017 - a reading is as good an end
        return

    assert found is not None
    assert found.billing_key == BILLING_KEY
