"""`POST /payments/{paymentId}/virtual-account/close` (PortOne facts 7.2)."""

from portone_local.portone.checkout import Decline
from portone_local.portone.desk import ApiCall, Desk, pg_error
from portone_local.portone.exchange import Answer, as_json
from portone_local.portone.pg import Refusal
from portone_local.portone.records import Attempt, PaymentRecord, Refused, Status

OPERATION = "close_virtual_account"
_IMPOSSIBLE = Refusal(pg_code="4001", pg_message="말소할 수 없는 가상계좌입니다")


def close_virtual_account(desk: Desk, call: ApiCall) -> Answer:
    """Close an account that waits for its deposit: the payment is FAILED and cannot be deposited to."""
    desk.check_store(call.query.get("storeId"))
    refusal = desk.refusal_of(OPERATION)
    desk.check_payment(call.payment_id, call.query.get("storeId"))
    with desk.ledger.changing(call.payment_id, call.at) as (record, at):
        attempt = record.newest(Status.VIRTUAL_ACCOUNT_ISSUED)
        if attempt is None or record.paid_attempt:
            raise Refused("PAYMENT_NOT_WAITING_FOR_DEPOSIT")
        closable = desk.pg.closes_accounts and not attempt.deposited
        refusal = refusal or (None if closable else _IMPOSSIBLE)
        if refusal is None or refusal.leaves == Status.FAILED:
            _close(desk, record, attempt, at)
        if refusal:
            return pg_error(refusal)
    return as_json({"closedAt": desk.till.answers.stamp(call.payment_id, "closedAt", at)})


def _close(desk: Desk, record: PaymentRecord, attempt: Attempt, at: float) -> None:
    silent = not desk.unknowns.closing_sends_failed
    desk.till.fail(record, attempt, at, Decline("가상계좌가 말소되었습니다", "", "", silent=silent))
