"""Lists come in order and in pages, and a cursor never leaves its own partition."""

import base64

import pytest

from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.payments import AttentionKind
from tests.support.records import NOW, a_payment, called


def test_own_payments_come_newest_first_in_pages(store: TableStore) -> None:
    for number in range(5):
        store.save(a_payment(f"p{number}", created_at=NOW + number / 10))
    store.save(a_payment("theirs", user_id="user-2"))

    first = store.mine("user-1", cursor=None, limit=2)
    second = store.mine("user-1", cursor=first.cursor, limit=2)
    third = store.mine("user-1", cursor=second.cursor, limit=2)

    pages = [[payment.payment_id for payment in page.items] for page in (first, second, third)]
    assert pages == [["p4", "p3"], ["p2", "p1"], ["p0"]]
    assert third.cursor is None


def test_a_full_last_page_has_no_cursor(store: TableStore) -> None:
    store.save(a_payment())

    assert store.mine("user-1", cursor=None, limit=1).cursor is None


def test_another_users_cursor_stays_inside_own_payments(store: TableStore) -> None:
    for number in range(3):
        store.save(a_payment(f"mine{number}", created_at=NOW + number))
        store.save(a_payment(f"theirs{number}", user_id="user-2", created_at=NOW + number))
    theirs = store.mine("user-2", cursor=None, limit=1).cursor

    page = store.mine("user-1", cursor=theirs, limit=10)

    assert {payment.user_id for payment in page.items} == {"user-1"}


@pytest.mark.parametrize(
    "cursor", ["x", "%%%", "e30", "MDE3I2E/", "한글", "A" * 10_000, "MTIz", "I2Fi", "LTEjYQ", "MSNhI2I"]
)
def test_a_foreign_cursor_is_refused(store: TableStore, cursor: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        store.mine("user-1", cursor=cursor, limit=10)

    assert raised.value.data["field"] == "cursor"


def test_a_forged_cursor_stays_inside_own_payments(store: TableStore) -> None:
    store.save(a_payment("theirs", user_id="user-2"))
    made_up = base64.urlsafe_b64encode(b"99999999999999999#z").decode()

    assert store.mine("user-1", cursor=made_up, limit=10).items == ()


def test_payments_needing_attention_come_oldest_first_in_pages(store: TableStore) -> None:
    for number, at in enumerate((NOW + 2.25, NOW, NOW + 1)):
        store.save(a_payment(f"p{number}", attentions=called(AttentionKind.SURPLUS, at=at)))
    store.save(a_payment("other", attentions=called(AttentionKind.UNKNOWN)))

    first = store.attention(AttentionKind.SURPLUS, cursor=None, limit=2)
    second = store.attention(AttentionKind.SURPLUS, cursor=first.cursor, limit=2)

    assert [payment.payment_id for payment in first.items] == ["p1", "p2"]
    assert [payment.payment_id for payment in second.items] == ["p0"]
    assert second.cursor is None


def test_more_payments_than_one_batch_holds_come_in_order(store: TableStore) -> None:
    for number in range(105):
        store.save(a_payment(f"p{number}", created_at=NOW + number))

    page = store.mine("user-1", cursor=None, limit=105)

    assert [payment.payment_id for payment in page.items] == [f"p{number}" for number in range(104, -1, -1)]
