"""Each sequence that once broke something has the rules that would have held it."""

import re
from pathlib import Path

CASES: dict[str, tuple[str, ...]] = {
    "A1": ("test_doubt.py",),
    "A2": ("test_operators.py::test_a_method_saved_under_an_old_channel", "test_a_trial_begun_under"),
    "A3": ("test_growth.py::test_whatever_is_repeated", "test_a_bound_answers", "test_an_owners_bound"),
    "A4": ("test_sweep.py::test_a_record_that_is_in_the_way", "test_lists_show", "test_the_audit_goes_on"),
    "A5": (
        "test_refunds.py::test_a_cancel_without_an_answer",
        "test_a_cancel_whose_absence",
        "test_two_read",
    ),
    "A6": ("test_refunds.py::test_a_cancel_answered", "test_a_refund_in_the_console_is_seen_although"),
    "A7": ("test_readings.py::test_paid_is_never_older", "test_a_deposit_counts", "test_money_given_back_is"),
    "A8": ("test_operators.py::test_a_payment_of_a_channel_that_is_gone", "test_what_was_prepared_under"),
    "A9": (
        "test_operators.py::test_what_was_paid_stays_paid",
        "test_a_person_is_asked_when",
        "test_what_was",
        "test_a_retry_goes_out",
        "test_what_is_under_way",
    ),
    "A10": ("test_attention.py::test_money_that_must_not_stay", "test_a_person_is_told_when_money"),
    "A11": ("test_attention.py::test_an_account_that_was_refused", "test_staff_is_not_kept"),
    "A12": ("test_attention.py::test_what_goes_back_by_itself", "test_a_surplus_with_a_discount"),
    "A13": ("test_attention.py::test_an_ambiguous_refund",),
    "A14": ("test_attention.py::test_an_unknown_outcome", "test_resolving_one_call", "test_a_doubt_does_not"),
    "A15": (
        "test_errors_of_ours.py::test_renewals_refused_for",
        "test_a_first_charge",
        "test_one_customer_whose_charges",
        "test_a_stop_one_container",
    ),
    "A16": ("test_prepare.py::test_an_order_whose_id_is_spent", "test_a_spent_id"),
    "A17": ("test_limits.py::test_who_may_be_the_same_person", "test_another_person"),
    "A18": ("test_limits.py::test_the_limit_of_one_member", "test_an_owners_maximum", "test_two_members"),
    "A19": ("test_limits.py::test_a_group_that_only_contains", "test_who_is_in_the_group"),
    "A20": ("test_readings.py::test_a_deposit_is_given_back_only", "test_a_deposits_refund", "test_the_acc"),
    "A21": ("test_readings.py::test_what_a_reading_leaves_out", "test_a_refund_of_a_deposit_still"),
    "A22": ("test_readings.py::test_what_was_tampered_with", "test_a_test_payment_in_live_mode"),
    "A23": ("test_readings.py::test_an_easy_pay_that_may_have_been_a_card",),
    "A24": ("test_texts.py",),
    "A25": ("test_growth.py::test_windows_opened_and_deleted", "test_a_window_can_be_opened_again"),
    "A26": ("test_next_version.py",),
    "A27": ("test_readings.py::test_a_virtual_account_without_an_end", "test_a_deposit_into_a_virtual"),
    "A28": ("test_readings.py::test_what_stays_pending_for_months", "test_what_was_pending_for_months"),
    "A29": ("test_readings.py::test_a_hint_is_given_up_by_its_age",),
    "A30": ("test_webhooks.py::test_a_webhook_about_a_payment_missing_here", "test_an_old_webhook"),
    "A31": ("test_workers.py::test_charges_go_on_whatever", "test_the_customer_of_a_sweep"),
    "A32": ("test_prepare.py::test_a_repeated_key", "test_what_a_repeated_key_opens"),
    "A33": ("test_user_ids.py",),
    "A37": ("test_readings.py::test_a_deposit_a_bank_took_back", "test_many_readings_within_seconds"),
    "A38": ("test_withdrawn.py",),
    "A39": ("test_windows.py",),
    "A40": ("test_workers.py::test_a_worker_whose_every_job_fails", "test_a_worker_without_trouble"),
    "A41": ("test_webhooks.py::test_a_payment_that_is_verified_first", "test_a_webhook_that_says_what"),
}
"""A file, or the beginnings of the names of tests in it: its first is named with the file."""

HERE = Path(__file__).parent


def names_in(file: str) -> list[str]:
    """The names of the tests in a file beside this one."""
    return re.findall(r"^def (test_\w+)", (HERE / file).read_text(), re.MULTILINE)


def rules_of(case: str) -> list[str]:
    """The tests that hold a case."""
    first, *others = CASES[case]
    file, _, name = first.partition("::")
    beginnings = tuple(filter(None, (name, *others)))
    return [each for each in names_in(file) if not beginnings or each.startswith(beginnings)]


def test_every_case_has_a_rule_that_holds_it() -> None:
    assert [case for case in CASES if not rules_of(case)] == []


def test_every_beginning_named_is_that_of_a_test() -> None:
    everywhere = [name for file in HERE.glob("test_*.py") for name in names_in(file.name)]
    named = [each.rpartition("::")[2] for held in CASES.values() for each in held]

    lost = [name for name in named if name.startswith("test_") and not name.endswith(".py")]
    assert [name for name in lost if not any(each.startswith(name) for each in everywhere)] == []


def test_every_case_of_payments_refunds_and_sweep_is_held() -> None:
    later = {34, 35, 36}

    assert set(CASES) == {f"A{number}" for number in range(1, 42) if number not in later}
