"""What holds what in PortOne's answers: operations, unions, what is always there (facts 3, 5 to 9, 13)."""

from collections.abc import Mapping

ANSWERS = {
    "getPayment": "Payment",
    "getPayments": "Payments",
    "preRegisterPayment": "Nothing",
    "confirmPayment": "Nothing",
    "cancelPayment": "CancelPaymentResponse",
    "closeVirtualAccount": "Nothing",
    "issueCashReceipt": "IssueCashReceiptResponse",
    "getCashReceiptByPaymentId": "CashReceipt",
    "cancelCashReceiptByPaymentId": "Nothing",
    "getBillingKeyInfo": "BillingKeyInfo",
    "getBillingKeyInfos": "BillingKeyInfos",
    "deleteBillingKey": "Nothing",
    "issueBillingKey": "IssueBillingKeyResponse",
    "confirmBillingKey": "Nothing",
    "confirmBillingKeyIssueAndPay": "Nothing",
    "payWithBillingKey": "PayWithBillingKeyResponse",
    "getPaymentSchedules": "PaymentSchedules",
    "revokePaymentSchedules": "RevokePaymentSchedulesResponse",
    "getIdentityVerification": "IdentityVerification",
    "getIdentityVerifications": "IdentityVerifications",
    "sendIdentityVerification": "Nothing",
    "resendIdentityVerification": "Nothing",
    "confirmIdentityVerification": "ConfirmIdentityVerificationResponse",
}
"""What each operation that our client calls answers with 200, by operationId."""

_PAID = ("READY", "PAY_PENDING", "VIRTUAL_ACCOUNT_ISSUED", "PAID", "FAILED", "PARTIAL_CANCELLED", "CANCELLED")
_RUN = ("SCHEDULED", "STARTED", "SUCCEEDED", "FAILED", "PENDING", "REVOKED")
_METHODS = (
    "Card",
    "VirtualAccount",
    "Transfer",
    "Mobile",
    "EasyPay",
    "GiftCertificate",
    "ConvenienceStore",
    "Crypto",
)
_SENT = ("REGISTERED", "DELIVERED", "CONFIRMED", "REJECTED", "CANCELLED", "REJECT_CONFIRMED")


def _each(*names: str) -> dict[str, str]:
    return {name: name for name in names}


UNIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "Payment": ("status", dict.fromkeys(_PAID, "Payment")),
    "PaymentMethod": ("type", _each(*(f"PaymentMethod{each}" for each in _METHODS))),
    "PaymentMethodEasyPayMethod": (
        "type",
        _each("PaymentMethodCard", "PaymentMethodTransfer", "PaymentMethodEasyPayMethodCharge"),
    ),
    "Address": ("type", {"ONE_LINE": "OneLineAddress", "SEPARATED": "SeparatedAddress"}),
    "PaymentEscrow": ("status", dict.fromkeys(("BEFORE_REGISTERED", *_SENT), "PaymentEscrow")),
    "PaymentCashReceipt": ("status", dict.fromkeys(("ISSUED", "CANCELLED"), "PaymentCashReceipt")),
    "PaymentCancellation": (
        "status",
        dict.fromkeys(("SUCCEEDED", "REQUESTED", "FAILED"), "PaymentCancellation"),
    ),
    "CashReceipt": ("status", dict.fromkeys(("ISSUED", "CANCELLED", "ISSUE_FAILED"), "CashReceipt")),
    "BillingKeyInfo": ("status", dict.fromkeys(("ISSUED", "DELETED"), "BillingKeyInfo")),
    "BillingKeyPaymentMethod": (
        "type",
        _each(
            *(
                f"BillingKeyPaymentMethod{each}"
                for each in ("Card", "Mobile", "EasyPay", "Paypal", "Transfer")
            )
        ),
    ),
    "BillingKeyPaymentMethodEasyPayMethod": (
        "type",
        _each(
            "BillingKeyPaymentMethodCard",
            "BillingKeyPaymentMethodTransfer",
            "BillingKeyPaymentMethodEasyPayCharge",
        ),
    ),
    "PgBillingKeyIssueResponse": ("type", dict.fromkeys(("ISSUED", "FAILED"), "PgBillingKeyIssueResponse")),
    "ChannelSpecificFailure": (
        "type",
        dict.fromkeys(("INVALID_REQUEST", "PG_PROVIDER"), "ChannelSpecificFailure"),
    ),
    "PaymentSchedule": ("status", dict.fromkeys(_RUN, "PaymentSchedule")),
    "IdentityVerification": (
        "status",
        dict.fromkeys(("READY", "VERIFIED", "FAILED"), "IdentityVerification"),
    ),
}
"""Unions: the field that tells the variants apart, and the shape of each."""

HOLDS: Mapping[str, Mapping[str, str]] = {
    "Payment": {
        "amount": "PaymentAmount",
        "customer": "Customer",
        "origin": "PaymentOrigin",
        "failure": "PaymentFailure",
        "disputes": "Dispute",
    },
    "Payments": {"items": "Payment"},
    "CancelPaymentResponse": {"cancellation": "PaymentCancellation"},
    "BillingKeyInfo": {"channels": "SelectedChannel", "customer": "Customer"},
    "BillingKeyInfos": {"items": "BillingKeyInfo"},
    "IssueBillingKeyResponse": {"billingKeyInfo": "BillingKeyInfoSummary"},
    "PgBillingKeyIssueResponse": {"channel": "SelectedChannel", "failure": "BillingKeyFailure"},
    "ChannelSpecificFailure": {"channel": "SelectedChannel"},
    "PaymentSchedule": {"customer": "Customer"},
    "PaymentSchedules": {"items": "PaymentSchedule"},
    "IdentityVerification": {
        "requestedCustomer": "IdentityVerificationRequestedCustomer",
        "verifiedCustomer": "IdentityVerificationVerifiedCustomer",
        "failure": "IdentityVerificationFailure",
    },
    "IdentityVerifications": {"items": "IdentityVerification"},
    "ConfirmIdentityVerificationResponse": {"identityVerification": "IdentityVerification"},
    "PayWithBillingKeyResponse": {"payment": "Nothing"},
    "IssueCashReceiptResponse": {"cashReceipt": "Nothing"},
}
"""Shapes in fields that are always there."""

LISTS = frozenset(
    {
        *("webhooks", "products", "cancellations", "disputes", "methods", "channels", "items"),
        *("pgBillingKeyIssueResponses", "channelSpecificFailures"),
    }
)
STAMPS = frozenset(
    {
        *("requestedAt", "updatedAt", "statusChangedAt", "paidAt", "cancelledAt", "failedAt", "issuedAt"),
        *("expiredAt", "createdAt", "resolvedAt", "deletedAt", "verifiedAt", "paymentDeadline", "timeToPay"),
        *("sentAt", "appliedAt", "triggeredAt", "respondedAt", "closedAt", "revokedAt", "statusUpdatedAt"),
        *("startedAt", "completedAt"),
    }
)
ENUMS: Mapping[str, tuple[str, ...]] = {
    "Payment": ("version", "currency", "country", "cashReceiptIssuanceStatus"),
    "SelectedChannel": ("type", "pgProvider"),
    "PaymentMethodVirtualAccount": ("bank", "accountType", "refundStatus"),
    "PaymentMethodTransfer": ("bank",),
    "PaymentMethodEasyPay": ("provider",),
    "PaymentMethodGiftCertificate": ("giftCertificateType",),
    "PaymentCancellation": ("trigger",),
    "PaymentCashReceipt": ("type", "currency"),
    "PaymentOrigin": ("platformType",),
    "Dispute": ("status",),
    "Card": ("brand", "type", "ownerType"),
    "SavedCard": ("brand", "type", "ownerType"),
    "CashReceipt": ("type", "currency"),
    "IdentityVerification": ("version",),
    "IdentityVerificationVerifiedCustomer": ("operator", "gender"),
}
STATUSES = {
    "refundStatus": ("PENDING", "PARTIAL_REFUND_FAILED", "FAILED", "COMPLETED"),
    "cashReceiptIssuanceStatus": ("ISSUED", "NOT_ISSUED"),
}
FREE_TEXT = frozenset(
    {
        *("name", "issuer", "publisher", "number", "approvalNumber", "remitteeName", "pgTxId", "pgResponse"),
        *("receiptUrl", "url", "pgReceiptId", "pgCancellationId", "reason", "pgCode", "pgMessage", "message"),
        *("email", "phoneNumber", "userAgent"),
    }
)
