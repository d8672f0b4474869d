"""What windows need and are handed: each row of the table, and what no row says."""

from dataclasses import replace

import pytest

from portone_local.template import ROOT
from portone_local.testing.records import a_payment, an_order
from portone_payments.domain.buyer import NOBODY, Buyer, without_buyer
from portone_payments.domain.methods import ORDERED, SAVED, PayMethod
from portone_payments.domain.records import OrderProduct, Payment, ProductType, Status
from portone_payments.domain.window import PAYING, SAVING, Row, Windows
from portone_payments.domain.window_given import Given, Need, given_by

BUYER = Buyer(name="홍길동", email="gildong@buyer.example", phone="01012345678")
PRODUCT = OrderProduct(id="sku-1", name="모자", quantity=2, category_type="PRODUCT", category_id="GENERAL")
WHOLE = Given(
    customer_id="EXAMPLECUSTOMER00001",
    buyer=BUYER,
    product_type=ProductType.PHYSICAL,
    products=(PRODUCT,),
    last_day_of_use="2026-12-31",
    country="US",
    account_until=1_767_400_000,
)
LESS = {
    Need.PRODUCT_TYPE: replace(WHOLE, product_type=None),
    Need.NAME: replace(WHOLE, buyer=replace(BUYER, name=None)),
    Need.EMAIL: replace(WHOLE, buyer=replace(BUYER, email=None)),
    Need.PHONE: replace(WHOLE, buyer=replace(BUYER, phone=None)),
    Need.PRODUCTS: replace(WHOLE, products=()),
    Need.CATEGORY_TYPE: replace(WHOLE, products=(replace(PRODUCT, category_type=None),)),
    Need.CATEGORY_ID: replace(WHOLE, products=(PRODUCT, replace(PRODUCT, category_id=None))),
    Need.COUNTRY: replace(WHOLE, country=None),
}
ROWS = [(rows, row, need) for rows in (PAYING, SAVING) for row in rows for need in row.needs]


def windows(pg: str | None, rows: tuple[Row, ...] = PAYING) -> Windows:
    return Windows(rows, {"*": "channel"}, {"channel": pg} if pg else {})


@pytest.mark.parametrize(("rows", "row", "need"), ROWS)
def test_what_a_row_needs_is_missing_where_it_is_not_given(
    rows: tuple[Row, ...], row: Row, need: Need
) -> None:
    method = (row.methods or (PayMethod.CARD,))[0]
    here = windows(row.pgs[0] if row.pgs else None, rows)

    assert here.missing(method, LESS[need]) == (need,)
    assert here.missing(method, WHOLE) == ()


@pytest.mark.parametrize("method", sorted(ORDERED - {PayMethod.MOBILE}))
def test_a_channel_whose_pg_nobody_named_asks_for_what_every_pg_asks_for(method: PayMethod) -> None:
    assert windows(None).missing(method, Given()) == ()
    assert windows(None).missing(PayMethod.MOBILE, Given()) == (Need.PRODUCT_TYPE,)


def test_a_pg_is_told_of_the_buyer_what_it_asks_for_and_no_more() -> None:
    told = {
        pg: sorted(windows(pg).parameters(PayMethod.CARD, WHOLE)["customer"])
        for pg in ("TOSSPAYMENTS", "SMARTRO_V2", "KSNET", "INICIS_V2")
    }

    assert told == {
        "TOSSPAYMENTS": ["customerId"],
        "SMARTRO_V2": ["customerId", "phoneNumber"],
        "KSNET": ["customerId", "fullName"],
        "INICIS_V2": ["customerId", "email", "fullName", "phoneNumber"],
    }


def test_an_account_without_an_orders_end_takes_money_for_thirty_days_after_the_offer() -> None:
    endless = given_by(an_order(), NOBODY, offered_until=1_000_000)
    ending = given_by(an_order(expires_at=1_500_000), NOBODY, offered_until=1_000_000)

    assert endless.account_until == 1_000_000 + 30 * 86_400
    assert ending.account_until == 1_500_000


def test_an_accounts_end_is_written_in_korean_time() -> None:
    [sdk, iso] = [
        windows(pg).parameters(PayMethod.VIRTUAL_ACCOUNT, WHOLE)["virtualAccount"]["accountExpiry"]["dueDate"]
        for pg in ("TOSSPAYMENTS", "KSNET")
    ]

    assert (sdk, iso) == ("2026-01-03 09:26:40", "2026-01-03T09:26:40+09:00")


@pytest.mark.parametrize(
    ("payment", "kept"),
    [
        (a_payment(due_at=1), True),
        (a_payment(due_at=1, status=Status.VIRTUAL_ACCOUNT_ISSUED), True),
        (a_payment(due_at=1, status=Status.FAILED), True),
        (a_payment(due_at=None), False),
        (a_payment(due_at=1, status=Status.PAID), False),
        (a_payment(due_at=1, status=Status.CANCELLED), False),
        (a_payment(due_at=1, status=Status.MISMATCH), False),
        (a_payment(due_at=1, withdrawn=True), False),
    ],
)
def test_a_buyer_is_kept_as_long_as_a_window_may_open(payment: Payment, kept: bool) -> None:  # noqa: FBT001
    held = without_buyer(replace(payment, buyer_sealed="sealed"))

    assert (held.buyer_sealed is not None) is kept


def test_a_buyer_shows_nothing_of_itself() -> None:
    assert "홍길동" not in repr(BUYER)
    assert "gildong" not in repr(WHOLE)
    assert Buyer.parse(BUYER.text()) == BUYER


def test_every_pg_of_the_table_stands_in_its_document() -> None:
    page = (ROOT / "docs/windows.md").read_text()

    assert [pg for rows in (PAYING, SAVING) for row in rows for pg in row.pgs if pg not in page] == []


def test_what_is_saved_can_be_ordered() -> None:
    assert SAVED <= ORDERED
    assert PayMethod.CRYPTO not in ORDERED
