"""Bugs of what comes in: webhooks, the limits of time, and records that were lost."""

from portone_local.planted.bug import Bug, in_core

RECEIVING_AND_RESTORING: tuple[Bug, ...] = (
    in_core(
        "an account issued for another amount holds an alarm on before anybody pays",
        "flows/payments/metrics.py",
        "quiet = _OF_WHAT_DIFFERS if awaits_deposit(payment) else frozenset()",
        "quiet = frozenset()",
        "flows/payments/test_unpaid_accounts_that_differ",
        "an_unpaid_account",
    ),
    in_core(
        "a checkout that is declined under an invented id calls staff",
        "flows/webhooks/unmatched.py",
        "        if moved or orphaned(",
        "        if order_id or orphaned(",
        "flows/webhooks/test_unmatched",
        "an_unpaid_checkout",
    ),
    in_core(
        "a question answered like any webhook: 2xx approves the payment",
        "flows/webhooks/receive.py",
        "if delivery.type in {EventType.CONFIRM, UNREADABLE}:",
        "if delivery.type == UNREADABLE:",
        "flows/webhooks/test_confirm",
    ),
    in_core(
        "a duplicate webhook is worked again",
        "flows/webhooks/receive.py",
        "if known.state is not HintState.OPEN or young:",
        "if known.state is HintState.OPEN and young:",
        "flows/webhooks/test_receiving",
        "duplicate",
    ),
    in_core(
        "the API waits longer than its gateway",
        "entry/http.py",
        "INLINE_SECONDS = 20.0",
        "INLINE_SECONDS = 45.0",
        "faults/test_timeouts",
        "202",
    ),
    in_core(
        "an expired account called a decline, when who closed it died",
        "domain/payments/expiry.py",
        "    return waited and same and over\n",
        "    return waited and same and over and (payment.close_asked or payment.withdrawn)\n",
        "faults/test_crash_points",
        "time and over",
    ),
    in_core(
        "lost record, new refund: PortOne's cancellation with our token is not taken for what it is",
        "domain/refunds/settlement.py",
        "    payment = adopt(payment, snapshot, moment)",
        "    adopt(payment, snapshot, moment)",
        "faults/test_restore",
        "executed_again",
    ),
    in_core(
        "a cancellation that may be the refund in flight is taken for a lost one",
        "domain/refunds/lost.py",
        " or perhaps_another(payment, each):",
        ":",
        "domain/refunds/test_lost",
        "in_flight",
    ),
)
