"""The oracle: what must hold after every run of a flow, judged from outside (docs/invariants.md).

    with Stack.in_memory() as stack:
        ...
        converge(stack)
        assert_clean(stack)

It reads the fake PortOne's books, a dump of the table and what was written to logs, metrics and queues; it
calls nothing of what it judges but the codec, and the two tables it shares (MOVES, the ladder's limits).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from portone_local.oracle.agreements import nothing_is_charged_above_what_was_agreed
from portone_local.oracle.aloud import CANARIES, answers_are_documented, nothing_secret_aloud
from portone_local.oracle.approvals import (
    approvals_happen_once,
    failed_tries_are_released,
    nothing_is_charged_unasked,
    settled_tries_keep_no_token,
)
from portone_local.oracle.attentions import calls_are_listed
from portone_local.oracle.by_hand import returns_by_hand_are_said
from portone_local.oracle.charges import (
    charges_are_stored_first,
    dropped_keys_keep_nothing,
    ends_are_final,
    invoices_agree_with_payments,
    invoices_ask_what_is_agreed,
    keys_agree_with_portone,
    nothing_is_charged_after_the_end,
    one_payment_per_invoice,
    subscriptions_move_on,
)
from portone_local.oracle.collection import (
    charge_backs_stop_collecting,
    completed_is_paid,
    doubt_settles_nothing,
    later_parts_wait,
)
from portone_local.oracle.course import (
    age_raises_alarms,
    doubt_calls_a_person,
    history_has_no_gap,
    status_never_regresses,
    unfinished_is_due,
)
from portone_local.oracle.credits import (
    credits_are_due,
    credits_are_used_once,
    invoices_cost_what_was_agreed,
    nothing_refunded_is_credited,
    paid_changes_take_place,
)
from portone_local.oracle.ends import nothing_outlives_its_end
from portone_local.oracle.evidence import Answered, Charge, Evidence, Finding, Operation
from portone_local.oracle.gathering import gather
from portone_local.oracle.lives import (
    nothing_is_charged_while_ending,
    one_subscription_of_a_group,
    one_trial_of_a_group,
    paid_until_is_paid,
    statuses_agree_with_figures,
    statuses_follow_the_clock,
    stops_call_a_person,
)
from portone_local.oracle.money import (
    AGREES,
    agrees_with_portone,
    never_paid_when_different,
    one_payment_per_order,
    sums_within_orders,
)
from portone_local.oracle.neighbours import others_get_on, skipped_items_are_told
from portone_local.oracle.observed import ObservedStack
from portone_local.oracle.operators import (
    doubts_are_portones,
    mismatches_are_portones,
    operators_move_no_money,
)
from portone_local.oracle.promises import (
    accepted_deliveries_count,
    hints_are_closed,
    keys_lead_to_their_resource,
)
from portone_local.oracle.published import every_fact_is_published
from portone_local.oracle.receipts import (
    moving_receipts_are_due,
    receipts_are_portones,
    receipts_keep_step,
    settled_receipts_keep_no_number,
)
from portone_local.oracle.refunds import (
    never_more_than_paid,
    refunds_happen_once,
    settled_refunds_keep_no_account,
)
from portone_local.oracle.shown import what_comes_next_is_said, what_was_said_is_charged
from portone_local.oracle.silence import dead_work_is_told, troubles_call_a_person
from portone_local.oracle.sizes import nothing_grows_without_bound
from portone_local.oracle.standstill import (
    accounts_are_asked_for,
    invoices_get_on,
    keys_get_on,
    nobody_is_refused_for_ever,
)
from portone_local.oracle.sums import (
    amounts_can_be_charged,
    balances_come_from_invoices,
    returned_money_leaves_no_credit,
)
from portone_local.stack.stack import Stack

__all__ = [
    "AGREES",
    "CANARIES",
    "INVARIANTS",
    "OPEN",
    "Answered",
    "Charge",
    "Evidence",
    "Finding",
    "ObservedStack",
    "Operation",
    "assert_clean",
    "check",
    "converge",
    "gather",
    "judge",
]

WITHIN = 15 * 60.0
STEP = 60.0

type Invariant = Callable[[Evidence], Iterator[Finding]]
INVARIANTS: tuple[Invariant, ...] = (
    one_payment_per_order,
    sums_within_orders,
    refunds_happen_once,
    never_more_than_paid,
    returns_by_hand_are_said,
    settled_refunds_keep_no_account,
    nothing_is_charged_unasked,
    approvals_happen_once,
    failed_tries_are_released,
    settled_tries_keep_no_token,
    receipts_are_portones,
    receipts_keep_step,
    settled_receipts_keep_no_number,
    moving_receipts_are_due,
    one_payment_per_invoice,
    invoices_ask_what_is_agreed,
    invoices_cost_what_was_agreed,
    nothing_is_charged_above_what_was_agreed,
    paid_changes_take_place,
    credits_are_due,
    nothing_refunded_is_credited,
    credits_are_used_once,
    amounts_can_be_charged,
    balances_come_from_invoices,
    returned_money_leaves_no_credit,
    charges_are_stored_first,
    nothing_is_charged_after_the_end,
    invoices_agree_with_payments,
    keys_agree_with_portone,
    dropped_keys_keep_nothing,
    subscriptions_move_on,
    ends_are_final,
    agrees_with_portone,
    never_paid_when_different,
    hints_are_closed,
    accepted_deliveries_count,
    keys_lead_to_their_resource,
    status_never_regresses,
    history_has_no_gap,
    every_fact_is_published,
    age_raises_alarms,
    unfinished_is_due,
    doubt_calls_a_person,
    answers_are_documented,
    calls_are_listed,
    troubles_call_a_person,
    dead_work_is_told,
    completed_is_paid,
    doubt_settles_nothing,
    later_parts_wait,
    charge_backs_stop_collecting,
    statuses_agree_with_figures,
    statuses_follow_the_clock,
    paid_until_is_paid,
    nothing_is_charged_while_ending,
    stops_call_a_person,
    one_subscription_of_a_group,
    one_trial_of_a_group,
    what_comes_next_is_said,
    what_was_said_is_charged,
    invoices_get_on,
    keys_get_on,
    accounts_are_asked_for,
    nobody_is_refused_for_ever,
    others_get_on,
    skipped_items_are_told,
    nothing_grows_without_bound,
    nothing_outlives_its_end,
    operators_move_no_money,
    mismatches_are_portones,
    doubts_are_portones,
)
OPEN: Mapping[str, Invariant] = {}
"""Clauses that something breaks still, by its case; where one does is a strict expected failure."""
_LEFT_OUT = frozenset(OPEN.values())
_TAKES_TIME = (agrees_with_portone, hints_are_closed, accepted_deliveries_count)


def judge(evidence: Evidence, *, canaries: Iterable[str] = (), with_open: bool = False) -> list[Finding]:
    """Every broken invariant in the evidence; `canaries` come on top of the planted ones.

    `with_open` judges by the clauses of OPEN too.
    """
    judged = INVARIANTS if with_open else (each for each in INVARIANTS if each not in _LEFT_OUT)
    found = [finding for invariant in judged for finding in invariant(evidence)]
    return [*found, *nothing_secret_aloud(evidence, (*CANARIES, *canaries))]


def check(
    stack: Stack,
    *,
    canaries: Iterable[str] = (),
    answers: Iterable[Answered] = (),
    hurt: bool = False,
) -> list[Finding]:
    """Every broken invariant of a stack; `hurt` when a dependency other than PortOne was made to fail."""
    return judge(gather(stack, answers=answers, hurt=hurt), canaries=canaries)


def assert_clean(
    stack: Stack,
    *,
    canaries: Iterable[str] = (),
    answers: Iterable[Answered] = (),
    hurt: bool = False,
) -> None:
    """Raises AssertionError with one line per broken invariant."""
    found = check(stack, canaries=canaries, answers=answers, hurt=hurt)
    if found:
        lines = [f"{each.invariant} {each.payment_id or '-'}: {each.sentence}" for each in found]
        raise AssertionError("\n".join(lines))


def converge(stack: Stack, limit: float = WITHIN) -> float:
    """Let time pass until we agree with PortOne or `limit` seconds are over; the seconds it took (I4)."""
    start = stack.clock.now()
    while stack.clock.now() - start < limit and _unsettled(stack):
        stack.run_for(STEP)
    return stack.clock.now() - start


def _unsettled(stack: Stack) -> bool:
    evidence = gather(stack)
    return any(finding for invariant in _TAKES_TIME for finding in invariant(evidence))
