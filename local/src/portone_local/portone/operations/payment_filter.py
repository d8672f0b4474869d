"""PaymentFilterInput: the filter of `GET /payments` (PortOne facts 13)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from portone_local.portone.desk import Body, Moment
from portone_local.portone.operations.matching import Span, all_fit, is_found, one_of
from portone_local.portone.records import Status

METHODS = {
    "PaymentMethodCard": "CARD",
    "PaymentMethodTransfer": "TRANSFER",
    "PaymentMethodVirtualAccount": "VIRTUAL_ACCOUNT",
    "PaymentMethodGiftCertificate": "GIFT_CERTIFICATE",
    "PaymentMethodMobile": "MOBILE",
    "PaymentMethodEasyPay": "EASY_PAY",
    "PaymentMethodConvenienceStore": "CONVENIENCE_STORE",
    "PaymentMethodCrypto": "CRYPTO",
}
CLIENTS = {"MOBILE": "SDK_MOBILE", "PC": "SDK_PC", "API": "API"}
_CARDS = ("method.card", "method.easyPayMethod.card")
TEXTS: dict[str, tuple[str, ...]] = {
    "PAYMENT_ID": ("id",),
    "TX_ID": ("transactionId",),
    "SCHEDULE_ID": ("scheduleId",),
    "FAIL_REASON": ("failure.reason",),
    "CARD_ISSUER": tuple(f"{card}.issuer" for card in _CARDS),
    "CARD_ACQUIRER": tuple(f"{card}.publisher" for card in _CARDS),
    "CARD_BIN": tuple(f"{card}.bin" for card in _CARDS),
    "CARD_NUMBER": tuple(f"{card}.number" for card in _CARDS),
    "CARD_APPROVAL_NUMBER": (
        "PaymentMethodCard:method.approvalNumber",
        "method.easyPayMethod.approvalNumber",
    ),
    "CARD_RECEIPT_NAME": tuple(f"{card}.name" for card in _CARDS),
    "CARD_INSTALLMENT": ("method.installment.month", "method.easyPayMethod.installment.month"),
    "TRANS_BANK": ("PaymentMethodTransfer:method.bank",),
    "VIRTUAL_ACCOUNT_HOLDER_NAME": ("method.remitteeName",),
    "VIRTUAL_ACCOUNT_BANK": ("PaymentMethodVirtualAccount:method.bank",),
    "VIRTUAL_ACCOUNT_NUMBER": ("method.accountNumber",),
    "PG_MERCHANT_ID": ("channel.pgMerchantId",),
    "PG_TX_ID": ("pgTxId",),
    "PG_RECEIPT_ID": ("cashReceipt.pgReceiptId",),
    "RECEIPT_APPROVAL_NUMBER": ("cashReceipt.issueNumber",),
    "PG_CANCELLATION_ID": ("cancellations.pgCancellationId",),
    "CANCEL_REASON": ("cancellations.reason",),
    "ORDER_NAME": ("orderName",),
    "CUSTOMER_NAME": ("customer.name",),
    "CUSTOMER_EMAIL": ("customer.email",),
    "CUSTOMER_PHONE_NUMBER": ("customer.phoneNumber",),
    "CUSTOMER_ADDRESS": ("customer.address.oneLine",),
    "CUSTOMER_ZIPCODE": ("customer.zipcode",),
    "USER_AGENT": ("origin.userAgent",),
    "BILLING_KEY": ("billingKey",),
    "PROMOTION_ID": ("promotionId",),
    "GIFT_CERTIFICATION_APPROVAL_NUMBER": ("PaymentMethodGiftCertificate:method.approvalNumber",),
}
TEXTS["ALL"] = tuple(path for paths in tuple(TEXTS.values()) for path in paths)
PLAIN = frozenset(
    (
        "merchant_id",
        "store_id",
        "timestamp_type",
        "since",
        "until",
        "status",
        "sort_by",
        "sort_order",
        "version",
    )
)
"""What a filter requires of fields that no answer leaves out."""

type _Spelled = Literal[
    "READY", "PENDING", "VIRTUAL_ACCOUNT_ISSUED", "PAID", "FAILED", "PARTIAL_CANCELLED", "CANCELLED"
]


class TextSearch(Body):
    """PaymentTextSearch."""

    field: Annotated[str, one_of(TEXTS)]
    value: str


class PaymentFilter(Body):
    """Everything the document lists. There are no escrow payments here, so none is ever found by one."""

    merchant_id: str | None = None
    store_id: str | None = None
    timestamp_type: Literal["CREATED_AT", "STATUS_CHANGED_AT"] = "STATUS_CHANGED_AT"
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    status: list[_Spelled] | None = None
    methods: list[Annotated[str, one_of(METHODS.values())]] | None = None
    pg_provider: list[str] | None = None
    is_test: bool | None = None
    is_scheduled: bool | None = None
    sort_by: Literal["REQUESTED_AT", "STATUS_CHANGED_AT"] | None = None
    sort_order: Literal["DESC", "ASC"] = "DESC"
    version: Literal["V1", "V2"] | None = None
    webhook_status: Literal["SUCCEEDED", "FAILED_NOT_OK_RESPONSE", "FAILED_UNEXPECTED_ERROR"] | None = None
    platform_type: Annotated[str, one_of(CLIENTS.values())] | None = None
    currency: str | None = None
    is_escrow: bool | None = None
    escrow_status: (
        Literal["REGISTERED", "DELIVERED", "CONFIRMED", "REJECTED", "CANCELLED", "REJECT_CONFIRMED"] | None
    ) = None
    card_brand: Literal["LOCAL", "MASTER", "UNIONPAY", "VISA", "JCB", "AMEX", "DINERS"] | None = None
    card_type: Literal["CREDIT", "DEBIT", "GIFT"] | None = None
    card_owner_type: Literal["PERSONAL", "CORPORATE"] | None = None
    gift_certificate_type: (
        Literal["BOOKNLIFE", "SMART_MUNSANG", "CULTURELAND", "HAPPYMONEY", "CULTUREGIFT"] | None
    ) = None
    cash_receipt_type: Literal["PERSONAL", "CORPORATE", "NO_RECEIPT"] | None = None
    cash_receipt_status: Literal["ISSUED", "CANCELLED"] | None = None
    cash_receipt_issued_at_range: Span | None = None
    cash_receipt_cancelled_at_range: Span | None = None
    text_search: list[TextSearch] | None = None

    def admits(self, seen: Mapping[str, Any], whole: Mapping[str, Any], webhook: str | None) -> bool:
        """Whether a payment is one of those requested, whatever its time.

        `seen` is what is answered of it, `whole` has every field, `webhook` how its last one went.
        """
        channel = whole.get("channel", {})
        status = "PENDING" if seen["status"] == Status.PAY_PENDING else seen["status"]
        pairs = (
            (self.merchant_id, whole["merchantId"]),
            (self.store_id, whole["storeId"]),
            (self.is_test, channel.get("type") == "TEST"),
            (self.is_scheduled, "scheduleId" in whole),
            (self.version, whole["version"]),
            (self.webhook_status, webhook),
            (self.platform_type, CLIENTS[whole["origin"]["platformType"]]),
            (self.currency, whole["currency"]),
            (self.is_escrow, False),
            (self.escrow_status, ""),
        )
        method = METHODS.get(str(whole.get("method", {}).get("type")), "")
        lists = (
            (self.status, status),
            (self.methods, method),
            (self.pg_provider, channel.get("pgProvider")),
        )
        texts = self.text_search or ()
        return (
            all_fit(pairs, lists)
            and self._fits_method(whole.get("method", {}))
            and self._fits_receipt(whole.get("cashReceipt", {}))
            and all(is_found(whole, TEXTS[each.field], each.value) for each in texts)
        )

    def _fits_method(self, method: Mapping[str, Any]) -> bool:
        card = method.get("card") or method.get("easyPayMethod", {}).get("card") or {}
        pairs = (
            (self.card_brand, card.get("brand")),
            (self.card_type, card.get("type")),
            (self.card_owner_type, card.get("ownerType")),
            (self.gift_certificate_type, method.get("giftCertificateType")),
        )
        return all_fit(pairs, ())

    def _fits_receipt(self, receipt: Mapping[str, Any]) -> bool:
        pairs = (
            (self.cash_receipt_type, receipt.get("type", "NO_RECEIPT")),
            (self.cash_receipt_status, receipt.get("status")),
        )
        spans = (
            (self.cash_receipt_issued_at_range, receipt.get("issuedAt")),
            (self.cash_receipt_cancelled_at_range, receipt.get("cancelledAt")),
        )
        return all_fit(pairs, ()) and all(span is None or span.holds(at) for span, at in spans)

    @property
    def timed_by(self) -> str:
        """The field of a payment that `from` and `until` are about."""
        return "requestedAt" if self.timestamp_type == "CREATED_AT" else "statusChangedAt"

    @property
    def sorted_by(self) -> str:
        """The field of a payment that orders the answer; without `sortBy` the one of the time range."""
        named = {"REQUESTED_AT": "requestedAt", "STATUS_CHANGED_AT": "statusChangedAt"}
        return named[self.sort_by] if self.sort_by else self.timed_by
