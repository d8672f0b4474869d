"""Bugs of what is stored, what is read, and what is stored before something is sent."""

from portone_local.planted.bug import Bug, in_core

STORING_AND_SENDING: tuple[Bug, ...] = (
    in_core(
        "check, then act: a lost race counts as won",
        "flows/cancel.py",
        """                self.sender.reader.meter.count(Metric.CONFLICT)
                continue
            return Refunded(as_saved(reserved), reserved.refunds[wish.id]), True""",
        """                self.sender.reader.meter.count(Metric.CONFLICT)
            return Refunded(as_saved(reserved), reserved.refunds[wish.id]), True""",
        "faults/test_refund_races",
        "hundred and not console",
    ),
    in_core(
        "unconditional write: a save needs only a payment that exists",
        "adapters/dynamo.py",
        '"ConditionExpression": "#version = :read",',
        '"ConditionExpression": "attribute_exists(pk) AND (#version = :read OR #version <> :read)",',
        "adapters/test_store_races",
    ),
    in_core(
        "hint stored without raising the version",
        "adapters/items.py",
        '{"N": str(record.version + 1)}',
        '{"N": str(max(record.version, 1))}',
        "adapters/test_store_contract",
    ),
    in_core(
        "save closes all hints, borne out or not",
        "domain/absorb.py",
        "known = partial(borne_out, snapshot=snapshot, seen=payment.seen, answered=answered(payment))",
        "known = bool",
        "domain/test_absorb_lagging",
    ),
    in_core(
        "lagging reading accepted",
        "domain/absorb.py",
        "return not keeps_promises(payment, snapshot) or behind(payment.status, payment.seen, snapshot)",
        "return not keeps_promises(payment, snapshot)",
        "flows/test_lagging",
    ),
    in_core(
        "answer forgotten: a reading without a promised cancellation is believed",
        "domain/absorb.py",
        "    if misses_promised(payment, snapshot) or withdraws(payment.seen, snapshot):",
        "    if withdraws(payment.seen, snapshot):",
        "domain/test_refund_settle",
        "requested_is_lagging",
    ),
    in_core(
        "key regenerated on retry",
        "flows/refund_send.py",
        "key=refund.key,",
        'key=f"{refund.key[:40]}{int(moment.now)}",',
        "flows/test_refund_rules",
        "frozen",
    ),
    in_core(
        "amount defaulted: PortOne is left to refund all that is left",
        "adapters/portone_bodies.py",
        '        "amount": order.amount,\n',
        '        **({} if order.amount == order.balance else {"amount": order.amount}),\n',
        "flows/test_refund_rules",
        "as_a_number",
    ),
    in_core(
        "balance re-read on retry",
        "flows/refund_send.py",
        "balance=refund.balance,",
        "balance=payment.seen.total - payment.seen.cancelled if payment.seen else 0,",
        "flows/test_refund_rules",
        "frozen",
    ),
    in_core(
        "mark before effect: a webhook is done before it is read",
        "domain/absorb.py",
        "hints={**payment.hints, hint.id: hint})",
        "hints={**payment.hints, hint.id: replace(hint, state=HintState.DONE)})",
        "flows/test_lagging",
    ),
    in_core(
        "mark before effect: a refund counts as requested before it is sent",
        "flows/cancel.py",
        "return due_soon(with_refund(reserved, refund), now)",
        "return with_refund(reserved, replace(refund, state=RefundState.REQUESTED))",
        "flows/test_refunds_unsettled",
        "never_arrived",
    ),
    in_core(
        "new payment id per attempt",
        "flows/prepare.py",
        "return back or lapsed_account or is_spent(held)",
        "return back or held.status is Status.FAILED or lapsed_account or is_spent(held)",
        "flows/test_paying",
    ),
    in_core(
        "reserved and not due: who dies while sending is followed by nobody",
        "flows/cancel.py",
        "return due_soon(with_refund(reserved, refund), now)",
        "return with_refund(reserved, refund)",
        "faults/test_crash_points",
        "refund and never",
    ),
)
