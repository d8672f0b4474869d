"""What the window of each PG needs: one table from order, channel and method to parameters of the SDK.

Sources: PortOne facts 12.1, 12.3 and 17, and PortOne's page of each PG (docs/windows.md says which line).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.readings.methods import ORDERED, PayMethod
from portone_payments.domain.windows import words
from portone_payments.domain.windows.given import Contract, Given, Need
from portone_payments.domain.windows.words import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What windows of these PGs with these methods need and are handed; empty: of every PG, every method.

    `on_pages` is needed too where the window opens on a page, which may be on a PC. `takes` is handed over
    where it is given, and not missed where it is not.
    """

    pgs: tuple[str, ...] = ()
    methods: tuple[PayMethod, ...] = ()
    needs: tuple[Need, ...] = ()
    on_pages: tuple[Need, ...] = ()
    takes: tuple[Need, ...] = ()
    hands: Callable[[Given], Parameters] = words.nothing

    def concerns(self, pg: str | None, method: str) -> bool:
        """Whether it is about a channel of this PG, None for one nobody named, and this method."""
        return (not self.pgs or pg in self.pgs) and (not self.methods or method in self.methods)

    def needed(self, *, in_app: bool) -> tuple[Need, ...]:
        """What has to be given for a window that opens in an app, or on a page."""
        return self.needs if in_app else (*self.needs, *self.on_pages)


# they share a window for PCs and another one for phones
_TWO_WINDOWS = ("INICIS_V2", "WELCOME")
_WHOLE_BUYER = (Need.NAME, Need.EMAIL, Need.PHONE)
PAYING: tuple[Row, ...] = (
    Row(methods=(PayMethod.MOBILE,), needs=(Need.PRODUCT_TYPE,), hands=words.product_type),
    Row(methods=(PayMethod.VIRTUAL_ACCOUNT,), hands=words.account),
    Row(
        pgs=("KSNET", "SMARTRO_V2", "GALAXIA"), methods=(PayMethod.VIRTUAL_ACCOUNT,), hands=words.account_iso
    ),
    # their pages say of the name both that it is always needed and that phones do without
    Row(pgs=_TWO_WINDOWS, needs=(Need.NAME,), on_pages=(Need.EMAIL, Need.PHONE)),
    # nobody knows of an order where it will be paid, and phones ask for it
    Row(pgs=_TWO_WINDOWS, methods=(PayMethod.GIFT_CERTIFICATE,), needs=(Need.GIFT,), hands=words.gift),
    Row(pgs=("SMARTRO_V2",), needs=(Need.PHONE,)),
    Row(pgs=("KSNET",), needs=(Need.NAME,)),
    Row(pgs=("EXIMBAY_V2",), needs=(Need.NAME, Need.EMAIL)),
    Row(
        pgs=("EXIMBAY_V2",),
        methods=tuple(sorted(ORDERED - {PayMethod.CARD})),
        needs=(Need.PRODUCTS, Need.PRODUCT_AMOUNT, Need.PRODUCT_LINK),
        hands=words.products,
    ),
    Row(pgs=("PAYLETTER_GLOBAL", "PAYMENTWALL"), needs=(Need.EMAIL,)),
    # what it is called towards foreign wallets, and which of them opens, is said with the channel
    Row(pgs=("HECTO_GLOBAL",), needs=(Need.BUSINESS_NAME,)),
    Row(pgs=("HECTO_GLOBAL",), methods=(PayMethod.EASY_PAY,), needs=(Need.WALLET, Need.MERPAY_CATEGORY)),
    Row(
        pgs=("PAYLETTER_GLOBAL",),
        methods=(PayMethod.ALIPAY, PayMethod.ALIPAY_PLUS, PayMethod.EASY_PAY),
        needs=(Need.SERVICE_NAME,),
    ),
    Row(pgs=("PAYLETTER_GLOBAL",), methods=(PayMethod.ALIPAY,), hands=words.payletter_alipay),
    Row(pgs=("KICC_V2",), methods=(PayMethod.ALIPAY_PLUS,), hands=words.kicc_alipay_plus),
    Row(pgs=("INICIS_JP",), needs=(Need.NAME,)),
    Row(pgs=("GALAXIA",), methods=(PayMethod.TRANSFER,), needs=(Need.PHONE,)),
    Row(
        pgs=("NAVERPAY",),
        methods=(PayMethod.EASY_PAY,),
        needs=(Need.PRODUCTS, Need.CATEGORY_TYPE, Need.CATEGORY_ID),
        hands=words.naver,
    ),
    Row(pgs=("KCP_V2",), methods=(PayMethod.MOBILE, PayMethod.GIFT_CERTIFICATE), hands=words.kcp_member),
    Row(pgs=("NICE_V2",), methods=(PayMethod.GIFT_CERTIFICATE,), hands=words.nice_member),
    Row(
        pgs=("TOSSPAYMENTS",),
        methods=(PayMethod.PAYPAL,),
        needs=(Need.EMAIL, Need.COUNTRY),
        hands=words.country,
    ),
    Row(pgs=("PAYPAL_V2",), methods=(PayMethod.PAYPAL,), hands=words.paypal_button),
)
SAVING: tuple[Row, ...] = (
    Row(pgs=_TWO_WINDOWS, needs=(*_WHOLE_BUYER, Need.OFFER_PERIOD), hands=words.offer_period),
    Row(pgs=("KPN",), needs=(Need.NAME,)),
    # its charges say what is sold, which has to be what its merchant id is for
    Row(pgs=("KSNET",), needs=(Need.SOLD,), takes=(Need.NAME,)),
    Row(pgs=("PAYPAL_V2",), methods=(PayMethod.PAYPAL,), hands=words.paypal_agreement),
)
# their windows save a card with its first payment alone, or nothing (docs/windows.md)
SAVE_NOTHING_ALONE = frozenset(
    {"EXIMBAY_V2", "PAYLETTER_GLOBAL", "HECTO_GLOBAL", "INICIS_JP", "PAYMENTWALL", "TRIPLE_A"}
)
# what a phone is saved and charged with at once
SAVING_AND_PAYING: tuple[Row, ...] = (
    Row(methods=(PayMethod.MOBILE,), needs=(Need.PRODUCT_TYPE,), hands=words.product_type),
    Row(pgs=_TWO_WINDOWS, needs=(*_WHOLE_BUYER, Need.OFFER_PERIOD), hands=words.offer_period),
    Row(pgs=("PAYLETTER_GLOBAL",), needs=(Need.EMAIL,)),
)
# what a charge of a saved method says of its customer; a window that saves one asks for it as well
CHARGING: tuple[Row, ...] = (Row(pgs=_TWO_WINDOWS, needs=_WHOLE_BUYER),)
_BUYER = {Need.NAME: "fullName", Need.EMAIL: "email", Need.PHONE: "phoneNumber"}


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one kind: its rows, and the channel of each method (`*`: of all others).

    PGs that are `closed` have no such window.
    """

    rows: tuple[Row, ...]
    channels: Mapping[str, Contract]
    closed: frozenset[str] = frozenset()

    def contract(self, method: str) -> Contract | None:
        """The channel a method goes through; None where it goes through none."""
        found = self.channels.get(method) or self.channels.get("*")
        return None if found is None or found.pg in self.closed else found

    def channel(self, method: str) -> str | None:
        """The key of the channel a method goes through; None where it goes through none."""
        contract = self.contract(method)
        return contract.key if contract else None

    def missing(self, method: str, given: Given) -> tuple[Need, ...]:
        """What the window of a method lacks, each named once."""
        at = replace(given, contract=self.contract(method))
        needed = dict.fromkeys(need for row in self._of(method) for need in row.needed(in_app=given.in_app))
        needed |= dict.fromkeys(at.contract.asks if at.contract else ())
        return tuple(need for need in needed if at.lacks(need))

    def parameters(self, method: str, given: Given) -> Parameters:
        """What the window of a method is handed: its customer, and what its PG asks for beyond all others.

        Of the buyer only what the PG asks for; all that is known where nobody said which PG it is.
        """
        handed: Parameters = {"customer": self._customer(method, given)}
        for row in self._of(method):
            handed |= row.hands(given)
        contract = self.contract(method)
        return words.merged(handed, contract.window) if contract else handed

    def _customer(self, method: str, given: Given) -> Parameters:
        contract = self.contract(method)
        wanted = {need for row in self._of(method) for need in (*row.needs, *row.on_pages, *row.takes)}
        wanted |= set(contract.asks if contract else ())
        whole = contract is None or contract.pg is None
        said = {Need.NAME: given.buyer.name, Need.EMAIL: given.buyer.email, Need.PHONE: given.buyer.phone}
        known = {_BUYER[need]: text for need, text in said.items() if text and (whole or need in wanted)}
        born = words.born(given) if Need.BIRTH_DATE in wanted else {}
        return {"customerId": given.customer_id, **known, **born}

    def _of(self, method: str) -> Iterator[Row]:
        contract = self.contract(method)
        pg = contract.pg if contract else None
        return (row for row in self.rows if row.concerns(pg, method))
