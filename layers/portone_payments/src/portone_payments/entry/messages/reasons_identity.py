"""Messages for a failed verification: by cause (domain/identity/causes.py), by error type."""

from portone_payments.entry.messages.catalogue import Action, Message

REASONS: dict[str, Message] = {
    "wrong_code": Message(
        "인증번호가 일치하지 않습니다. 다시 입력해 주세요.",
        "The code does not match. Type it again.",
        Action.FIX_REQUEST,
    ),
    "wrong_input": Message(
        "입력한 정보가 휴대폰 가입 정보와 다르거나 형식이 올바르지 않습니다. 다시 입력해 주세요.",
        "What was typed does not match the phone's subscriber. Check it and try again.",
        Action.FIX_REQUEST,
    ),
    "wrong_carrier": Message(
        "선택한 통신사가 다릅니다. 알뜰폰 여부를 확인하고 다시 선택해 주세요.",
        "This is not the phone's carrier. Check whether it is a budget (MVNO) plan.",
        Action.FIX_REQUEST,
    ),
    "under_age": Message(
        "이용할 수 있는 나이가 아닙니다.", "The person is younger than is allowed here.", Action.NONE
    ),
    "timed_out": Message(
        "인증 시간이 지났습니다. 처음부터 다시 시도해 주세요.",
        "The time to verify is over. Start again.",
        Action.START_OVER,
    ),
    "not_finished": Message(
        "본인인증이 완료되지 않고 취소되었습니다. 다시 시도해 주세요.",
        "The verification was left or cancelled. Start again.",
        Action.START_OVER,
    ),
    "in_progress": Message(
        "이미 진행 중인 본인인증이 있습니다. 잠시 후 다시 시도해 주세요.",
        "A verification is already under way. Try again shortly.",
        Action.WAIT,
    ),
    "too_many_tries": Message(
        "시도 횟수를 초과하여 취소되었습니다. 처음부터 다시 시도해 주세요.",
        "There were too many tries. Start again.",
        Action.START_OVER,
    ),
    "limit_reached": Message(
        "허용된 본인인증 횟수를 초과했습니다. 나중에 다시 시도해 주세요.",
        "The number of verifications allowed is used up. Try again later.",
        Action.WAIT,
    ),
    "app_unavailable": Message(
        "PASS 앱으로 인증할 수 없습니다. 앱을 설치 또는 재가입하거나 문자 인증을 이용해 주세요.",
        "The PASS app did not verify. Install it or join again, or use an SMS.",
        Action.OTHER_METHOD,
    ),
    "line_not_eligible": Message(
        "정지, 법인, 선불 등 본인인증을 할 수 없는 휴대폰입니다. 다른 인증 방법을 이용해 주세요.",
        "This phone line cannot verify: suspended, corporate or prepaid. Use another way.",
        Action.OTHER_METHOD,
    ),
    "blocked_by_person": Message(
        "본인확인 또는 인증문자가 차단되어 있습니다. 통신사 앱에서 해제한 뒤 다시 시도해 주세요.",
        "Verification is blocked by the subscriber. Unblock it in the carrier's app, then start again.",
        Action.START_OVER,
    ),
    "blocked_by_pg": Message(
        "본인인증 이용이 제한되어 있습니다. 고객센터에 문의해 주세요.",
        "Verification is barred for this person, phone or network. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "not_configured": Message(
        "본인인증 서비스 설정에 문제가 있습니다. 고객센터에 문의해 주세요.",
        "The verification service is not set up rightly. Please contact support.",
        Action.CONTACT_SUPPORT,
    ),
    "maintenance": Message(
        "통신사 시스템 점검 중입니다. 나중에 다시 시도해 주세요.",
        "The carrier is under maintenance. Try again later.",
        Action.WAIT,
    ),
    "temporary": Message(
        "일시적인 오류로 인증하지 못했습니다. 다시 시도해 주세요.",
        "A temporary fault at the carrier or the agency. Start again.",
        Action.START_OVER,
    ),
    "unknown": Message(
        "본인인증에 실패했습니다. 계속되면 요청 번호와 함께 고객센터에 문의해 주세요.",
        "The verification failed. If it goes on, contact support and name the request id.",
        Action.CONTACT_SUPPORT,
    ),
    "identity_verification_not_found": Message(
        "본인인증 내역을 찾을 수 없습니다. 처음부터 다시 시도해 주세요.",
        "There is no such verification. Start again.",
        Action.START_OVER,
    ),
    "identity_verification_not_sent": Message(
        "아직 인증 요청을 보내지 않았습니다. 처음부터 다시 시도해 주세요.",
        "Nothing was sent yet. Start again.",
        Action.START_OVER,
    ),
    "identity_verification_already_sent": Message(
        "이미 인증 요청을 보냈습니다. 인증번호를 입력하거나 다시 받아 주세요.",
        "It was already sent. Type the code, or have it sent again.",
        Action.WAIT,
    ),
    "identity_verification_already_verified": Message(
        "이미 완료된 본인인증입니다.", "It is already verified.", Action.NONE
    ),
}
