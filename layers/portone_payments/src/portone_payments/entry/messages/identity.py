"""Messages about identity verification: one entry per code of ours."""

from portone_payments.entry.messages.catalogue import Action, Message

MESSAGES: dict[str, Message] = {
    "verification_not_found": Message(
        "본인인증 내역을 찾을 수 없습니다.", "There is no such verification.", Action.FIX_REQUEST
    ),
    "verification_expired": Message(
        "본인인증 시간이 지났습니다. 처음부터 다시 시도해 주세요.",
        "The time for this verification is over. Start again.",
        Action.START_OVER,
    ),
    "verification_used": Message(
        "이미 사용된 본인인증입니다. 처음부터 다시 시도해 주세요.",
        "This verification was used before. Start again.",
        Action.START_OVER,
    ),
    "verification_pending": Message(
        "본인인증이 아직 끝나지 않았습니다.", "The verification is not finished yet.", Action.WAIT
    ),
    "verification_failed": Message(
        "본인인증에 실패했습니다. 다시 시도해 주세요.",
        "The verification failed. Try again.",
        Action.START_OVER,
    ),
    "verification_mismatch": Message(
        "시작한 본인인증과 다른 결과입니다. 처음부터 다시 시도해 주세요.",
        "This is not the verification that was started. Start again.",
        Action.START_OVER,
    ),
    "verification_not_sent": Message(
        "아직 인증 요청을 보내지 않았습니다.", "Nothing was sent yet.", Action.START_OVER
    ),
    "verification_limit": Message(
        "인증 요청 횟수를 초과했습니다. 나중에 다시 시도해 주세요.",
        "Too many verifications. Try again later.",
        Action.WAIT,
    ),
    "send_failed": Message(
        "인증 요청을 보내지 못했습니다. 입력한 정보를 확인해 주세요.",
        "The message was not sent. Check what was typed.",
        Action.FIX_REQUEST,
    ),
    "otp_refused": Message(
        "인증번호가 올바르지 않습니다. 다시 입력해 주세요.",
        "The code was refused. Type it again.",
        Action.FIX_REQUEST,
    ),
    "identity_incomplete": Message(
        "본인인증 결과에 필요한 정보가 없습니다. 다른 인증 방법을 이용해 주세요.",
        "The verification did not give what is needed. Use another way to verify.",
        Action.OTHER_METHOD,
    ),
    "under_age": Message("이용할 수 있는 나이가 아닙니다.", "You are below the age for this.", Action.NONE),
    "identity_duplicate": Message(
        "이미 다른 계정에서 인증된 사용자입니다.",
        "This person is already verified in another account.",
        Action.CONTACT_SUPPORT,
    ),
    "identity_duplicates_changed": Message(
        "결정할 중복 계정 목록이 달라졌습니다. 목록을 다시 확인해 주세요.",
        "What is known of these accounts has changed. List the duplicates again.",
        Action.START_OVER,
    ),
    "different_person": Message(
        "이 계정의 기존 인증 정보와 다른 사람입니다. 고객센터에 문의해 주세요.",
        "This account belongs to another person. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "identity_not_found": Message(
        "본인인증 정보가 없습니다.", "No identity is kept for this user.", Action.START_OVER
    ),
}
