"""What windows need and get: each row of the table, and what no row covers."""

from dataclasses import replace

import pytest

from portone_local.template.cloudformation import ROOT
from portone_payments.domain.readings.methods import ORDERED, SAVED, PayMethod
from portone_payments.domain.records.payments import OrderProduct, Payment, ProductType, Status
from portone_payments.domain.windows.buyer import NOBODY, Buyer, without_buyer
from portone_payments.domain.windows.given import Contract, Given, Need, given_by
from portone_payments.domain.windows.table import PAYING, SAVING, SAVING_AND_PAYING, Row, Windows
from tests.support.records import a_payment, an_order

BUYER = Buyer(name="홍길동", email="gildong@buyer.example", phone="01012345678", birth_date="1990-07-25")
PRODUCT = OrderProduct(
    id="sku-1",
    name="모자",
    quantity=2,
    amount=6_000,
    category_type="PRODUCT",
    category_id="GENERAL",
    link="https://shop.example/sku-1",
)
WHOLE = Given(
    customer_id="EXAMPLECUSTOMER00001",
    buyer=BUYER,
    product_type=ProductType.PHYSICAL,
    products=(PRODUCT,),
    last_day_of_use="2026-12-31",
    country="US",
    account_until=1_767_400_000,
    gift="CULTURELAND",
    offer_period={"interval": "1m"},
)
LESS = {
    Need.PRODUCT_TYPE: replace(WHOLE, product_type=None),
    Need.NAME: replace(WHOLE, buyer=replace(BUYER, name=None)),
    Need.EMAIL: replace(WHOLE, buyer=replace(BUYER, email=None)),
    Need.PHONE: replace(WHOLE, buyer=replace(BUYER, phone=None)),
    Need.PRODUCTS: replace(WHOLE, products=()),
    Need.CATEGORY_TYPE: replace(WHOLE, products=(replace(PRODUCT, category_type=None),)),
    Need.CATEGORY_ID: replace(WHOLE, products=(PRODUCT, replace(PRODUCT, category_id=None))),
    Need.PRODUCT_AMOUNT: replace(WHOLE, products=(replace(PRODUCT, amount=None),)),
    Need.PRODUCT_LINK: replace(WHOLE, products=(PRODUCT, replace(PRODUCT, link=None))),
    Need.COUNTRY: replace(WHOLE, country=None),
    Need.GIFT: replace(WHOLE, gift=None),
    Need.OFFER_PERIOD: replace(WHOLE, offer_period=None),
}
CONTRACT = Contract(
    key="channel",
    product_type=ProductType.PHYSICAL,
    window={
        "storeDetails": {"businessName": "모자 가게"},
        "easyPay": {"easyPayProvider": "MERPAY"},
        "merpayCategoryId": "hats",
        "bypass": {"payletter_global": {"servicename": "모자 가게"}},
    },
)
PLAIN = Contract(key="channel")
NO_WALLET = {"merpayCategoryId": "hats"}
UNSAID = {
    Need.BUSINESS_NAME: replace(CONTRACT, window={}),
    Need.SERVICE_NAME: replace(CONTRACT, window={"bypass": {"payletter_global": {}}}),
    Need.WALLET: replace(CONTRACT, window=NO_WALLET | {"easyPay": {}}),
    Need.MERPAY_CATEGORY: replace(CONTRACT, window={"easyPay": {"easyPayProvider": "MERPAY"}}),
    Need.SOLD: replace(CONTRACT, product_type=None),
}
TABLES = (PAYING, SAVING, SAVING_AND_PAYING)
ROWS = [
    (rows, row, need, in_app)
    for rows in TABLES
    for row in rows
    for in_app in (False, True)
    for need in row.needed(in_app=in_app)
]


def windows(pg: str | None, rows: tuple[Row, ...] = PAYING, contract: Contract = PLAIN) -> Windows:
    return Windows(rows, {"*": replace(contract, pg=pg)})


@pytest.mark.parametrize(("rows", "row", "need", "in_app"), ROWS)
def test_a_required_value_that_is_not_given_is_missing(
    rows: tuple[Row, ...],
    row: Row,
    need: Need,
    in_app: bool,  # noqa: FBT001 - a row of the table
) -> None:
    method = (row.methods or (PayMethod.CARD,))[0]
    pg = row.pgs[0] if row.pgs else None
    lacking = windows(pg, rows, UNSAID.get(need, CONTRACT))
    given = LESS.get(need, WHOLE)

    assert need in lacking.missing(method, replace(given, in_app=in_app))
    assert windows(pg, rows, CONTRACT).missing(method, replace(WHOLE, in_app=in_app)) == ()


@pytest.mark.parametrize("pg", ["INICIS_V2", "WELCOME"])
def test_a_value_only_pcs_or_phones_need_is_required_where_either_may_open_the_window(pg: str) -> None:
    nobody, phone = Given(), Given(in_app=True)

    assert windows(pg).missing(PayMethod.CARD, nobody) == (Need.NAME, Need.EMAIL, Need.PHONE)
    assert windows(pg).missing(PayMethod.CARD, phone) == (Need.NAME,)
    # phones alone ask for it, and a page may be open on one
    assert Need.OFFER_PERIOD in windows(pg, SAVING).missing(PayMethod.CARD, nobody)
    assert Need.OFFER_PERIOD in windows(pg, SAVING).missing(PayMethod.CARD, phone)
    assert windows(pg, SAVING).parameters(PayMethod.CARD, WHOLE)["offerPeriod"] == {"interval": "1m"}


def test_a_contract_may_require_more_than_the_page_of_its_pg() -> None:
    risky = windows("NAVERPAY", contract=Contract(key="channel", asks=(Need.NAME, Need.BIRTH_DATE)))
    usual = windows("NAVERPAY")
    unborn = replace(WHOLE, buyer=replace(BUYER, birth_date=None))

    assert risky.missing(PayMethod.EASY_PAY, unborn) == (Need.BIRTH_DATE,)
    assert usual.missing(PayMethod.EASY_PAY, unborn) == ()
    assert risky.parameters(PayMethod.EASY_PAY, WHOLE)["customer"] == {
        "customerId": WHOLE.customer_id,
        "fullName": "홍길동",
        "birthYear": "1990",
        "birthMonth": "07",
        "birthDay": "25",
    }
    assert usual.parameters(PayMethod.EASY_PAY, WHOLE)["customer"] == {"customerId": WHOLE.customer_id}


def test_a_window_gets_what_the_operator_configured_beside_our_own_values() -> None:
    here = windows("PAYLETTER_GLOBAL", contract=CONTRACT)

    handed = here.parameters(PayMethod.ALIPAY, WHOLE)

    assert handed["bypass"] == {"payletter_global": {"servicename": "모자 가게", "pginfo": "ICBAlipay"}}
    assert handed["storeDetails"] == {"businessName": "모자 가게"}
    assert handed["customer"]["customerId"] == WHOLE.customer_id


def test_a_phone_bill_has_the_product_type_of_its_merchant_id() -> None:
    here = windows("KSNET", contract=CONTRACT)

    assert here.missing(PayMethod.MOBILE, WHOLE) == ()
    assert here.missing(PayMethod.MOBILE, replace(WHOLE, product_type=ProductType.DIGITAL)) == (
        Need.PRODUCT_TYPE,
    )


def test_a_gift_certificate_is_named_where_the_order_must_say_it() -> None:
    handed = {
        pg: windows(pg).parameters(PayMethod.GIFT_CERTIFICATE, replace(WHOLE, gift="BOOKNLIFE"))
        for pg in ("INICIS_V2", "KCP_V2", "NICE_V2")
    }

    assert handed["INICIS_V2"]["giftCertificate"] == {"giftCertificateType": "BOOKNLIFE"}
    assert "giftCertificate" not in handed["KCP_V2"]
    assert handed["NICE_V2"]["giftCertificate"] == {"giftCertificateType": "CULTURELAND"}


@pytest.mark.parametrize("method", sorted(ORDERED - {PayMethod.MOBILE}))
def test_a_channel_without_a_known_pg_requires_what_every_pg_requires(method: PayMethod) -> None:
    assert windows(None).missing(method, Given()) == ()
    assert windows(None).missing(PayMethod.MOBILE, Given()) == (Need.PRODUCT_TYPE,)


def test_a_pg_gets_only_what_it_requires_of_the_buyer() -> None:
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


def test_an_account_of_an_order_without_expiry_is_due_thirty_days_after_the_offer() -> None:
    endless = given_by(an_order(), NOBODY, offered_until=1_000_000)
    ending = given_by(an_order(expires_at=1_500_000), NOBODY, offered_until=1_000_000)

    assert endless.account_until == 1_000_000 + 30 * 86_400
    assert ending.account_until == 1_500_000


def test_the_due_date_of_an_account_is_written_in_korean_time() -> None:
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
def test_a_buyer_is_kept_while_a_window_may_open(payment: Payment, kept: bool) -> None:  # noqa: FBT001
    held = without_buyer(replace(payment, buyer_sealed="sealed"))

    assert (held.buyer_sealed is not None) is kept


def test_the_repr_of_a_buyer_shows_nothing() -> None:
    assert "홍길동" not in repr(BUYER)
    assert "gildong" not in repr(WHOLE)
    assert Buyer.parse(BUYER.text()) == BUYER


def test_every_pg_of_the_table_is_in_its_document() -> None:
    page = (ROOT / "docs/windows.md").read_text()

    assert [pg for rows in TABLES for row in rows for pg in row.pgs if pg not in page] == []


def test_every_method_that_can_be_saved_can_be_ordered() -> None:
    assert SAVED <= ORDERED
    assert not {PayMethod.CRYPTO, PayMethod.CONVENIENCE_STORE} & ORDERED
