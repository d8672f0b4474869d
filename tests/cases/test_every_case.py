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
        "adapters/aws/secrets/test_malformed_secrets.py::test_secrets_are_read_without",
        "adapters/portone/test_webhook_signature.py::test_a_secret_verifies_as_it_was_pasted",
    ),
    "A37": (
        "test_readings.py::test_a_deposit_a_bank_took_back",
        *("test_many_readings_within_seconds", "test_came_back.py", "test_reversed.py"),
    ),
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
        "test_nothing_of_our_code",
        "test_each_operation_has_one_tag",
        "test_what_may_be_sent_again",
        "bundle/test_generated_clients.py",
    ),
    "C the deploy line": ("bundle/test_deploy_as_printed.py",),
    "D1": (
        "test_identity_asked.py::test_a_channel_the_browser_chose",
        *("test_another_merchant_of_the_same_provider", "test_an_answer_that_does_not_show"),
        *("test_of_the_settings_at_the_start", "test_less_is_kept", "test_what_may_have_been_typed"),
        "test_an_age_that_may_have_been_typed",
    ),
    "D2": (
        "test_identity_claims.py::test_two_accounts",
        *("test_who_came_while_nobody_asked", "test_who_verified_first", "test_staff_is_told"),
        *("test_staff_decides", "test_a_decision_has_a_reason", "test_accounts_found_to_be_one_person"),
    ),
    "D3": (
        "test_identity_claims.py::test_honest_users_follow",
        *("test_one_whose_identifiers_do_not_open", "test_a_living_claim_keeps_its_key"),
    ),
    "D4": (
        "test_identity_sweep.py::test_one_that_cannot_be_treated",
        "test_the_facts_of_one_who_cannot_be_opened",
    ),
    "D5": ("test_identity_sweep.py::test_a_hundred_thousand", "test_a_sweep_whose_time_is_up"),
    "D6": ("test_identity_erasure.py::test_whoever_is_named", "test_who_only_reads_like_somebody"),
    "D7": (
        "test_identity_asked.py::test_time_is_judged",
        "test_who_is_erased_while_portone_answers",
        "test_identity_erasure.py::test_what_ends_while_a_look",
    ),
    "D8": ("test_identity_asked.py::test_who_is_verified_for_a_purpose_that_keeps_nothing",),
    "D9": ("test_identity_limits.py",),
    "D10": ("test_identity_asked.py::test_who_renews",),
    "D11": (
        "test_identity_erasure.py::test_who_let_another_in",
        *("test_the_reason_in_a_history", "test_identity_asked.py::test_a_permit_lets_in_one"),
    ),
    "D12": (
        "test_identity_sweep.py::test_why_somebody_else_might_come",
        "test_identity_erasure.py::test_who_is_erased_while_a_permit",
    ),
    "D13": (
        "test_identity_erasure.py::test_who_is_erased_while_a_look",
        "test_who_is_erased_while_what_was_shown",
    ),
    "D14": ("test_identity_claims.py::test_the_owner_whose_pg", "test_another_merchant_of_the_pg"),
    "D15": (
        "test_identity_restored.py",
        *("test_identity_erasure.py::test_nothing_that_tells_who_it_was", "test_claims_under_every"),
        "test_what_an_erased_account_shared",
    ),
    "D16": ("test_identity_asked.py::test_a_setting_that_is_misspelt",),
    "D17": ("test_identity_asked.py::test_one_purpose_that_cannot_be_read",),
    "D18": ("test_identity_erasure.py::test_a_deleted_stream",),
    "D19": (
        "test_identity_claims.py::test_a_person_is_erased_after_any_number",
        "test_a_person_known_by_ever_more",
    ),
    "D20": ("test_identity_asked.py::test_what_is_short",),
    "E1": (
        "test_abuse.py::test_approvals_nobody_offers",
        *("test_invented_tokens", "test_hostile_user.py::test_what_one_user_costs"),
    ),
    "E2": (
        "test_developers_machine.py::test_no_page_of_somebody_else",
        *("test_no_page_is_told", "test_no_form", "test_no_real_secret", "test_what_a_stack_writes"),
    ),
    "E3": ("bundle/test_guessing.py::test_nothing_short", "test_a_planted_hash"),
    "E4": (
        "bundle/gateway/test_careless_template.py::test_nobody_is_let_in",
        *("test_a_function_url", "test_a_job_behind"),
    ),
    "E5": (
        "bundle/gateway/test_careless_template.py::test_nobody_is_let_in",
        "functions/test_callers.py::test_a_principal_the_operator_did_not_name",
        *("test_nobody_is_named_by_nothing", "test_a_pattern_that_names_everybody"),
    ),
    "E6": ("functions/test_callers.py::test_a_user_who_calls_himself",),
    "E7": (
        "test_hostile_user.py::test_every_route",
        *("test_what_one_user_costs", "test_looking_costs", "test_nobody_else", "test_money_goes_back"),
        "test_somebody_who_shops_much",
    ),
    "E8": (
        "bundle/gateway/test_careless_template.py::test_nobody_is_let_in",
        "functions/test_claims.py::test_a_user_is_one_text",
        *("test_a_number_a_truth_value", "test_without_a_token_to_read"),
        "test_careless_lines.py::test_a_second_token",
    ),
    "E9": (
        "test_guessable_keys.py::test_a_key_somebody_could_guess",
        *(
            "test_a_signing_key_somebody",
            "test_one_weak_key",
            "bundle/test_doctor.py::test_a_secret_that_cannot",
        ),
    ),
    "E10": ("test_abuse.py::test_a_moment_nobody_means", "test_a_moment_at_either_end"),
    "E11": (
        "test_abuse.py::test_declined_checkouts",
        *("test_windows_opened", "test_an_account_issued", "test_what_was_paid_under", "test_the_day_after"),
    ),
    "E12": (
        "test_abuse.py::test_what_was_sealed",
        *(
            "test_a_saved_card_put",
            "test_a_buyer_sealed",
            "adapters/aws/test_envelope.py::test_no_piece_is_cut",
        ),
    ),
    "E13": (
        "test_least_rights.py::test_the_api_secret",
        *("test_a_function_opens", "test_whoever_reads_refund", "test_a_function_writes", "test_no_function"),
        *("test_grants_on", "test_the_accounts_administrators", "test_timers_take"),
    ),
    "E14": ("bundle/test_resource_policies.py::test_nobody_but_the_publisher",),
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
def test_a_case_has_rules_that_hold_it(case: str) -> None:
    assert [rule for rule, tests in rules_of(case) if not tests] == []


def test_every_case_of_payments_refunds_and_sweep_is_held() -> None:
    assert {case for case in CASES if case.startswith("A")} == {f"A{number}" for number in range(1, 42)}


def test_every_case_of_the_local_stack_and_the_documents_is_held() -> None:
    assert len({case for case in CASES if case.startswith("C ")}) == len(OF_DOORS)
    assert [each for each in OF_DOORS if f"C {each}" not in CASES] == []


def test_every_case_of_identity_is_held() -> None:
    assert {case for case in CASES if case.startswith("D")} == {f"D{number}" for number in range(1, 21)}


def test_every_case_of_access_secrets_and_abuse_is_held() -> None:
    assert {case for case in CASES if case.startswith("E")} == {f"E{number}" for number in range(1, 16)}
