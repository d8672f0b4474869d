"""Bugs of what is stored, what is read, and what is stored before something is sent."""

from portone_local.planted.bug import Bug, in_core

STORING_AND_SENDING: tuple[Bug, ...] = (
    in_core(
        "check, then act: a lost race counts as won",
        "flows/refunds/refund.py",
        "            self.store.save(reserved, *self.ended_by(reserved, refund, requester.by))\n",
        """            from portone_payments.ports.store import Conflict

            try:
                self.store.save(reserved, *self.ended_by(reserved, refund, requester.by))
            except Conflict:
                pass
""",
        "faults/test_refund_races",
        "hundred and not console",
    ),
    in_core(
        "a lost race decides again on what was read before it",
        "flows/shared/optimistic.py",
        "return lambda: left.pop() if left else read()",
        "return lambda: left[0] if left else read()",
        "flows/shared/test_optimistic",
        "serves_once",
    ),
    in_core(
        "a lost race is repeated and not counted",
        "flows/shared/optimistic.py",
        "            meter.count(Metric.CONFLICT)\n",
        "            pass\n",
        "flows/shared/test_optimistic",
        "made_again",
    ),
    in_core(
        "a record changes and its history does not say how",
        "flows/shared/optimistic.py",
        "    if after != replace(stored, due_at=after.due_at, tries=after.tries, spent=after.spent):",
        "    if after is None:",
        "flows/shared/test_optimistic",
        "adds_no_fact",
    ),
    in_core(
        "unconditional write: a save needs only a payment that exists",
        "adapters/dynamo/table.py",
        '"ConditionExpression": "#version = :read",',
        '"ConditionExpression": "attribute_exists(pk) AND (#version = :read OR #version <> :read)",',
        "adapters/dynamo/test_store_races",
    ),
    in_core(
        "hint stored without raising the version",
        "adapters/dynamo/items.py",
        '{"N": str(record.version + 1)}',
        '{"N": str(max(record.version, 1))}',
        "adapters/dynamo/test_store_contract",
    ),
    in_core(
        "save closes all hints, borne out or not",
        "domain/payments/absorb.py",
        "known = partial(borne_out, snapshot=snapshot, seen=payment.seen, answered=answered(payment))",
        "known = bool",
        "domain/payments/test_absorb_lagging",
    ),
    in_core(
        "lagging reading accepted",
        "domain/payments/absorb.py",
        "return not keeps_promises(payment, snapshot) or behind(payment.status, payment.seen, snapshot)",
        "return not keeps_promises(payment, snapshot)",
        "flows/payments/test_lagging",
    ),
    in_core(
        "answer forgotten: a reading without a promised cancellation is believed",
        "domain/payments/absorb.py",
        "    if misses_promised(payment, snapshot) or withdraws(payment.seen, snapshot):",
        "    if withdraws(payment.seen, snapshot):",
        "domain/refunds/test_settlement",
        "a_list_without",
    ),
    in_core(
        "key regenerated on retry",
        "flows/refunds/send.py",
        "key=refund.key,",
        'key=f"{refund.key[:40]}{int(moment.now)}",',
        "flows/refunds/test_rules",
        "frozen",
    ),
    in_core(
        "amount defaulted: PortOne is left to refund all that is left",
        "adapters/portone/bodies.py",
        '        "amount": order.amount,\n',
        '        **({} if order.amount == order.balance else {"amount": order.amount}),\n',
        "flows/refunds/test_rules",
        "as_a_number",
    ),
    in_core(
        "balance re-read on retry",
        "flows/refunds/send.py",
        "balance=refund.balance,",
        "balance=payment.seen.total - payment.seen.cancelled if payment.seen else 0,",
        "flows/refunds/test_rules",
        "frozen",
    ),
    in_core(
        "mark before effect: a webhook is done before it is read",
        "domain/payments/absorb.py",
        "hints={**payment.hints, hint.id: hint})",
        "hints={**payment.hints, hint.id: replace(hint, state=HintState.DONE)})",
        "flows/payments/test_lagging",
    ),
    in_core(
        "mark before effect: a refund counts as requested before it is sent",
        "flows/refunds/refund.py",
        "return due_soon(with_refund(reserved, refund), now)",
        "return with_refund(reserved, replace(refund, state=RefundState.REQUESTED))",
        "flows/refunds/test_refunds_unsettled",
        "never_arrived",
    ),
    in_core(
        "new payment id per attempt",
        "flows/payments/prepare.py",
        "return back or lapsed_account or is_spent(held)",
        "return back or held.status is Status.FAILED or lapsed_account or is_spent(held)",
        "flows/payments/test_paying",
    ),
    in_core(
        "reserved and not due: who dies while sending is followed by nobody",
        "flows/refunds/refund.py",
        "return due_soon(with_refund(reserved, refund), now)",
        "return with_refund(reserved, refund)",
        "faults/test_crash_points",
        "refund and never",
    ),
)
