"""Messages for a refund that is not allowed, or waits for another member of staff."""

from portone_payments.entry.messages.catalogue import Action, Message

REASONS: dict[str, Message] = {
    "needs_a_second_person": Message(
        "요청한 본인은 승인할 수 없습니다. 다른 담당자가 승인해 주세요.",
        "Whoever asked for a refund cannot approve it. Another person has to.",
        Action.CONTACT_SUPPORT,
    ),
    "needs_the_same_door": Message(
        "요청한 경로(/ops 또는 /staff)와 같은 경로로 승인해 주세요.",
        "Approve it by the routes it was asked for by: /ops or /staff.",
        Action.FIX_REQUEST,
    ),
    "needs_a_staff_token": Message(
        "역할(role) 세션으로는 두 번째 담당자를 확인할 수 없습니다. /staff 경로로 요청하고 승인해 주세요.",
        "Sessions of a role do not tell two persons apart. Ask and approve by /staff.",
        Action.FIX_REQUEST,
    ),
    "too_much": Message(
        "직접 환불할 수 있는 금액을 초과했습니다. 고객센터에 문의해 주세요.",
        "Together this is more than can be refunded without support. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
}
