"""Messages of errors: one entry per code. A PG's own text never reaches an app."""

from portone_payments.entry.messages import billing as messages_billing
from portone_payments.entry.messages import identity as messages_identity
from portone_payments.entry.messages import (
    reasons_billing,
    reasons_identity,
    reasons_portone,
    reasons_refunds,
)
from portone_payments.entry.messages.catalogue import Action, Message

MESSAGES: dict[str, Message] = {
    **messages_billing.MESSAGES,
    **messages_identity.MESSAGES,
    "invalid_request": Message(
        "요청 내용이 올바르지 않습니다.", "The request is not valid.", Action.FIX_REQUEST
    ),
    "order_not_found": Message("주문을 찾을 수 없습니다.", "There is no such order.", Action.FIX_REQUEST),
    "payment_not_found": Message("결제를 찾을 수 없습니다.", "There is no such payment.", Action.FIX_REQUEST),
    "idempotency_key_reused": Message(
        "같은 Idempotency-Key로 다른 요청이 왔습니다. 새 키를 사용해 주세요.",
        "This Idempotency-Key came with another body before. Use a new key.",
        Action.FIX_REQUEST,
    ),
    "order_has_payment": Message(
        "이미 결제가 시작된 주문입니다.",
        "A payment of this order has begun, so it cannot change or begin anew.",
        Action.NONE,
    ),
    "order_expired": Message("주문 가능 시간이 지났습니다.", "The order is no longer on offer.", Action.NONE),
    "order_withdrawn": Message("취소된 주문입니다.", "The shop has withdrawn this order.", Action.NONE),
    "order_payment_under_way": Message(
        "진행 중인 결제가 있습니다. 잠시 후 다시 시도해 주세요.",
        "A payment of this order has no outcome yet. Try again shortly.",
        Action.WAIT,
    ),
    "order_already_paid": Message("이미 결제된 주문입니다.", "The order is already paid.", Action.NONE),
    "no_pay_method": Message(
        "이 주문에 사용할 수 있는 결제 수단이 없습니다.",
        "No pay method is available for this order here.",
        Action.CONTACT_SUPPORT,
    ),
    "order_incomplete": Message(
        "결제 수단에 필요한 주문 정보가 부족합니다.",
        "The order lacks what the window of one of its pay methods needs.",
        Action.FIX_REQUEST,
    ),
    "nothing_to_resolve": Message(
        "처리할 항목이 없거나 허용되지 않는 처리입니다.",
        "Nothing waits for a person here, or not for this decision.",
        Action.NONE,
    ),
    "not_approvable": Message(
        "승인할 수 없는 상태의 결제입니다. 결제를 다시 시작해 주세요.",
        "This payment cannot be approved now. Start the payment again.",
        Action.START_OVER,
    ),
    "approval_in_progress": Message(
        "진행 중인 결제 승인이 있습니다. 잠시 후 결제 상태를 확인해 주세요.",
        "Another approval is under way. Look at the payment again shortly.",
        Action.WAIT,
    ),
    "out_of_stock": Message(
        "재고가 부족하여 결제하지 않았습니다.", "It is out of stock. Nothing was charged.", Action.NONE
    ),
    "invalid_payment_token": Message(
        "결제 인증이 만료되었거나 올바르지 않습니다. 다시 결제해 주세요.",
        "The authentication is not valid any more. Nothing was charged; pay again.",
        Action.START_OVER,
    ),
    "information_mismatch": Message(
        "인증한 결제 정보가 주문과 다릅니다. 결제되지 않았습니다.",
        "What was authenticated differs from the order. Nothing was charged.",
        Action.START_OVER,
    ),
    "approval_failed": Message(
        "결제가 승인되지 않았습니다. 다시 결제해 주세요.",
        "The payment was not approved. Pay again.",
        Action.START_OVER,
    ),
    "cash_receipt_not_allowed": Message(
        "현금영수증을 발급할 수 없는 결제입니다.",
        "No cash receipt can be issued for this payment.",
        Action.NONE,
    ),
    "cash_receipt_exists": Message(
        "이미 발급된 현금영수증이 있습니다. 고객센터에 문의해 주세요.",
        "Another cash receipt stands. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "cash_receipt_not_found": Message(
        "현금영수증을 찾을 수 없습니다.", "There is no cash receipt of this payment.", Action.NONE
    ),
    "cash_receipt_failed": Message(
        "현금영수증이 처리되지 않았습니다. 번호를 확인한 뒤 다시 요청해 주세요.",
        "The cash receipt was not processed. Check the number and ask again.",
        Action.FIX_REQUEST,
    ),
    "not_refundable": Message(
        "환불할 수 없는 상태의 결제입니다.", "This payment cannot be refunded now.", Action.NONE
    ),
    "refund_not_allowed": Message(
        "환불 정책상 직접 환불할 수 없습니다. 고객센터에 문의해 주세요.",
        "The refund policy does not allow this. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "refund_in_progress": Message(
        "진행 중인 환불이 있습니다. 잠시 후 다시 시도해 주세요.",
        "Another refund is under way. Try again shortly.",
        Action.WAIT,
    ),
    "refund_above_balance": Message(
        "환불 가능 금액을 초과했습니다.", "This is more than can still be refunded.", Action.FIX_REQUEST
    ),
    "refund_id_reused": Message(
        "같은 refundId로 다른 환불 요청이 왔습니다. 새 refundId를 사용해 주세요.",
        "This refundId came with another body before. Use a new one.",
        Action.FIX_REQUEST,
    ),
    "too_many_refunds": Message(
        "이 결제에 요청할 수 있는 환불 횟수를 초과했습니다. 고객센터에 문의해 주세요.",
        "This payment was asked to be refunded as often as is allowed. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "too_many_tries": Message(
        "하루에 시도할 수 있는 결제 횟수를 초과했습니다. 나중에 다시 시도해 주세요.",
        "This payment was tried as often as is allowed in a day. Please try again later.",
        Action.WAIT,
    ),
    "refund_failed": Message(
        "환불이 처리되지 않았습니다. 결제 상태를 확인한 뒤 새 refundId로 다시 요청해 주세요.",
        "The refund did not take place. Look at the payment, then ask again with a new refundId.",
        Action.START_OVER,
    ),
    "refund_not_found": Message("환불을 찾을 수 없습니다.", "There is no such refund.", Action.FIX_REQUEST),
    "refund_account_required": Message(
        "환불받을 계좌 정보(은행, 계좌번호, 예금주)가 필요합니다.",
        "A refund account is needed: bank, number and holder.",
        Action.FIX_REQUEST,
    ),
    "discrepancy_not_found": Message(
        "불일치 항목을 찾을 수 없습니다.", "There is no such discrepancy.", Action.FIX_REQUEST
    ),
    "too_many_requests": Message(
        "요청을 너무 많이 보냈습니다. 잠시 후 다시 시도해 주세요.",
        "You have asked for this as often as is allowed in a while. Try again later.",
        Action.WAIT,
    ),
    "unauthenticated": Message("로그인이 필요합니다.", "Please sign in.", Action.FIX_REQUEST),
    "forbidden": Message("권한이 없습니다.", "You may not do this.", Action.NONE),
    "signature_rejected": Message(
        "서명이 올바르지 않습니다.", "The signature does not hold.", Action.FIX_REQUEST
    ),
    "approval_refused": Message("결제 승인이 거절되었습니다.", "The payment is not approved.", Action.NONE),
    "payload_too_large": Message(
        "요청 본문이 너무 큽니다.", "The request body is too large.", Action.FIX_REQUEST
    ),
    "unsupported_media_type": Message(
        "지원하지 않는 형식입니다.", "This content type is not supported.", Action.FIX_REQUEST
    ),
    "method_not_allowed": Message(
        "지원하지 않는 메서드입니다.", "This method is not allowed.", Action.FIX_REQUEST
    ),
    "busy": Message(
        "요청이 몰리고 있습니다. 같은 요청을 다시 보내 주세요.",
        "Busy right now. Send the same request again.",
        Action.RETRY,
    ),
    "provider_unavailable": Message(
        "결제 서비스가 응답하지 않습니다. 잠시 후 같은 요청을 다시 보내 주세요.",
        "The payment service did not answer. Send the same request again shortly.",
        Action.RETRY,
    ),
    "provider_refused": Message(
        "결제 설정에 문제가 있습니다. 운영자가 확인해야 합니다.",
        "The payment service refused us. An operator has to look.",
        Action.CONTACT_SUPPORT,
    ),
    "secrets_unavailable": Message(
        "일시적인 오류입니다. 잠시 후 다시 시도해 주세요.",
        "A temporary fault. Try again shortly.",
        Action.RETRY,
    ),
    "storage_unavailable": Message(
        "일시적인 오류입니다. 잠시 후 같은 요청을 다시 보내 주세요.",
        "A temporary fault. Send the same request again shortly.",
        Action.RETRY,
    ),
    "internal_error": Message(
        "예상하지 못한 오류입니다. 같은 요청을 다시 보내도 안전합니다.",
        "An unexpected fault. Sending the same request again is safe.",
        Action.RETRY,
    ),
}

# why something failed: causes of ours, and the error types of PortOne that errors carry
REASONS: dict[str, Message] = (
    reasons_portone.REASONS | reasons_billing.REASONS | reasons_identity.REASONS | reasons_refunds.REASONS
)
