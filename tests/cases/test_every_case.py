"""Each sequence that once broke something has the rules that would have held it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CASES: dict[str, tuple[str, ...]] = {
    "A1": ("test_doubt.py",),
    "A2": ("test_operators.py::test_a_method_saved_under_an_old_channel", "test_a_trial_begun_under"),
    "A3": (
        "faults/test_nothing_grows.py::test_whatever_is_repeated",
        "test_growth.py::test_a_bound_answers",
        "test_an_owners_bound",
    ),
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
        "test_stores.py::test_a_retry_goes_out",
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
        "test_refused_charges.py::test_one_customer_whose_charges",
        "test_stops.py::test_a_stop_one_container",
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
    "A34": ("functions/test_bad_input.py::test_an_order_with_a_wrong_field_is_refused",),
    "A35": (
        "functions/test_bad_input.py::test_a_name_is_taken_as_it_is_read",
        "test_the_same_order_typed",
        "test_windows_more.py::test_a_name_typed_on_a_mac",
    ),
    "A36": (
        "adapters/secrets/test_malformed_secrets.py::test_secrets_are_read_without",
        "adapters/test_webhook_signature.py::test_a_secret_verifies_as_it_was_pasted",
    ),
    "A37": ("test_readings.py::test_a_deposit_a_bank_took_back", "test_many_readings_within_seconds"),
    "A38": ("test_withdrawn.py", "test_withdrawn_later.py"),
    "A39": ("test_windows.py", "test_windows_more.py"),
    "A40": ("test_workers.py::test_a_worker_whose_every_job_fails", "test_a_worker_without_trouble"),
    "A41": ("test_webhooks.py::test_a_payment_that_is_verified_first", "test_a_webhook_that_says_what"),
    "C the local stack": (
        "bundle/gateway/test_schedules.py::test_every_scheduled_function",
        "test_the_audit_is_played",
        "bundle/gateway/test_serve_settings.py::test_another_portone_is_never_shown",
        "bundle/gateway/test_serve_process.py::test_two_stacks_of_a_clone",
        "test_the_demo_ends_at_once",
    ),
    "C the fake": (
        "adapters/fake_portone/test_list_filters.py::test_a_filter_finds",
        "test_cash_receipts_are_listed",
        "adapters/fake_portone/test_http.py::test_what_there_is_no_operation_for",
        "adapters/fake_portone/test_schedules.py::test_a_schedule_is_started",
        "test_a_schedule_whose_pg_approves_later",
    ),
    "C webhook headers": (
        "adapters/test_webhook_signature.py::test_a_malformed_entry_beside",
        "test_blanks_around_entries",
        "test_a_mac_verifies_without",
    ),
    "C tables in memory": ("adapters/test_table_rules.py::test_the_table_in_memory",),
    "C the API document": (
        "functions/test_document.py::test_every_closed_set",
        "test_nothing_of_our_code",
        "test_each_operation_has_one_tag",
        "test_what_may_be_sent_again",
        "bundle/test_generated_clients.py",
    ),
    "C the deploy line": ("bundle/test_deploy_as_printed.py",),
}
"""A file (beside this one, or below tests/), a test in it by the beginning of its name, and others of it."""

HERE = Path(__file__).parent


def names_in(file: str) -> list[str]:
    """The names of the tests in a file."""
    path = (HERE.parent if "/" in file else HERE) / file
    return re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)


def rules_of(case: str) -> Iterator[tuple[str, list[str]]]:
    """Each rule that is named for a case, with the tests that it names."""
    file = ""
    for rule in CASES[case]:
        named, _, beginning = rule.rpartition("::") if not rule.endswith(".py") else (rule, "", "")
        file = named or file
        yield rule, [each for each in names_in(file) if each.startswith(beginning)]


@pytest.mark.parametrize("case", CASES)
def test_a_case_has_rules_that_hold_it(case: str) -> None:
    assert [rule for rule, tests in rules_of(case) if not tests] == []


def test_every_case_of_payments_refunds_and_sweep_is_held() -> None:
    assert {case for case in CASES if case.startswith("A")} == {f"A{number}" for number in range(1, 42)}
