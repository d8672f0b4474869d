"""The optional fields of keys, schedules, receipts, verifications, errors (PortOne facts 6, 9, 10, 13)."""

from collections.abc import Mapping

from portone_local.adversary.field import Fields, all_ignored, derived, ignored, kept

_DISPLAY = "says nothing of what may be charged"
_RAW = "a PG's own words, of no known form and perhaps about a person"
_CLAIM = "kept sealed where the purpose asks for it, for as long as it says"
_TYPED = "what somebody typed is no proof of a person"

REST_FIELDS: Mapping[str, Fields] = {
    "BillingKeyInfo": {
        "methods": kept("what the customer sees of it", "BillingKeyPaymentMethod"),
        "customData": ignored("the issueId says whose it is"),
        "issueId": kept("which of our windows issued it"),
        "issueName": ignored("a name of ours"),
        "requestedAt": ignored("when it was issued is what counts"),
        "channelGroup": ignored("smart routing; the channels are read", "ChannelGroupSummary"),
        "pgBillingKeyIssueResponses": ignored(
            "the channels that issued are read", "PgBillingKeyIssueResponse"
        ),
    },
    "BillingKeyPaymentMethodCard": {"card": kept("name and masked number, for the customer", "SavedCard")},
    "SavedCard": {
        "publisher": ignored(_DISPLAY),
        "issuer": kept("what the customer sees; filtered"),
        "name": kept("what the customer sees; filtered"),
        "number": kept("the last digits, masked"),
        **all_ignored(_DISPLAY, "brand", "type", "ownerType", "bin"),
    },
    "BillingKeyPaymentMethodEasyPay": {
        "provider": kept("what the customer sees of it"),
        "method": ignored(_DISPLAY, "BillingKeyPaymentMethodEasyPayMethod"),
    },
    "BillingKeyPaymentMethodEasyPayCharge": {},
    "BillingKeyPaymentMethodTransfer": all_ignored("an account is a person's datum", "bank", "accountNumber"),
    "BillingKeyPaymentMethodMobile": all_ignored("a phone number is a person's datum", "phoneNumber"),
    "BillingKeyPaymentMethodPaypal": {},
    "PgBillingKeyIssueResponse": {
        "pgTxId": ignored(_DISPLAY, when=("ISSUED",)),
        "method": ignored(_DISPLAY, "BillingKeyPaymentMethod", when=("ISSUED",)),
    },
    "BillingKeyFailure": all_ignored(_RAW, "message", "pgCode", "pgMessage"),
    "IssueBillingKeyResponse": {
        "channelSpecificFailures": ignored("the key is read", "ChannelSpecificFailure")
    },
    "BillingKeyInfoSummary": {"channels": ignored("the key is read", "SelectedChannel")},
    "ChannelSpecificFailure": {"message": ignored(_RAW)},
    "PaymentSchedule": {
        **all_ignored("only that it exists matters: it is taken back", "taxFreeAmount", "vatAmount"),
        **all_ignored("only that it exists matters: it is taken back", "installmentMonth", "noticeUrls"),
        "products": ignored("only that it exists matters: it is taken back", "PaymentProduct"),
    },
    "RevokePaymentSchedulesResponse": {"revokedAt": ignored("the list is read again")},
    "IdentityVerification": {
        "channel": kept("which PG vouches", "SelectedChannel"),
        "customData": derived("our marker: for which user and purpose it was started"),
        "pgTxId": ignored("PortOne's id is enough", when=("READY", "FAILED")),
    },
    "IdentityVerificationRequestedCustomer": all_ignored(
        _TYPED, "id", "name", "phoneNumber", "birthYear", "birthMonth", "birthDay"
    ),
    "IdentityVerificationFailure": {
        "reason": ignored(_RAW),
        "pgCode": derived("the cause, from the PG's list of codes"),
        "pgMessage": ignored(_RAW),
    },
    "IdentityVerificationVerifiedCustomer": {
        "id": kept("another one is a foreign verification"),
        "operator": kept(_CLAIM),
        "phoneNumber": kept(_CLAIM),
        "birthDate": derived("of age or not; " + _CLAIM),
        "gender": kept(_CLAIM),
        "isForeigner": kept(_CLAIM),
        "ci": kept("the person, as a keyed hash"),
        "di": kept("the person where there is no CI, as a keyed hash"),
    },
    "CashReceipt": {
        "taxFreeAmount": ignored("what we asked for", when=("ISSUED", "CANCELLED")),
        "vatAmount": ignored("what we asked for", when=("ISSUED", "CANCELLED")),
        "type": ignored("what we asked for", when=("ISSUED", "CANCELLED")),
        "pgReceiptId": ignored(_DISPLAY, when=("ISSUED", "CANCELLED")),
        "url": kept("the app shows it; filtered", when=("ISSUED", "CANCELLED")),
        "channel": ignored("the payment's own is read", "SelectedChannel", when=("ISSUE_FAILED",)),
        "statusUpdatedAt": ignored("stamps of others are no order"),
    },
    "Error": {"message": ignored("PortOne's own words; its type is what counts (rule 3.1)")},
}
