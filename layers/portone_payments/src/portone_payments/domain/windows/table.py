"""The parameters of each PG's window: one table from order, channel and method to the SDK's parameters.

Sources: PortOne facts 12.1, 12.3 and 17, and PortOne's page of each PG (docs/windows.md names the line).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.readings.methods import ORDERED, PayMethod
from portone_payments.domain.windows import words
from portone_payments.domain.windows.given import Contract, Given, Need
from portone_payments.domain.windows.words import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What windows of these PGs with these methods need and get; empty: of every PG, every method.

    `on_pages` is needed too where the window opens on a page, which may be on a PC. `takes` is optional:
    passed where it is given.
    """

    pgs: tuple[str, ...] = ()
    methods: tuple[PayMethod, ...] = ()
    needs: tuple[Need, ...] = ()
    on_pages: tuple[Need, ...] = ()
    takes: tuple[Need, ...] = ()
    hands: Callable[[Given], Parameters] = words.nothing

    def concerns(self, pg: str | None, method: str) -> bool:
        """Whether it applies to a channel of this PG (None: no PG is configured) and this method."""
        return (not self.pgs or pg in self.pgs) and (not self.methods or method in self.methods)

    def needed(self, *, in_app: bool) -> tuple[Need, ...]:
        """The data a window needs that opens in an app, or on a page."""
        return self.needs if in_app else (*self.needs, *self.on_pages)


# each has one window for PCs and another for phones
_TWO_WINDOWS = ("INICIS_V2", "WELCOME")
_WHOLE_BUYER = (Need.NAME, Need.EMAIL, Need.PHONE)
PAYING: tuple[Row, ...] = (
    Row(methods=(PayMethod.MOBILE,), needs=(Need.PRODUCT_TYPE,), hands=words.product_type),
    Row(methods=(PayMethod.VIRTUAL_ACCOUNT,), hands=words.account),
    Row(
        pgs=("KSNET", "SMARTRO_V2", "GALAXIA"), methods=(PayMethod.VIRTUAL_ACCOUNT,), hands=words.account_iso
    ),
    # their pages contradict themselves: the name is always needed, and phones do not need it
    Row(pgs=_TWO_WINDOWS, needs=(Need.NAME,), on_pages=(Need.EMAIL, Need.PHONE)),
    # an order may be paid on a phone, whose window needs it
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
    # the channel configures its name towards foreign wallets, and which of them opens
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
    # its charges name a product type, which must be that of its merchant id
    Row(pgs=("KSNET",), needs=(Need.SOLD,), takes=(Need.NAME,)),
    Row(pgs=("PAYPAL_V2",), methods=(PayMethod.PAYPAL,), hands=words.paypal_agreement),
)
# their windows save a card with its first payment alone, or nothing (docs/windows.md)
SAVE_NOTHING_ALONE = frozenset(
    {"EXIMBAY_V2", "PAYLETTER_GLOBAL", "HECTO_GLOBAL", "INICIS_JP", "PAYMENTWALL", "TRIPLE_A"}
)
# for a window that saves a phone and charges it at once
SAVING_AND_PAYING: tuple[Row, ...] = (
    Row(methods=(PayMethod.MOBILE,), needs=(Need.PRODUCT_TYPE,), hands=words.product_type),
    Row(pgs=_TWO_WINDOWS, needs=(*_WHOLE_BUYER, Need.OFFER_PERIOD), hands=words.offer_period),
    Row(pgs=("PAYLETTER_GLOBAL",), needs=(Need.EMAIL,)),
)
# the customer's data in a charge of a saved method; a window that saves one requires it as well
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
        """The channel of a method; None where it has none."""
        found = self.channels.get(method) or self.channels.get("*")
        return None if found is None or found.pg in self.closed else found

    def channel(self, method: str) -> str | None:
        """The key of a method's channel; None where it has none."""
        contract = self.contract(method)
        return contract.key if contract else None

    def missing(self, method: str, given: Given) -> tuple[Need, ...]:
        """The data that the window of a method lacks, each named once."""
        at = replace(given, contract=self.contract(method))
        needed = dict.fromkeys(need for row in self._of(method) for need in row.needed(in_app=given.in_app))
        needed |= dict.fromkeys(at.contract.asks if at.contract else ())
        return tuple(need for need in needed if at.lacks(need))

    def parameters(self, method: str, given: Given) -> Parameters:
        """The parameters of a method's window: its customer, and what its PG requires in particular.

        Of the buyer only the data the PG requires; all that is known where no PG is configured.
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
