"""Bugs of approvals by hand, of cash receipts and of the audit."""

from portone_local.planted.bug import Bug, in_core

APPROVING_AND_AUDITING: tuple[Bug, ...] = (
    in_core(
        "charged without a call of the stock hook",
        "flows/approvals/send.py",
        "reserved = self.stock is None or self.stock.reserve(payment.payment_id, attempt)",
        "reserved = True",
        "flows/approvals/test_stock_hook",
        "the_stock_hook",
    ),
    in_core(
        "mark before effect: the stock hook's answer is not stored before the charge",
        "flows/approvals/send.py",
        "answered, _ = change(read, decide, store=self.store, meter=self.meter,"
        " attempts=ATTEMPTS, fact=False)",
        "answered = decide(read())[0]",
        "flows/approvals/test_stock_hook",
        "stored_before",
    ),
    in_core(
        "a refusal of a second send taken for the outcome of the first",
        "flows/approvals/attempt.py",
        "if outcome is Outcome.NO_EFFECT and first:",
        "if outcome is Outcome.NO_EFFECT:",
        "flows/approvals/test_refusals",
        "second_send",
    ),
    in_core(
        "an approval that failed is released to nobody",
        "domain/approvals/attempt.py",
        "return record(failed, fact, moment",
        "return failed or record(failed, fact, moment",
        "flows/approvals/test_refusals",
        "an_unknown_token",
    ),
    in_core(
        "a cash receipt that does not follow refunds",
        "domain/receipts/rules.py",
        "return issued and receipt is not None and receipt.amount != remaining(payment)[0]",
        "return False",
        "flows/receipts/test_receipts_follow_refunds",
    ),
    in_core(
        "the number a cash receipt is for is kept",
        "domain/receipts/settlement.py",
        "        identity=None,\n        issue_number",
        "        issue_number",
        "flows/receipts/test_cash_receipts",
        "sealed",
    ),
    in_core(
        "a lease that loses to its own retry",
        "adapters/dynamo/table.py",
        "if ours and stored",
        "if not ours and stored",
        "adapters/dynamo/test_store_due",
        "own_answer",
    ),
    in_core(
        "the audit lists what is only on its way",
        "domain/audit/differences.py",
        "return now - last < SETTLED and not heals(held, snapshot)",
        "return now < last",
        "flows/operations/test_audit",
    ),
)
