"""Each sequence that once broke something has the tests that would have caught it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CASES: dict[str, tuple[str, ...]] = {
    "A1": ("test_doubt.py",),
    "A2": ("test_operators.py::test_a_method_saved_under_an_old_channel", "test_a_trial_begun_under"),
    "A3": (
        "faults/test_nothing_grows.py::test_every_repeated_command",
        "test_growth.py::test_every_command_an",
        "test_the_bound_of",
    ),
    "A4": ("test_sweep.py::test_an_unreadable_record", "test_lists_show", "test_the_audit_continues"),
    "A5": (
        "test_refunds.py::test_readings_without_a",
        "test_an_unanswered_cancel",
        "test_two_read",
    ),
    "A6": ("test_refunds.py::test_a_cancel_answered", "test_a_console_refund"),
    "A7": (
        "test_readings.py::test_paid_is_never_older",
        "test_a_deposit_counts_although",
        "test_a_refund_is",
    ),
    "A8": ("test_operators.py::test_a_payment_of_a_removed", "test_a_payment_prepared"),
    "A9": (
        "test_operators.py::test_a_paid_payment_stays",
        "test_a_paid_payment_that",
        "test_a_payment_prepared",
        "test_a_payment_authenticated",
        "test_a_payment_is",
        "test_a_paid_payment_stays",
        "test_stores.py::test_a_retry_is",
        "test_a_payment_under",
    ),
    "A10": ("test_attention.py::test_an_automatic_refund_is", "test_an_automatic_refund_that"),
    "A11": ("test_attention.py::test_a_refused_refund", "test_staff_can_refund"),
    "A12": ("test_attention.py::test_an_automatic_refund_uses", "test_a_surplus_with_a_discount"),
    "A13": ("test_attention.py::test_an_ambiguous_refund",),
    "A14": (
        "test_attention.py::test_an_unknown_outcome",
        "test_resolving_one_attention",
        "test_a_doubt_does_not",
    ),
    "A15": (
        "test_errors_of_ours.py::test_renewals_refused_for",
        "test_a_first_charge",
        "test_refused_charges.py::test_one_customer_whose_charges",
        "test_stops.py::test_a_stop_found_by_one_container",
    ),
    "A16": ("test_prepare.py::test_an_order_whose", "test_a_used_up"),
    "A17": ("test_limits.py::test_a_requester_who", "test_a_second_member"),
    "A18": ("test_limits.py::test_the_limit_of_one_member", "test_an_owners_maximum", "test_two_members"),
    "A19": ("test_limits.py::test_a_group_that_only_contains", "test_a_member_of"),
    "A20": ("test_readings.py::test_a_deposit_counts_as", "test_a_pending_deposit", "test_the_acc"),
    "A21": ("test_readings.py::test_a_field_a", "test_a_deposit_refund"),
    "A22": ("test_readings.py::test_a_tampered_payment", "test_a_test_payment_in_live_mode"),
    "A23": ("test_readings.py::test_an_easy_pay_that_may_have_been_a_card",),
    "A24": ("test_texts.py",),
    "A25": ("test_growth.py::test_a_card_can", "test_a_window_can_be_opened_again"),
    "A26": ("test_next_version.py",),
    "A27": ("test_readings.py::test_a_virtual_account", "test_a_deposit_into_a_virtual"),
    "A28": (
        "test_readings.py::test_a_payment_pending_for_months_raises",
        "test_a_payment_pending_for_months_is",
    ),
    "A29": ("test_readings.py::test_a_hint_is_given_up_by_its_age",),
    "A30": (
        "test_webhooks.py::test_a_webhook_about_a_payment",
        "test_an_old_webhook",
        "test_an_old_unsigned",
    ),
    "A31": ("test_workers.py::test_charges_continue_whatever", "test_a_customer_swept"),
    "A32": ("test_prepare.py::test_a_repeated_key", "test_the_payment_a"),
    "A33": ("test_user_ids.py",),
    "A34": ("functions/test_bad_input.py::test_an_order_with_a_wrong_field_is_refused",),
    "A35": (
        "functions/test_bad_input.py::test_a_name_is",
        "test_the_same_order_typed",
        "test_windows_more.py::test_a_name_typed_on_a_mac",
    ),
    "A36": (
        "adapters/aws/secrets/test_malformed_secrets.py::test_a_secret_is",
        "adapters/portone/test_webhook_signature.py::test_a_secret_verifies_as_it_was_pasted",
    ),
    "A37": (
        "test_readings.py::test_a_deposit_the",
        *("test_readings_within_seconds", "test_came_back.py", "test_reversed.py"),
    ),
    "A38": ("test_withdrawn.py", "test_withdrawn_later.py"),
    "A39": ("test_windows.py", "test_windows_more.py"),
    "A40": ("test_workers.py::test_a_worker_whose_every_job_fails", "test_a_worker_without_trouble"),
    "A41": ("test_webhooks.py::test_a_payment_verified", "test_a_webhook_that"),
    "B1": ("test_subscriptions_owed.py::test_a_renewal_refunded", "test_a_part_refunded"),
    "B2": (
        "test_subscriptions_owed.py::test_a_card_for_something_else",
        *("test_a_subscription_given_up_is", "test_a_card_given_in", "test_paying_an_invoice"),
    ),
    "B3": (
        "test_subscriptions_prices.py::test_an_older_period_paid",
        *("test_a_price_is_agreed", "test_a_period_paid_with", "test_the_end_of_a_discount"),
        *("test_a_price_rise_during", "test_a_later_downgrade"),
    ),
    "B4": (
        "test_subscriptions_prices.py::test_a_price_that_rises",
        "test_starting_agrees",
    ),
    "B5": (
        "test_subscriptions_owed.py::test_an_order_of_which",
        *("test_a_part_its_customer", "test_a_part_only_the_shop"),
    ),
    "B6": (
        "test_subscriptions_owed.py::test_a_balance_is_not_charged",
        "test_an_instalment_is_not",
    ),
    "B7": (
        "test_subscriptions_owed.py::test_a_balance_that_was",
        *("test_an_invoice_paid_by_window", "test_dunning_waits", "test_a_window_paid", "test_what_staff"),
    ),
    "B8": ("test_subscriptions_owed.py::test_a_pause_in_grace", "test_a_pause_that"),
    "B9": (
        "test_subscriptions_prices.py::test_a_shops_change",
        *("test_a_customers_choice", "test_a_new_price_for_everybody"),
    ),
    "B10": ("test_subscriptions_prices.py::test_a_credit_goes", "test_a_credit_used"),
    "B11": (
        "test_subscriptions_lives.py::test_a_cancellation_at_period_end_ends_now",
        *("test_a_charge_under_way", "test_a_trial_cancelled", "test_neither_a_decline"),
    ),
    "B12": ("test_subscriptions_lives.py::test_no_command_is_agreed",),
    "B13": (
        "test_subscriptions_lives.py::test_a_cancellation_at_period_end_can",
        *("test_what_has_ended", "test_keeping_brings_back", "test_keeping_a_trial"),
        "test_a_cancellation_leaves_open",
    ),
    "B14": (
        "test_subscriptions_lives.py::test_a_cancellation_at_period_end_is_told",
        "test_a_card_chosen",
    ),
    "B15": (
        "test_subscriptions_lives.py::test_an_app_cannot_begin",
        *("test_a_subscription_is_pending", "test_a_pending_subscription"),
    ),
    "B16": (
        "test_subscriptions_prices.py::test_a_credit_pays",
        *("test_an_upgrade_dearer", "test_another_interval"),
    ),
    "B17": ("test_subscriptions_prices.py::test_a_difference_below", "test_an_invoice_of_which"),
    "B18": ("test_subscriptions_prices.py::test_a_free_plan", "test_an_order_of_nothing"),
    "B19": (
        "test_subscriptions_plans.py::test_a_user_has_one_subscription",
        *("test_the_shop_does_not", "test_a_plan_change_does_not", "test_groups_and_users"),
        *("test_who_has_cancelled", "test_with_the_setting_off", "test_a_subscription_whose_first"),
    ),
    "B20": (
        "test_subscriptions_plans.py::test_a_user_has_one_trial",
        *("test_who_had_a_trial", "test_the_shop_gives"),
    ),
    "B21": (
        "test_subscriptions_methods.py::test_money_taken_back",
        "test_a_balance_is_not_charged",
    ),
    "B22": (
        "test_subscriptions_methods.py::test_the_default_pays",
        *("test_with_the_setting_off", "test_what_is_tied"),
    ),
    "B23": (
        "test_subscriptions_methods.py::test_deleting_the",
        "test_another_default",
    ),
    "B24": (
        "test_subscriptions_staff.py::test_closing_an_account",
        *("test_an_account_that_closed", "test_staff_sees"),
    ),
    "B25": ("test_subscriptions_plans.py::test_a_plan_for_named", "test_a_plan_off_sale"),
    "B26": (
        "test_subscriptions_staff.py::test_a_refund",
        *("test_staff_lists", "test_staff_pauses"),
    ),
    "B27": (
        "test_subscriptions_owed.py::test_a_new_subscription",
        "test_a_subscription_given_up_does",
    ),
    "B28": ("test_subscriptions_methods.py::test_a_card_its_pg", "test_a_code_nobody"),
    "B29": ("test_subscriptions_lives.py::test_a_day_begun",),
    "C the local stack": (
        "bundle/gateway/test_schedules.py::test_every_scheduled_function",
        "test_the_audit_runs",
        "bundle/gateway/test_serve_settings.py::test_another_portone_never",
        "bundle/gateway/test_serve_process.py::test_two_stacks_of_a_clone",
        "test_the_demo_ends_at_once",
    ),
    "C the fake": (
        "adapters/fake_portone/test_list_filters.py::test_a_filter_finds",
        "test_cash_receipts_are_listed",
        "adapters/fake_portone/test_http.py::test_an_unknown_operation",
        "adapters/fake_portone/test_schedules.py::test_a_schedule_is_started",
        "test_a_schedule_whose_pg_approves_later",
        "adapters/fake_portone/test_contract.py::test_every_method_and_cancellation",
    ),
    "C webhook headers": (
        "adapters/portone/test_webhook_signature.py::test_a_malformed_entry_beside",
        "test_blanks_around_entries",
        "test_a_mac_verifies_without",
    ),
    "C tables in memory": ("adapters/dynamo/test_table_rules.py::test_the_table_in_memory",),
    "C the API document": (
        "functions/test_document.py::test_every_closed_set",
        "test_the_document_names",
        "test_each_operation_has",
        "test_a_retryable_answer",
        "bundle/test_generated_clients.py",
    ),
    "C the deploy line": ("bundle/test_deploy_as_printed.py",),
    "D1": (
        "test_identity_asked.py::test_a_channel_chosen",
        *("test_another_merchant_of_the_same_provider", "test_an_answer_that_does_not_show"),
        *("test_the_stricter_of", "test_fields_dropped_by", "test_a_value_the"),
        "test_an_age_the",
    ),
    "D2": (
        "test_identity_claims.py::test_two_older_accounts",
        "test_two_accounts_that",
        *("test_an_account_added", "test_the_first_account", "test_staff_sees_accounts"),
        *("test_staff_decides", "test_a_decision_needs", "test_accounts_found_later"),
    ),
    "D3": (
        "test_identity_claims.py::test_users_follow_a",
        *("test_an_account_whose", "test_a_hash_key"),
    ),
    "D4": (
        "test_identity_sweep.py::test_a_person_that",
        "test_facts_that_cannot",
    ),
    "D5": ("test_identity_sweep.py::test_a_hundred_thousand", "test_a_sweep_out"),
    "D6": ("test_identity_erasure.py::test_an_erasure_removes", "test_a_user_id"),
    "D7": (
        "test_identity_asked.py::test_expiry_is_judged",
        "test_an_answer_that_arrives",
        "test_identity_erasure.py::test_data_that_expires",
    ),
    "D8": ("test_identity_asked.py::test_a_user_verified",),
    "D9": ("test_identity_limits.py",),
    "D10": (
        "test_identity_asked.py::test_a_user_who",
        "test_another_person_may",
    ),
    "D11": (
        "test_identity_erasure.py::test_a_replacement_is",
        "test_the_history_keeps",
        *("test_the_reason_in_a_history", "test_identity_asked.py::test_a_permit_admits"),
    ),
    "D12": (
        "test_identity_sweep.py::test_the_reason_of",
        "test_identity_erasure.py::test_a_user_erased_while_a_permit",
    ),
    "D13": (
        "test_identity_erasure.py::test_a_user_erased_while_a_look",
        "test_a_user_erased_while_the",
    ),
    "D14": ("test_identity_claims.py::test_an_owner_whose", "test_another_merchant_id"),
    "D15": (
        "test_identity_restored.py",
        *("test_identity_erasure.py::test_no_identifying_value", "test_claims_under_every"),
        "test_items_an_erased",
    ),
    "D16": ("test_identity_asked.py::test_a_misspelt_setting",),
    "D17": ("test_identity_asked.py::test_an_unreadable_purpose",),
    "D18": ("test_identity_erasure.py::test_a_deleted_log",),
    "D19": (
        "test_identity_claims.py::test_a_person_is_erased_after_any_number",
        "test_a_person_known_by_ever_more",
    ),
    "D20": ("test_identity_asked.py::test_a_short_or",),
    "E1": (
        "test_abuse.py::test_approvals_cost_nothing",
        *("test_invented_tokens", "test_hostile_user.py::test_the_cost_of"),
    ),
    "E2": (
        "test_developers_machine.py::test_a_page_of",
        *("test_a_cors_preflight", "test_a_form_of", "test_the_local_aws", "test_files_written_by"),
    ),
    "E3": ("bundle/test_guessing.py::test_no_short_value", "test_a_planted_hash"),
    "E4": (
        "bundle/gateway/test_careless_template.py::test_nobody_is_accepted",
        *("test_a_function_url", "test_a_job_behind"),
    ),
    "E5": (
        "bundle/gateway/test_careless_template.py::test_nobody_is_accepted",
        "functions/test_callers.py::test_a_principal_the_operator_did_not_name",
        *("test_an_empty_setting", "test_a_pattern_that_names_everybody"),
    ),
    "E6": ("functions/test_callers.py::test_a_user_whose",),
    "E7": (
        "test_hostile_user.py::test_every_route",
        *("test_the_cost_of", "test_a_read_route", "test_a_hostile_user", "test_refunds_and_cancellations"),
        "test_a_customer_with",
    ),
    "E8": (
        "bundle/gateway/test_careless_template.py::test_nobody_is_accepted",
        "functions/test_claims.py::test_a_user_id",
        *("test_a_number_a", "test_without_a_readable"),
        "test_careless_lines.py::test_a_second_token",
    ),
    "E9": (
        "test_guessable_keys.py::test_a_guessable_key",
        *(
            "test_a_guessable_signing",
            "test_one_weak_key",
            "bundle/test_doctor.py::test_a_secret_that_cannot",
        ),
    ),
    "E10": ("test_abuse.py::test_a_time_out", "test_the_earliest_and"),
    "E11": (
        "test_abuse.py::test_declined_checkouts",
        *("test_windows_opened", "test_an_account_issued", "test_money_paid_under", "test_the_audit_lists"),
    ),
    "E12": (
        "test_abuse.py::test_an_older_sealed",
        *(
            "test_a_saved_card",
            "test_a_buyer_sealed",
            "adapters/aws/test_envelope.py::test_no_piece_can",
        ),
    ),
    "E13": (
        "test_least_rights.py::test_only_functions_that",
        *("test_a_function_opens", "test_a_function_that", "test_a_function_writes", "test_no_function"),
        *("test_grants_on", "test_account_administrators_change", "test_a_schedule_assumes"),
    ),
    "E14": ("bundle/test_resource_policies.py::test_only_the_publisher",),
    "E15": ("bundle/test_alarms.py::test_bad_signatures",),
}
"""A file (beside this one, or below tests/), a test in it by the beginning of its name, and others of it."""

OF_DOORS = (
    "the local stack",
    "the fake",
    "webhook headers",
    "tables in memory",
    "the API document",
    "the deploy line",
)
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
def test_every_rule_of_a_case_has_a_test(case: str) -> None:
    assert [rule for rule, tests in rules_of(case) if not tests] == []


def test_every_case_of_payments_refunds_and_sweep_has_a_test() -> None:
    assert {case for case in CASES if case.startswith("A")} == {f"A{number}" for number in range(1, 42)}


def test_every_case_of_subscriptions_has_a_test() -> None:
    assert {case for case in CASES if case.startswith("B")} == {f"B{number}" for number in range(1, 30)}


def test_every_case_of_the_local_stack_and_the_documents_has_a_test() -> None:
    assert len({case for case in CASES if case.startswith("C ")}) == len(OF_DOORS)
    assert [each for each in OF_DOORS if f"C {each}" not in CASES] == []


def test_every_case_of_identity_has_a_test() -> None:
    assert {case for case in CASES if case.startswith("D")} == {f"D{number}" for number in range(1, 21)}


def test_every_case_of_access_secrets_and_abuse_has_a_test() -> None:
    assert {case for case in CASES if case.startswith("E")} == {f"E{number}" for number in range(1, 16)}
