"""The optional fields of payments and what stands in them (PortOne facts 3 and 5.3)."""

from collections.abc import Mapping

from portone_local.adversary.field import Fields, all_ignored, derived, ignored, kept

_STATES = (
    "READY",
    "PAY_PENDING",
    "VIRTUAL_ACCOUNT_ISSUED",
    "PAID",
    "FAILED",
    "PARTIAL_CANCELLED",
    "CANCELLED",
)
_WENT = ("PARTIAL_CANCELLED", "CANCELLED")
_TAKEN = ("PAID", *_WENT)
_AT_THE_PG = ("PAY_PENDING", "VIRTUAL_ACCOUNT_ISSUED", *_TAKEN)

_DISPLAY = "says nothing of the money; whoever wants to show it reads PortOne"
_OURS = "what the shop sent along; its order knows it better"
_PERSON = "a person's datum: the order knows whose payment it is, nothing more is stored (I7)"
_RAW = "a PG's own words, of no known form and perhaps about a person"
_LOG = "PortOne's log of its own webhooks"
_CONSOLE = "a name of PortOne's console"
_ESCROW = "goods on their way are the shop's business"

PAYMENT_FIELDS: Mapping[str, Fields] = {
    "Payment": {
        "method": kept("how it was paid: refund account, receipt, offered methods", "PaymentMethod"),
        "channel": kept("live or test, and which PG contract", "SelectedChannel", when=("READY", "FAILED")),
        "channelGroup": ignored("smart routing; the channel it chose is read", "ChannelGroupSummary"),
        "scheduleId": ignored("we make no schedules of charges"),
        "billingKey": ignored("a secret: what was charged stands in our own record"),
        "webhooks": ignored(_LOG, "PaymentWebhook"),
        "promotionId": ignored("a discount stands in the amounts"),
        "isCulturalExpense": ignored(_DISPLAY),
        "escrow": ignored(_ESCROW, "PaymentEscrow"),
        "products": ignored(_OURS, "PaymentProduct"),
        "productCount": ignored(_OURS),
        "customData": derived("our marker: whose payment this is, and of which order (rule 1.6)"),
        "country": ignored(_OURS),
        "pgTxId": kept("what the PG calls it, for staff; filtered", when=_AT_THE_PG),
        "paidAt": kept("when it was paid; absent, as known of this transaction", when=_WENT),
        "pgResponse": ignored(_RAW, when=("PAID",)),
        "cashReceipt": derived("whether PortOne reported it", "PaymentCashReceipt", when=_TAKEN),
        "cashReceiptIssuanceStatus": kept("reported without a number (facts 3.2)", when=_TAKEN),
        "receiptUrl": kept("the app shows it; filtered", when=_TAKEN),
        "cancellations": kept(
            "refunds are matched by it; absent, as known (rule 10.1)", "PaymentCancellation", when=("PAID",)
        ),
    },
    "PaymentMethodCard": {
        "card": ignored(_DISPLAY, "Card"),
        "approvalNumber": ignored(_DISPLAY),
        "installment": ignored(_DISPLAY, "PaymentInstallment"),
        "pointUsed": ignored(_DISPLAY),
    },
    "Card": all_ignored(
        _DISPLAY, "publisher", "issuer", "brand", "type", "ownerType", "bin", "name", "number"
    ),
    "PaymentInstallment": all_ignored(_DISPLAY, "isInterestFreeFromMerchant"),
    "PaymentMethodConvenienceStore": all_ignored(
        _DISPLAY, "convenienceStoreBrand", "confirmationNumber", "receiptNumber", "paymentDeadline"
    ),
    "PaymentMethodCrypto": {},
    "PaymentMethodEasyPay": {
        "provider": kept("the app shows it"),
        "easyPayMethod": derived(
            "whether a card was charged; absent, nobody knows", "PaymentMethodEasyPayMethod"
        ),
    },
    "PaymentMethodEasyPayMethodCharge": all_ignored(_DISPLAY, "bank"),
    "PaymentMethodTransfer": all_ignored(_PERSON, "bank", "accountNumber"),
    "PaymentMethodGiftCertificate": all_ignored(_DISPLAY, "giftCertificateType"),
    "PaymentMethodMobile": all_ignored(_PERSON, "phoneNumber"),
    "PaymentMethodVirtualAccount": {
        "bank": kept("where the buyer deposits"),
        "accountType": ignored(_DISPLAY),
        "remitteeName": kept("whom the buyer deposits to"),
        "remitterName": ignored(_PERSON),
        "expiredAt": kept("until when; absent, the order's own time bounds it"),
        "issuedAt": ignored("statusChangedAt says as much, and neither orders anything"),
        "refundStatus": kept("whether the money reached the buyer's account (rule 10.6)"),
    },
    "SelectedChannel": {
        "id": ignored(_CONSOLE),
        "key": kept("compared with what it was prepared under; absent, PG and merchant are"),
        "name": ignored(_CONSOLE),
    },
    "ChannelGroupSummary": {},
    "PaymentWebhook": {
        **all_ignored(
            _LOG, "paymentStatus", "status", "isAsync", "currentExecutionCount", "maxExecutionCount"
        ),
        **all_ignored(_LOG, "trigger", "triggeredAt"),
        "request": ignored(_LOG, "PaymentWebhookRequest"),
        "response": ignored(_LOG, "PaymentWebhookResponse"),
    },
    "PaymentWebhookRequest": all_ignored(_LOG, "header", "requestedAt"),
    "PaymentWebhookResponse": {},
    "PaymentAmount": {
        "vat": kept("a part's VAT is taken from it, so that the parts add up"),
        "supply": ignored("total less the rest"),
    },
    "Customer": {
        "id": derived("another one is counted; the owner is whom our record names (rule 6.2)"),
        **all_ignored(
            _PERSON, "name", "birthYear", "birthMonth", "birthDay", "gender", "email", "phoneNumber"
        ),
        **all_ignored(_PERSON, "zipcode"),
        "address": ignored(_PERSON, "Address"),
    },
    "OneLineAddress": {},
    "SeparatedAddress": all_ignored(_PERSON, "city", "province", "country"),
    "PaymentOrigin": all_ignored("where a buyer clicked proves nothing", "userAgent", "url"),
    "PaymentEscrow": {
        "sentAt": ignored(
            _ESCROW,
            when=("REGISTERED", "DELIVERED", "CONFIRMED", "REJECTED", "CANCELLED", "REJECT_CONFIRMED"),
        ),
        "appliedAt": ignored(
            _ESCROW,
            when=("REGISTERED", "DELIVERED", "CONFIRMED", "REJECTED", "CANCELLED", "REJECT_CONFIRMED"),
        ),
    },
    "PaymentProduct": all_ignored(_OURS, "tag", "code", "link"),
    "PaymentCashReceipt": all_ignored(
        "the receipt itself is read where it matters", "type", "pgReceiptId", "taxFreeAmount", "url"
    ),
    "PaymentCancellation": {
        "pgCancellationId": ignored("PortOne's own id is the stronger match (rule 5.2)"),
        "easyPayDiscountAmount": ignored("points given back stand in the amounts"),
        "cancelledAt": ignored("its status says that it is done"),
        "trigger": kept("a charge-back is told apart by it (rule 10.6)"),
        "receiptUrl": ignored(_DISPLAY, when=("SUCCEEDED",)),
    },
    "PaymentFailure": {
        "reason": ignored(_RAW),
        "pgCode": kept("why a charge was declined, for dunning; filtered"),
        "pgMessage": ignored(_RAW),
    },
    "Dispute": all_ignored("open or settled is all that is told", "pgDisputeId", "resolvedAt"),
}
