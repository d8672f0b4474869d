"""Refund ids of an owner, of staff and of the system are separate namespaces."""

from portone_payments.flows.shared.ownership import Requester, shown_id
from tests.support.refund_records import reserved, the_refund

OWNER = Requester(name="user-1", owner=True)
STAFF = Requester(name="ops-1", owner=False)


def test_equal_ids_of_an_owner_and_of_staff_are_two_refunds() -> None:
    assert OWNER.refund_id("refund-1") != STAFF.refund_id("refund-1")


def test_staff_shares_its_ids() -> None:
    assert STAFF.refund_id("refund-1") == Requester(name="ops-2", owner=False).refund_id("refund-1")


def test_a_requester_is_shown_the_id_it_chose() -> None:
    refund = the_refund(reserved())

    assert OWNER.refund_id(shown_id(refund)) == refund.id
