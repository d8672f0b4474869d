"""The bugs: what each is called, what it changes, which test fails. `docs/planted-bugs.md` shows the same."""

from dataclasses import dataclass

CORE = "layers/portone_payments/src/portone_payments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """`old` stands exactly once in `file` and becomes `new`; then `test` fails, narrowed to `only` (-k)."""

    name: str
    file: str
    old: str
    new: str
    test: str
    only: str = ""


def _bug(name: str, file: str, old: str, new: str, test: str, only: str = "") -> Bug:  # noqa: PLR0917 - a table
    return Bug(name=name, file=f"{CORE}/{file}", old=old, new=new, test=f"tests/{test}.py", only=only)


BUGS: tuple[Bug, ...] = (
    _bug(
        "check, then act: a lost race counts as won",
        "flows/cancel.py",
        """                self.sender.reader.meter.count(Metric.CONFLICT)
                continue
            return reserved, True""",
        """                self.sender.reader.meter.count(Metric.CONFLICT)
            return reserved, True""",
        "faults/test_refund_races",
        "hundred and not console",
    ),
    _bug(
        "unconditional write: a save needs only a payment that exists",
        "adapters/dynamo.py",
        '"#version = :read" if read',
        '"attribute_exists(pk) AND (#version = :read OR #version <> :read)" if read',
        "adapters/test_store_races",
    ),
    _bug(
        "hint stored without raising the version",
        "adapters/keys.py",
        '{"N": str(record.version + 1)}',
        '{"N": str(max(record.version, 1))}',
        "adapters/test_store_contract",
    ),
    _bug(
        "save closes all hints, borne out or not",
        "domain/absorb.py",
        "[hint for hint in _open_hints(payment) if not borne_out(hint, snapshot)]",
        "[hint for hint in _open_hints(payment) if not hint and borne_out(hint, snapshot)]",
        "domain/test_absorb_lagging",
    ),
    _bug(
        "lagging reading accepted",
        "domain/absorb.py",
        "return not promised(payment) <= shown or behind(payment.status, payment.seen, snapshot)",
        "return not promised(payment) <= shown",
        "flows/test_lagging",
    ),
    _bug(
        "answer forgotten: a reading without a promised cancellation is believed",
        "domain/absorb.py",
        "return not promised(payment) <= shown or behind(payment.status, payment.seen, snapshot)",
        "return behind(payment.status, payment.seen, snapshot)",
        "domain/test_refund_settle",
        "promised",
    ),
    _bug(
        "key regenerated on retry",
        "flows/refund_send.py",
        "key=refund.key,",
        'key=f"{refund.key[:40]}{int(moment.now)}",',
        "flows/test_refund_rules",
        "frozen",
    ),
    _bug(
        "amount defaulted: PortOne is left to refund all that is left",
        "adapters/portone_bodies.py",
        '        "amount": order.amount,\n',
        '        **({} if order.amount == order.balance else {"amount": order.amount}),\n',
        "flows/test_refund_rules",
        "as_a_number",
    ),
    _bug(
        "balance re-read on retry",
        "flows/refund_send.py",
        "balance=refund.balance,",
        "balance=payment.seen.total - payment.seen.cancelled if payment.seen else 0,",
        "flows/test_refund_rules",
        "frozen",
    ),
    _bug(
        "mark before effect: a webhook is done before it is read",
        "domain/absorb.py",
        "hints={**payment.hints, hint.id: hint})",
        "hints={**payment.hints, hint.id: replace(hint, state=HintState.DONE)})",
        "flows/test_lagging",
    ),
    _bug(
        "mark before effect: a refund counts as requested before it is sent",
        "flows/cancel.py",
        "return _due_soon(with_refund(reserved, refund), now)",
        "return with_refund(reserved, replace(refund, state=RefundState.REQUESTED))",
        "flows/test_refunds",
        "never_arrived",
    ),
    _bug(
        "new payment id per attempt",
        "flows/prepare.py",
        "return held.status is Status.CANCELLED or lapsed_account",
        "return held.status in {Status.CANCELLED, Status.FAILED} or lapsed_account",
        "flows/test_paying",
    ),
    _bug(
        "reserved and not due: who dies while sending is followed by nobody",
        "flows/cancel.py",
        "return _due_soon(with_refund(reserved, refund), now)",
        "return with_refund(reserved, refund)",
        "faults/test_crash_points",
        "refund and never",
    ),
    _bug(
        "two refunds in flight",
        "domain/refunds.py",
        "if open_refund(payment) is not None or _unread(payment):",
        "if _unread(payment):",
        "domain/test_refunds",
        "open",
    ),
    _bug(
        "old balance: a refund is reserved before the one before it was read",
        "domain/refunds.py",
        "if open_refund(payment) is not None or _unread(payment):",
        "if open_refund(payment) is not None:",
        "flows/test_refund_rules",
        "lags",
    ),
    _bug(
        "refund above the balance",
        "domain/refunds.py",
        "if amount > balance:",
        "if amount > payment.total:",
        "domain/test_refunds",
        "balance",
    ),
    _bug(
        "token at the end, where a PG cuts it off",
        "domain/refunds.py",
        'return f"{refund.token} {refund.reason}"',
        'return f"{refund.reason} {refund.token}"',
        "domain/test_refunds",
        "token",
    ),
    _bug(
        "stranger's cancellation ignored: the refund is sent again",
        "domain/refund_settle.py",
        "    if _stranger(payment, refund, snapshot):\n",
        "    if refund.code and _stranger(payment, refund, snapshot):\n",
        "domain/test_refund_settle",
        "stranger",
    ),
    _bug(
        "unknown outcome called a failure",
        "domain/refund_settle.py",
        "(refund.sent_at or moment.now) >= FORGOTTEN",
        "(refund.sent_at or moment.now) >= 0",
        "domain/test_refund_settle",
        "never_a_no",
    ),
    _bug(
        "one quiet reading is enough",
        "domain/refund_settle.py",
        "if moment.now - refund.quiet_at < QUIET:",
        "if moment.now < refund.quiet_at:",
        "domain/test_refund_settle",
        "two_quiet",
    ),
    _bug(
        "key used after PortOne has forgotten it",
        "domain/refund_settle.py",
        "KEY_WINDOW = 165 * 60",
        "KEY_WINDOW = 365 * 60",
        "flows/test_refunds",
        "key_window",
    ),
    _bug(
        "a failed try hides the one that moved the money",
        "domain/refund_settle.py",
        "return next(moved, found[0] if found else None)",
        "return next(iter(found), None)",
        "domain/test_refund_settle",
        "moved",
    ),
    _bug(
        "account kept after the refund is settled",
        "domain/refund_settle.py",
        "account=None if settled else refund.account,",
        "account=refund.account,",
        "domain/test_refund_settle",
        "drops",
    ),
    _bug(
        "owner and staff share their refund ids",
        "flows/cancel.py",
        "return OWNER if self.owner else STAFF\n",
        "return OWNER\n",
        "flows/test_refund_rules",
        "name_spaces",
    ),
    _bug(
        "somebody else's payment can be refunded",
        "flows/cancel.py",
        "if held is None or (asker.owner and held.user_id != asker.name):",
        "if held is None:",
        "flows/test_refunds",
        "another_users",
    ),
    _bug(
        "the first person is the second one too",
        "flows/cancel.py",
        "if refund.by == asker.by:",
        "if refund.by == OWNER:",
        "flows/test_refunds",
        "second_person",
    ),
    _bug(
        "an ambiguous refund is just closed",
        "flows/staff.py",
        "Decision.CLOSE: held.attention is not None and not _ambiguous(held),",
        "Decision.CLOSE: held.attention is not None,",
        "flows/test_refund_rules",
        "just_closed",
    ),
    _bug(
        "phone bills by the month of UTC",
        "domain/refund_rules.py",
        "KST = timezone(timedelta(hours=9))",
        "KST = timezone(timedelta(hours=0))",
        "domain/test_refund_rules",
        "calendar_month",
    ),
    _bug(
        "VAT of a partial refund by rate instead of by what is left",
        "domain/tax.py",
        "return min(most, max(least, left.vat * taxable // taxable_left))",
        "return min(most, taxable // 11)",
        "domain/test_tax",
    ),
    _bug(
        "proven difference taken for paid",
        "domain/check.py",
        '"total": snapshot.total != payment.total,',
        '"total": snapshot.total > payment.total,',
        "flows/test_refunds",
        "tampered",
    ),
    _bug(
        "mismatch seen and not sent back in the same write",
        "domain/send_back.py",
        "    return return_all(payment, MISMATCH, moment)\n",
        "    return payment\n",
        "domain/test_send_back",
        "in_the_write",
    ),
    _bug(
        "an answer of the PG taken for an outage",
        "domain/outcomes.py",
        'PG_ANSWERS = frozenset({"PG_PROVIDER", "CHANNEL_SPECIFIC"})',
        'PG_ANSWERS = frozenset({"CHANNEL_SPECIFIC"})',
        "flows/test_refund_rules",
        "not_sent_again",
    ),
    _bug(
        "a question answered like any webhook: 2xx approves the payment",
        "flows/receive.py",
        "if delivery.type in {EventType.CONFIRM, UNREADABLE}:",
        "if delivery.type == UNREADABLE:",
        "flows/test_confirm",
    ),
    _bug(
        "a duplicate webhook is worked again",
        "flows/receive.py",
        "if known.state is not HintState.OPEN or young:",
        "if known.state is HintState.OPEN and young:",
        "flows/test_webhooks",
        "duplicate",
    ),
    _bug(
        "the API waits longer than its gateway",
        "entry/http.py",
        "INLINE_SECONDS = 20.0",
        "INLINE_SECONDS = 45.0",
        "faults/test_timeouts",
        "202",
    ),
    _bug(
        "an expired account called a decline, when who closed it died",
        "domain/absorb.py",
        "return waited and same and due_at is not None and now >= due_at",
        "return waited and same and payment.close_tried and due_at is not None and now >= due_at",
        "faults/test_crash_points",
        "time and over",
    ),
    _bug(
        "lost record, new refund: PortOne's cancellation with our token is not taken for what it is",
        "domain/refund_settle.py",
        "    payment = adopt(payment, snapshot, moment)",
        "    adopt(payment, snapshot, moment)",
        "faults/test_restore",
        "executed_again",
    ),
    _bug(
        "a cancellation that may be the refund in flight is taken for a lost one",
        "domain/lost_refunds.py",
        " or perhaps_another(payment, each):",
        ":",
        "domain/test_lost_refunds",
        "in_flight",
    ),
    _bug(
        "charged without asking the stock hook",
        "flows/approval_send.py",
        "reserved = self.stock is None or self.stock.reserve(payment.payment_id, approval.attempt)",
        "reserved = True",
        "flows/test_approvals",
        "hook_is_asked",
    ),
    _bug(
        "mark before effect: the stock hook's answer is not stored before the charge",
        "flows/approval_send.py",
        """                self.reader.store.save(told)
            except Conflict:
                self.reader.meter.count(Metric.CONFLICT)
                continue
            return replace(told, version=told.version + 1)""",
        """                pass
            except Conflict:
                self.reader.meter.count(Metric.CONFLICT)
                continue
            return told""",
        "flows/test_approvals",
        "stored_before",
    ),
    _bug(
        "a refusal of a second send taken for the outcome of the first",
        "flows/trying.py",
        "if outcome is Outcome.NO_EFFECT and first:",
        "if outcome is Outcome.NO_EFFECT:",
        "flows/test_approvals",
        "second_send",
    ),
    _bug(
        "an approval that failed is released to nobody",
        "domain/approval.py",
        "return record(failed, fact, moment",
        "return failed or record(failed, fact, moment",
        "flows/test_approvals",
        "portone_does_not_know",
    ),
    _bug(
        "a cash receipt that does not follow refunds",
        "domain/cash_receipts.py",
        "return issued and receipt is not None and receipt.amount != remaining(payment)[0]",
        "return False",
        "flows/test_cash_receipts",
        "refund",
    ),
    _bug(
        "the number a cash receipt is for is kept",
        "domain/receipt_settle.py",
        "        identity=None,\n        issue_number",
        "        issue_number",
        "flows/test_cash_receipts",
        "sealed",
    ),
    _bug(
        "a lease that loses to its own retry",
        "adapters/dynamo.py",
        "if ours and stored",
        "if not ours and stored",
        "adapters/test_store_due",
        "own_answer",
    ),
    _bug(
        "the audit lists what is only on its way",
        "domain/differences.py",
        "return now - last < SETTLED and not heals(held, snapshot)",
        "return now < last",
        "flows/test_audit",
    ),
    _bug(
        "a deleted issue window that nobody looks through",
        "domain/wallet.py",
        "if key.sealed is None and key.state not in _OPEN:",
        "if key.sealed is None:",
        "flows/test_state_machine",
        "window_that_is_deleted",
    ),
    _bug(
        "a deletion that wakes its worker without end",
        "flows/key_desk.py",
        "self.queue.send((due,), delay=DELAY)",
        "self.queue.send((due,))",
        "flows/test_state_machine",
        "keeps_no_worker_busy",
    ),
    _bug(
        "an event about a billing key dropped because it was signed long ago",
        "flows/receive.py",
        "if not delivery.fresh and not about_key:",
        "if not delivery.fresh:",
        "flows/test_state_machine",
        "signed_long_ago",
    ),
    _bug(
        "an order in parts that is whole again although its deposit was given up",
        "domain/settling.py",
        "given_up = any(each.state is InvoiceState.UNPAID for each in subscription.invoices.values())",
        "given_up = False",
        "flows/test_state_machine",
        "deposit_was_given_up",
    ),
    _bug(
        "a call that the function's role refuses on AWS",
        "flows/claims.py",
        "return frozenset(each",
        "return frozenset(store.payments(key.claims)) and frozenset(each",
        "functions/test_charges",
        "paid_many_orders",
    ),
)
