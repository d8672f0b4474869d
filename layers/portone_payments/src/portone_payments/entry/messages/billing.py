"""Messages about saved payment methods, subscriptions and orders paid in parts."""

from portone_payments.entry.messages.catalogue import Action, Message

MESSAGES: dict[str, Message] = {
    "billing_key_not_found": Message(
        "등록된 결제 수단을 찾을 수 없습니다.", "There is no such saved pay method.", Action.FIX_REQUEST
    ),
    "billing_key_refused": Message(
        "결제 수단을 등록할 수 없습니다. 다시 등록해 주세요.",
        "The pay method cannot be saved. Register it again.",
        Action.START_OVER,
    ),
    "billing_key_gone": Message(
        "더 이상 사용할 수 없는 결제 수단입니다. 다른 결제 수단을 이용해 주세요.",
        "The saved pay method cannot be used any more. Use another one.",
        Action.OTHER_METHOD,
    ),
    "too_many_billing_keys": Message(
        "등록할 수 있는 결제 수단 수를 초과했습니다. "
        "사용하지 않는 결제 수단을 삭제하거나 내일 다시 시도해 주세요.",
        "There are too many saved pay methods. Delete one first, or try again tomorrow.",
        Action.NONE,
    ),
    "billing_method_not_offered": Message(
        "등록할 수 없는 결제 수단입니다.", "Such a pay method cannot be saved here.", Action.OTHER_METHOD
    ),
    "window_incomplete": Message(
        "결제 수단 등록에 필요한 정보가 부족합니다.",
        "The window that saves this pay method needs more than was said.",
        Action.FIX_REQUEST,
    ),
    "no_billing_key": Message(
        "등록된 결제 수단이 없습니다. 결제 수단을 먼저 등록해 주세요.",
        "There is no saved pay method to charge. Register one first.",
        Action.OTHER_METHOD,
    ),
    "charge_declined": Message(
        "결제가 거절되었습니다. 청구되지 않았습니다.",
        "The charge was declined. Nothing was taken.",
        Action.OTHER_METHOD,
    ),
    "charge_in_progress": Message(
        "진행 중인 결제가 있습니다. 잠시 후 결제 상태를 확인해 주세요.",
        "Another charge is under way. Look at the payment again shortly.",
        Action.WAIT,
    ),
    "charge_id_reused": Message(
        "같은 chargeId로 다른 결제 요청이 왔습니다. 새 chargeId를 사용해 주세요.",
        "This chargeId came with another body before. Use a new one.",
        Action.FIX_REQUEST,
    ),
    "plan_not_found": Message("상품을 찾을 수 없습니다.", "There is no such plan.", Action.FIX_REQUEST),
    "plan_not_on_sale": Message(
        "더 이상 판매하지 않는 상품입니다.", "The plan is not sold any more.", Action.NONE
    ),
    "already_subscribed": Message(
        "이미 구독 중인 상품입니다. 기존 구독을 확인해 주세요.",
        "There is a subscription to this already. Look at that one.",
        Action.NONE,
    ),
    "trial_used": Message(
        "무료 체험은 한 번만 이용할 수 있습니다. 무료 체험 없이 시작해 주세요.",
        "The free trial was used before. Start without it, and say what is charged.",
        Action.START_OVER,
    ),
    "price_changed": Message(
        "표시된 금액이 변경되었습니다. 금액을 다시 확인해 주세요.",
        "The price is not what was shown. Show the new one first.",
        Action.START_OVER,
    ),
    "account_closing": Message(
        "탈퇴 처리 중인 계정입니다.", "The account is being closed. Nothing new begins in it.", Action.NONE
    ),
    "subscription_not_found": Message(
        "구독을 찾을 수 없습니다.", "There is no such subscription.", Action.FIX_REQUEST
    ),
    "subscription_ended": Message("이미 종료된 구독입니다.", "The subscription has ended.", Action.NONE),
    "subscription_ending": Message(
        "해지 예약된 구독입니다. 변경하려면 먼저 해지 예약을 취소해 주세요.",
        "The subscription is cancelled and ends soon. Take the cancellation back first to change it.",
        Action.NONE,
    ),
    "subscription_busy": Message(
        "진행 중인 결제가 있습니다. 잠시 후 다시 시도해 주세요.",
        "A charge is under way. Try again shortly.",
        Action.WAIT,
    ),
    "change_not_allowed": Message(
        "현재 상태에서는 변경할 수 없습니다.",
        "This cannot be changed in the present state.",
        Action.NONE,
    ),
    "order_has_plan": Message(
        "나누어 결제하는 주문은 한 번에 결제할 수 없습니다.",
        "The order is paid in parts and not at once.",
        Action.NONE,
    ),
    "parts_disagree": Message(
        "나누어 결제할 금액이 주문과 맞지 않습니다.",
        "The parts do not add up to the order.",
        Action.FIX_REQUEST,
    ),
}
