"""The official client against the fake PortOne: billing keys, charges and schedules, unchanged."""

from dataclasses import replace

import pytest
from portone_server_sdk import common, errors
from portone_server_sdk import payment as sdk
from portone_server_sdk.payment import billing_key as sdk_keys
from portone_server_sdk.payment import payment_schedule as sdk_schedules

from portone_local.portone import LIVE_CHANNEL, Checkout, FakePortOne
from tests.support.billing_asks import CARD, issued
from tests.support.official_billing import LATER, REFUSED, charge, schedule

ORDER = Checkout(amount=9_900, tax_free=900)


def test_the_official_client_charges_unchanged(portone: FakePortOne, official: sdk.PaymentClient) -> None:
    key = issued(portone)

    answer = charge(official, key, customer=common.CustomerInput(id="user-1"), custom_data="example")

    payment = official.get_payment(payment_id="p1")
    assert isinstance(payment, sdk.PaidPayment)
    assert (payment.billing_key, payment.pg_tx_id) == (key, answer.payment.pg_tx_id)


def test_the_official_client_reads_and_deletes_a_key_unchanged(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    key = issued(portone, issue_id="issue-1")
    before = official.billing_key.get_billing_key_info(billing_key=key)

    deleted = official.billing_key.delete_billing_key(billing_key=key, reason="끝", requester="CUSTOMER")

    after = official.billing_key.get_billing_key_info(billing_key=key)
    assert isinstance(before, sdk_keys.IssuedBillingKeyInfo)
    assert isinstance(after, sdk_keys.DeletedBillingKeyInfo)
    assert (before.issue_id, after.deleted_at) == ("issue-1", deleted.deleted_at)


def test_the_official_client_issues_and_lists_unchanged(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    keys = official.billing_key
    credential = common.CardCredential(number=CARD["number"], expiry_year="30", expiry_month="12")
    method = sdk_keys.InstantBillingKeyPaymentMethodInput(
        card=sdk_keys.InstantBillingKeyPaymentMethodInputCard(credential=credential)
    )
    typed_in = keys.issue_billing_key(method=method, channel_key=LIVE_CHANNEL.key)
    token = portone.buyer.issue_billing_key(manual=True).billing_issue_token or ""
    confirmed = keys.confirm_billing_key(billing_issue_token=token, is_test=False)
    paying = portone.buyer.issue_billing_key_and_pay("p1", ORDER, manual=True)
    paid = keys.confirm_billing_key_issue_and_pay(
        billing_issue_token=paying.billing_issue_token or "", payment_id="p1", total_amount=9_900
    )

    found = keys.get_billing_key_infos(filter=sdk_keys.BillingKeyFilterInput(status=["ISSUED"]))

    assert {item.billing_key for item in found.items if not isinstance(item, dict)} == {
        typed_in.billing_key_info.billing_key,
        confirmed.billing_key,
        paid.billing_key,
    }
    assert portone.books()["p1"].state == "PAID"


def test_the_official_client_handles_schedules_unchanged(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    key = issued(portone)
    first, second = schedule(official, key, "p1"), schedule(official, key, "p2")
    schedules = official.payment_schedule

    found = schedules.get_payment_schedules(
        filter=sdk_schedules.PaymentScheduleFilterInput(billing_key=key, until=LATER)
    )
    revoked = schedules.revoke_payment_schedules(billing_key=key, schedule_ids=[first])

    assert {item.id for item in found.items if not isinstance(item, dict)} == {first, second}
    assert revoked.revoked_schedule_ids == [first]
    read = [schedules.get_payment_schedule(payment_schedule_id=name) for name in (first, second)]
    assert [type(each).__name__ for each in read] == ["RevokedPaymentSchedule", "ScheduledPaymentSchedule"]


def test_the_official_client_understands_the_refusals_of_billing(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    for number, (error, refuse) in enumerate(REFUSED):
        key = issued(portone)

        with pytest.raises(error):
            refuse(portone, official, key, f"p{number}")


def test_the_official_client_cannot_tell_a_decline_from_an_outage(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    key = issued(portone)
    portone.pg.decline(key, code="51", message="잔액부족")

    with pytest.raises(errors.PgProviderError) as caught:
        charge(official, key)

    assert (caught.value.pg_code, caught.value.pg_message) == ("51", "잔액부족")


def test_a_window_with_the_checkouts_own_names_charges_the_same(portone: FakePortOne) -> None:
    portone.buyer.issue_billing_key_and_pay("p1", replace(ORDER, vat=0))

    assert portone.books()["p1"].total == 9_900
