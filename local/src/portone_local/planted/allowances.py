"""Bugs in what one user may have of what costs: each is found by the test of its rule."""

from portone_local.planted.bug import Bug, in_core

ALLOWANCES: tuple[Bug, ...] = (
    in_core(
        "PortOne is asked as often as an app asks",
        "flows/payments/verify.py",
        "    if used_up(payment.spent, *READINGS, now=now):",
        "    if False:",
        "flows/shared/test_allowances",
        "every_second",
    ),
    in_core(
        "every invented token is confirmed at PortOne and reserved for",
        "flows/approvals/approve.py",
        "        check_by_hand(held, now)\n",
        "",
        "flows/shared/test_allowances",
        "invented_tokens",
    ),
    in_core(
        "every repeated prepare asks PortOne",
        "flows/payments/open_checkout.py",
        " or payment.fixed == fixed:",
        ":",
        "flows/shared/test_allowances",
        "repeated_prepare",
    ),
    in_core(
        "methods are saved and deleted without end",
        "flows/billing_keys/issue.py",
        "spend(wallet.spent, METHODS, now=now)",
        "wallet.spent",
        "flows/billing_keys/test_allowances_of_methods",
        "saved_and_deleted",
    ),
    in_core(
        "who asked too much may not make a subscription cheaper",
        "domain/subscriptions/plan_change.py",
        "plan.amount < agreed",
        "False",
        "flows/billing_keys/test_allowances_of_methods",
        "ending_pausing_and",
    ),
    in_core(
        "who waits as long as they were told is refused again",
        "domain/shared/allowances.py",
        "    room = (allowance.most - 1) * allowance.every",
        "    room = 0",
        "domain/shared/test_allowances",
    ),
    in_core(
        "a verification is read as often as somebody asks",
        "flows/identity/verify.py",
        "            check_looks(attempt, self.clock.now())\n",
        "",
        "flows/identity/test_looking_on",
        "fruitless_status_reads",
    ),
)
