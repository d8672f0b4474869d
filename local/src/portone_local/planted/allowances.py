"""Bugs in what one user may have of what costs: each is found by the test of its rule."""

from portone_local.planted.bug import Bug, in_core

ALLOWANCES: tuple[Bug, ...] = (
    in_core(
        "an app has PortOne read without a limit",
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
        "every repeated prepare registers at PortOne",
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
        "a user above the limit may not make a subscription cheaper",
        "domain/subscriptions/plan_change.py",
        "plan.amount < agreed",
        "False",
        "flows/billing_keys/test_allowances_of_methods",
        "ending_pausing_and",
    ),
    in_core(
        "a request repeated after Retry-After is refused again",
        "domain/shared/allowances.py",
        "    room = (allowance.most - 1) * allowance.every",
        "    room = 0",
        "domain/shared/test_allowances",
    ),
    in_core(
        "a verification is read without a limit",
        "flows/identity/verify.py",
        "            check_looks(attempt, self.clock.now())\n",
        "",
        "flows/identity/test_looking_on",
        "fruitless_status_reads",
    ),
)
