"""Identity verifications over REST: read, send, resend, confirm (PortOne facts 9)."""

import random

from portone_local.portone.desk import ApiCall, Desk, parsed, pg_error
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.identity import pg
from portone_local.portone.identity.bodies import ConfirmBody, SendBody
from portone_local.portone.identity.people import Person
from portone_local.portone.identity.records import IdentityAttempt, IdentityRecord
from portone_local.portone.pg import Refusal

SEND = "send_identity_verification"
RESEND = "resend_identity_verification"
CONFIRM = "confirm_identity_verification"
_ID = "identityVerificationId"
_NOT_FOUND = "IDENTITY_VERIFICATION_NOT_FOUND"


def get_identity_verification(desk: Desk, call: ApiCall) -> Answer:
    """`GET /identity-verifications/{id}`."""
    desk.check_store(call.query.get("storeId"))
    found = desk.identities.answer(call.ids[_ID], as_of=call.as_of, lag=call.lag)
    if found is None:
        raise ApiError(_NOT_FOUND, "요청하신 본인인증 건이 존재하지 않습니다")
    return as_json(found)


def send_identity_verification(desk: Desk, call: ApiCall) -> Answer:
    """`POST .../send`: an SMS, or a question in the carrier's app."""
    body = parsed(SendBody, call.body)
    desk.check_store(body.store_id)
    refusal = desk.refusal_of(SEND)
    book = desk.identities
    channel = book.channels.get(body.channel_key)
    if channel is None:
        raise ApiError("CHANNEL_NOT_FOUND", "요청된 채널이 존재하지 않습니다")
    body.check(channel.pg_provider)
    with book.changing(call.ids[_ID], call.at) as (record, at):
        _check_may_send(record, book.rules)
        attempt = book.begin(record, at, channel, body.custom_data)
        attempt.customer, attempt.method = body.customer.shown(), body.method
        attempt.person = _reached(desk, body)
        code = _no_of(attempt, body, at)
        if refusal is None and code is None:
            _message(desk, attempt, at)
            return as_json({})
        return _refused_send(desk, attempt, at, refusal or _said(code))


def resend_identity_verification(desk: Desk, call: ApiCall) -> Answer:
    """`POST .../resend`: the SMS once more; no body."""
    desk.check_store(call.query.get("storeId"))
    refusal = desk.refusal_of(RESEND)
    book = desk.identities
    with book.changing(call.ids[_ID], call.at) as (record, at):
        attempt = _waiting(record)
        if attempt.method != "SMS":
            raise ApiError("IDENTITY_VERIFICATION_NOT_SENT", "SMS로 발송되지 않았습니다")
        if refusal is None and attempt.codes_sent < book.rules.codes:
            _message(desk, attempt, at)
            return as_json({})
        if refusal is None:
            book.fail(attempt, at, pg.TOO_MANY_CODES)
        return pg_error(refusal or _said(pg.TOO_MANY_CODES))


def confirm_identity_verification(desk: Desk, call: ApiCall) -> Answer:
    """`POST .../confirm`: the code of the SMS, or nothing once the app said yes."""
    body = parsed(ConfirmBody, call.body)
    desk.check_store(body.store_id)
    refusal = desk.refusal_of(CONFIRM)
    book, name = desk.identities, call.ids[_ID]
    with book.changing(name, call.at) as (record, at):
        attempt = _waiting(record)
        if refusal:
            if refusal.leaves == "VERIFIED":
                book.verify(attempt, at, app="PASS", typed={})
            elif refusal.leaves == "FAILED":
                book.fail(attempt, at, refusal.pg_code)
            return pg_error(refusal)
        wrong = _wrong(desk, attempt, body.otp, at)
        if wrong:
            return _refused_code(desk, attempt, at, wrong)
        book.verify(attempt, at, app="PASS", typed={})
    return as_json({"identityVerification": book.answer(name)})


def _check_may_send(record: IdentityRecord, rules: pg.IdentityRules) -> None:
    if record.verified:
        raise ApiError("IDENTITY_VERIFICATION_ALREADY_VERIFIED", "이미 완료된 본인인증입니다")
    if any(attempt.sent for attempt in record.attempts):
        raise ApiError("IDENTITY_VERIFICATION_ALREADY_SENT", "본인인증이 이미 발송되었습니다")
    if len(record.attempts) >= rules.attempts:
        raise ApiError("MAX_TRANSACTION_COUNT_REACHED", "시도 횟수를 초과하였습니다")


def _reached(desk: Desk, body: SendBody) -> Person | None:
    """The subscriber of that phone at that carrier."""
    asked = (body.customer.phone_number, body.operator)
    return next((who for who in desk.identities.people if (who.phone, who.operator) == asked), None)


def _no_of(attempt: IdentityAttempt, body: SendBody, at: float) -> str | None:
    """The PG's code where it does not send."""
    if attempt.person is None:
        return pg.MISMATCH
    asked = {"customer": body.customer.announced(), "bypass": body.bypass}
    return pg.refused_by(attempt.person, asked, attempt.channel, at)


def _message(desk: Desk, attempt: IdentityAttempt, at: float) -> None:
    if attempt.method == "APP":
        return
    attempt.codes_sent, attempt.code_at = attempt.codes_sent + 1, at
    if attempt.code is None or desk.identities.unknowns.resend_replaces_the_code:
        drawn = random.Random(f"{attempt.tx_id}:{attempt.codes_sent}")
        attempt.code = f"{drawn.randrange(10**6):06}"


def _refused_send(desk: Desk, attempt: IdentityAttempt, at: float, refusal: Refusal) -> Answer:
    if refusal.leaves == "READY":
        _message(desk, attempt, at)
    else:
        desk.identities.fail(attempt, at, refusal.pg_code)
        attempt.readable = desk.identities.unknowns.refused_send_is_readable
    return pg_error(refusal)


def _waiting(record: IdentityRecord) -> IdentityAttempt:
    if record.verified:
        raise ApiError("IDENTITY_VERIFICATION_ALREADY_VERIFIED", "이미 완료된 본인인증입니다")
    if record.shown is None:
        raise ApiError(_NOT_FOUND, "요청하신 본인인증 건이 존재하지 않습니다")
    if not record.attempts[-1].sent:
        raise ApiError("IDENTITY_VERIFICATION_NOT_SENT", "본인인증이 발송되지 않았습니다")
    return record.attempts[-1]


def _wrong(desk: Desk, attempt: IdentityAttempt, otp: str | None, at: float) -> str | None:
    """The PG's code for what is wrong with this confirm, None where nothing is."""
    if attempt.method == "APP":
        return None if attempt.approved_in_app else pg.UNFINISHED
    if at - attempt.code_at >= desk.identities.rules.code_life:
        return pg.LATE_CODE
    return None if otp == attempt.code else pg.WRONG_CODE


def _refused_code(desk: Desk, attempt: IdentityAttempt, at: float, code: str) -> Answer:
    """Tell it as the switches say; too many wrong codes end the attempt, as a late one does."""
    book = desk.identities
    attempt.wrong_codes += code == pg.WRONG_CODE
    if attempt.wrong_codes >= book.rules.wrong_codes:
        code = pg.TOO_MANY_TRIES
    if code in {pg.LATE_CODE, pg.TOO_MANY_TRIES} or (
        code == pg.WRONG_CODE and book.unknowns.wrong_otp_fails_the_attempt
    ):
        book.fail(attempt, at, code)
    if not book.unknowns.wrong_otp_is_a_pg_error:
        return ApiError("INVALID_REQUEST", "인증번호가 올바르지 않습니다").answer
    return pg_error(_said(code))


def _said(code: str | None) -> Refusal:
    return Refusal(pg_code=code or pg.MISMATCH, pg_message="본인인증에 실패하였습니다")
