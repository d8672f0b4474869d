"""Messages for error types of billing keys and schedules (PortOne facts 10) and for refused plan changes."""

from portone_payments.entry.messages.catalogue import Action, Message

REASONS: dict[str, Message] = {
    "manual_approval_off": Message(
        "이 상점은 수동 승인을 사용하지 않습니다.",
        "This shop does not approve payments by hand (ManualApproval is off).",
        Action.NONE,
    ),
    "refunded": Message(
        "이번 기간의 결제가 환불되어 지금은 변경할 수 없습니다. 다음 기간부터 변경해 주세요.",
        "The running period was refunded. Change the plan from the next period on.",
        Action.START_OVER,
    ),
    "group": Message(
        "요금제의 그룹은 변경할 수 없습니다. 새 요금제를 만들어 주세요.",
        "The group of a plan stays, since those who have it hold their place in it. Make another plan.",
        Action.FIX_REQUEST,
    ),
    "too_many_changes": Message(
        "이번 기간에는 더 이상 바로 변경할 수 없습니다. 다음 기간부터 변경해 주세요.",
        "The plan was changed too often in this period. Change it from the next period on.",
        Action.START_OVER,
    ),
    "nothing_to_pay": Message(
        "결제할 금액이 없습니다. 결제창을 열지 않아도 됩니다.",
        "Nothing is due for this invoice, it settles without a payment. Agree to it without a window.",
        Action.NONE,
    ),
    "chosen": Message(
        "고객이 다음 기간의 요금제를 직접 선택했습니다. 다음 기간이 시작된 뒤에 변경해 주세요.",
        "The customer chose the plan of the next period. Change it once that period has begun.",
        Action.START_OVER,
    ),
    "retry_later": Message(
        "결제가 거절되었습니다. 청구되지 않았습니다. 잠시 후 다시 시도해 주세요.",
        "The charge was declined and nothing was taken. Try again later.",
        Action.START_OVER,
    ),
    "other_method": Message(
        "이 결제 수단으로는 결제할 수 없습니다. 다른 결제 수단을 이용해 주세요.",
        "This pay method cannot be charged. Use another one.",
        Action.OTHER_METHOD,
    ),
    "billing_key_not_found": Message(
        "등록된 결제 수단을 찾을 수 없습니다. 다시 등록해 주세요.",
        "There is no such saved pay method. Register it again.",
        Action.START_OVER,
    ),
    "billing_key_not_issued": Message(
        "결제 수단 등록이 완료되지 않았습니다. 다시 등록해 주세요.",
        "The pay method was never registered. Register it again.",
        Action.START_OVER,
    ),
    "billing_key_already_issued": Message(
        "이미 등록이 완료된 결제 수단입니다.", "The pay method is already registered.", Action.NONE
    ),
    "billing_key_already_deleted": Message(
        "삭제된 결제 수단입니다. 다른 결제 수단을 이용해 주세요.",
        "The saved pay method was deleted. Use another one.",
        Action.OTHER_METHOD,
    ),
    "payment_schedule_not_found": Message(
        "예약된 결제를 찾을 수 없습니다.", "There is no such scheduled payment.", Action.NONE
    ),
    "payment_schedule_already_exists": Message(
        "이미 예약된 결제가 있습니다.", "A payment is already scheduled.", Action.NONE
    ),
    "payment_schedule_already_processed": Message(
        "이미 처리된 예약 결제입니다.", "The scheduled payment was already made.", Action.NONE
    ),
    "payment_schedule_already_revoked": Message(
        "이미 취소된 예약 결제입니다.", "The scheduled payment was already taken back.", Action.NONE
    ),
}
