"""Messages for the error types of PortOne's payments, by name in lower case (PortOne facts 10)."""

from portone_payments.entry.messages.catalogue import Action, Message

REASONS: dict[str, Message] = {
    # any operation
    "invalid_request": Message(
        "결제 서비스가 요청 내용을 받아들이지 않았습니다. 입력한 정보를 확인해 주세요.",
        "The payment service did not take the request. Check what was entered.",
        Action.FIX_REQUEST,
    ),
    "unauthorized": Message(
        "결제 서비스 설정에 문제가 있습니다. 고객센터에 문의해 주세요.",
        "The payment service is not set up rightly. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "forbidden": Message(
        "결제 서비스 설정에 문제가 있습니다. 고객센터에 문의해 주세요.",
        "The payment service is not set up rightly. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "idempotency_outstanding_request": Message(
        "같은 요청이 처리 중입니다. 잠시 후 다시 확인해 주세요.",
        "The same request is still being processed. Look again shortly.",
        Action.WAIT,
    ),
    "pg_provider": Message(
        "결제사 또는 인증기관이 거절하여 처리되지 않았습니다. 다른 방법을 이용해 주세요.",
        "The provider declined, so nothing was done. Use another way.",
        Action.OTHER_METHOD,
    ),
    "channel_specific": Message(
        "모든 결제사에서 처리되지 않았습니다. 다른 방법을 이용해 주세요.",
        "None of the providers did it. Use another way.",
        Action.OTHER_METHOD,
    ),
    "channel_not_found": Message(
        "결제 서비스 설정에 문제가 있습니다. 고객센터에 문의해 주세요.",
        "The payment service is not set up rightly. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "max_transaction_count_reached": Message(
        "시도 횟수를 초과했습니다. 처음부터 다시 시도해 주세요.",
        "There were too many tries. Start again.",
        Action.START_OVER,
    ),
    # payments
    "payment_not_found": Message(
        "결제 내역을 찾을 수 없습니다.", "There is no such payment.", Action.FIX_REQUEST
    ),
    "already_paid": Message("이미 완료된 결제입니다.", "It is already paid.", Action.NONE),
    "already_paid_or_waiting": Message(
        "이미 완료되었거나 입금을 기다리는 결제입니다.",
        "It is already paid or waits for a deposit.",
        Action.NONE,
    ),
    "payment_not_paid": Message("완료되지 않은 결제입니다.", "It is not paid.", Action.NONE),
    "payment_not_waiting_for_deposit": Message(
        "입금을 기다리는 결제가 아닙니다.", "It does not wait for a deposit.", Action.NONE
    ),
    "invalid_payment_token": Message(
        "결제 인증이 만료되었거나 올바르지 않습니다. 다시 결제해 주세요.",
        "The authentication is not valid any more. Pay again.",
        Action.START_OVER,
    ),
    "information_mismatch": Message(
        "인증한 정보가 요청한 내용과 다릅니다. 처음부터 다시 시도해 주세요.",
        "What was authenticated is not what was asked for. Start again.",
        Action.START_OVER,
    ),
    "sum_of_parts_exceeds_total_amount": Message(
        "면세 금액과 부가세의 합이 결제 금액보다 큽니다.",
        "Tax-free amount and VAT exceed the total.",
        Action.FIX_REQUEST,
    ),
    "discount_amount_exceeds_total_amount": Message(
        "할인 금액이 결제 금액보다 큽니다.", "The discount exceeds the total.", Action.FIX_REQUEST
    ),
    "promotion_not_found": Message(
        "프로모션을 찾을 수 없습니다.", "There is no such promotion.", Action.FIX_REQUEST
    ),
    "promotion_pay_method_does_not_match": Message(
        "프로모션을 적용할 수 없는 결제 수단입니다. 다른 결제 수단을 이용해 주세요.",
        "The promotion is not for this pay method. Use another one.",
        Action.OTHER_METHOD,
    ),
    "session_not_found": Message(
        "결제 세션을 찾을 수 없습니다. 다시 결제해 주세요.",
        "There is no such checkout session. Pay again.",
        Action.START_OVER,
    ),
    "session_expired": Message(
        "결제 시간이 지났습니다. 다시 결제해 주세요.",
        "The time to pay is over. Pay again.",
        Action.START_OVER,
    ),
    "profile_settings_not_found": Message(
        "결제 서비스 설정에 문제가 있습니다. 고객센터에 문의해 주세요.",
        "The payment service is not set up rightly. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "max_ttl_exceeded": Message(
        "결제 유효 시간이 너무 깁니다.", "The time to live is too long.", Action.FIX_REQUEST
    ),
    "webhook_not_found": Message(
        "다시 보낼 알림이 없습니다.", "There is no webhook to send again.", Action.NONE
    ),
    "max_webhook_retry_count_reached": Message(
        "알림을 다시 보낼 수 있는 횟수를 초과했습니다.",
        "The webhook was sent again as often as is allowed.",
        Action.NONE,
    ),
    # refunds
    "payment_already_cancelled": Message(
        "이미 전액 환불된 결제입니다.", "It is already refunded in full.", Action.NONE
    ),
    "payment_cancellation_not_found": Message(
        "환불 내역을 찾을 수 없습니다.", "There is no such refund.", Action.FIX_REQUEST
    ),
    "payment_cancellation_not_pending": Message(
        "진행 중인 환불이 아닙니다.", "The refund is not under way.", Action.NONE
    ),
    "cancellable_amount_consistency_broken": Message(
        "환불 가능 금액이 변경되었습니다. 결제 상태를 확인한 뒤 다시 요청해 주세요.",
        "What can be refunded has changed. Look at the payment, then ask again.",
        Action.START_OVER,
    ),
    "cancel_amount_exceeds_cancellable_amount": Message(
        "환불 가능 금액을 초과했습니다.", "This is more than can still be refunded.", Action.FIX_REQUEST
    ),
    "cancel_tax_amount_exceeds_cancellable_tax_amount": Message(
        "환불 가능한 과세 금액을 초과했습니다.",
        "This is more taxable amount than can still be refunded.",
        Action.FIX_REQUEST,
    ),
    "cancel_tax_free_amount_exceeds_cancellable_tax_free_amount": Message(
        "환불 가능한 면세 금액을 초과했습니다.",
        "This is more tax-free amount than can still be refunded.",
        Action.FIX_REQUEST,
    ),
    "sum_of_parts_exceeds_cancel_amount": Message(
        "면세 금액과 부가세의 합이 환불 금액보다 큽니다.",
        "Tax-free amount and VAT exceed the refund.",
        Action.FIX_REQUEST,
    ),
    "max_cancel_count_reached": Message(
        "환불할 수 있는 횟수를 초과했습니다. 고객센터에 문의해 주세요.",
        "It was refunded as often as is allowed. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "negative_promotion_adjusted_cancel_amount": Message(
        "프로모션 할인을 반영하면 환불할 금액이 없습니다. 고객센터에 문의해 주세요.",
        "With the promotion taken back nothing is left to refund. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "promotion_discount_retain_option_should_not_be_changed": Message(
        "프로모션 할인 처리 방식은 첫 환불과 같아야 합니다. 고객센터에 문의해 주세요.",
        "The promotion has to be treated as in the first refund. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    # cash receipts
    "cash_receipt_already_issued": Message(
        "이미 발급된 현금영수증이 있습니다.", "A cash receipt is already issued.", Action.NONE
    ),
    "cash_receipt_not_found": Message(
        "현금영수증을 찾을 수 없습니다.", "There is no cash receipt.", Action.NONE
    ),
    "cash_receipt_not_issued": Message(
        "발급된 현금영수증이 없습니다.", "No cash receipt is issued.", Action.NONE
    ),
}
