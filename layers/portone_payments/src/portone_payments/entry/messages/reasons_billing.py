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
    "ended_by_another": Message(
        "해지는 해지를 신청한 쪽에서만 철회할 수 있습니다.",
        "Only who ended it takes that back: its customer in the app, or the shop.",
        Action.NONE,
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
    "unpaid": Message(
        "미납된 금액이 있습니다. 먼저 결제해 주세요.", "Something is owed. Pay that first.", Action.NONE
    ),
    "past_due": Message(
        "결제되지 않은 금액이 있습니다. 먼저 결제해 주세요.",
        "A charge was declined. Pay that first.",
        Action.NONE,
    ),
    "paused": Message(
        "일시 정지된 구독입니다. 먼저 재개해 주세요.", "It is paused. Resume it first.", Action.NONE
    ),
    "consent_missing": Message(
        "변경된 금액에 대한 동의가 필요합니다.",
        "It waits for a consent to its price. Ask for that first.",
        Action.START_OVER,
    ),
    "stopped": Message(
        "이전 결제에 대한 이의가 처리 중입니다. 고객센터에 문의해 주세요.",
        "Money of an earlier payment was taken back. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "earlier_part": Message(
        "이전 회차를 먼저 결제해 주세요.", "An earlier part has to be paid first.", Action.NONE
    ),
    "invoice": Message("청구 내역을 찾을 수 없습니다.", "There is no such invoice.", Action.FIX_REQUEST),
    "invoice_settled": Message(
        "결제할 금액이 없는 청구입니다.", "Nothing is owed for this invoice.", Action.NONE
    ),
    "part": Message(
        "거절할 수 있는 회차가 아닙니다.", "There is no such part, or it is settled.", Action.FIX_REQUEST
    ),
    "plan": Message(
        "이 요금제로는 변경할 수 없습니다.", "It cannot change to this plan.", Action.FIX_REQUEST
    ),
    "start": Message(
        "선택할 수 없는 시작일입니다.", "It cannot begin on this day. Choose another.", Action.FIX_REQUEST
    ),
    "resumes_at": Message(
        "재개일은 오늘 이후여야 합니다.", "A pause ends on a day in the future.", Action.FIX_REQUEST
    ),
    "anchor_day": Message(
        "일·주 단위 요금제는 결제일을 지정할 수 없습니다.",
        "A plan by days or weeks has no day of the month.",
        Action.FIX_REQUEST,
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
