"""What PortOne does not document, as switches: both settings are played, so neither is relied on."""

from dataclasses import dataclass, fields, replace
from typing import Self


@dataclass(frozen=True)
class Switches:
    """Dataclasses of switches; True is what a switch's name says."""

    @classmethod
    def all_settings(cls, *, without: frozenset[str] = frozenset()) -> dict[str, Self]:
        """The defaults, each switch turned alone, and all turned: for parametrised tests, by name.

        `without` are switches to be left as they are.
        """
        defaults = cls()
        known = [field.name for field in fields(cls) if isinstance(getattr(defaults, field.name), bool)]
        switches = [name for name in known if name not in without]
        turned = {name: not getattr(defaults, name) for name in switches}
        each = {f"{name}={value}": replace(defaults, **{name: value}) for name, value in turned.items()}
        return {"defaults": defaults, **each, "all_turned": replace(defaults, **turned)}


@dataclass(frozen=True)
class IdentityUnknowns(Switches):
    """What is open about identity verifications alone, so that payments need not be played with each."""

    ci_is_given: bool = True
    """Danal and KCP hand out a CI; otherwise contract or setting leaves it out (facts 9)."""

    wrong_otp_is_a_pg_error: bool = True
    """A wrong or late OTP is 502 PG_PROVIDER; otherwise 400 INVALID_REQUEST (facts 9)."""

    wrong_otp_fails_the_attempt: bool = False
    """After a wrong OTP the verification reads FAILED; otherwise it can be confirmed again (facts 9)."""

    leaving_fails_the_attempt: bool = False
    """A person who leaves the window makes it FAILED; otherwise it stays READY (facts 9)."""

    resend_replaces_the_code: bool = True
    """Only the newest SMS counts; otherwise a resend repeats the first code (facts 9)."""

    refused_send_is_readable: bool = True
    """A send that the PG refuses reads as FAILED afterwards; otherwise it leaves no trace (facts 9)."""


@dataclass(frozen=True)
class BillingUnknowns(Switches):
    """What is open about billing keys, charges and schedules."""

    failed_charge_is_readable: bool = True
    """A declined charge leaves an attempt that GET shows; otherwise nothing (facts 16)."""

    pre_registration_binds_charges: bool = False
    """A charge of another amount than was pre-registered is refused; otherwise it is made (facts 2)."""

    expired_issue_token_is_not_found: bool = True
    """A billingIssueToken that is too old is 404; otherwise the PG refuses it (facts 16)."""

    declined_issue_and_pay_keeps_the_key: bool = False
    """An issue whose first payment is declined leaves a key; otherwise none (facts 4.2)."""

    past_schedule_is_accepted: bool = True
    """A schedule for a time that is over runs at once; otherwise it is 400 INVALID_REQUEST (facts 16)."""

    schedules_run_late: bool = False
    """Schedules run ten minutes after their time; otherwise at it (facts 16)."""

    charges_are_routed: bool = False
    """A key is issued on a channel group whose PGs take turns, and each answer names another channel of it;
    otherwise the channel is the requested one (facts 3.2, 6.2)."""

    revoked_schedule_frees_the_payment_id: bool = True
    """A paymentId can be scheduled again after a revocation; otherwise never (facts 6.4)."""


@dataclass(frozen=True)
class Unknowns(Switches):
    """One switch per question that PortOne's documents leave open; True is what its name says."""

    errors_are_replayed: bool = True
    """The idempotency store also answers a repeated key with an error it gave before (facts 1.5)."""

    changed_request_is_refused: bool = True
    """Another request under a used key is 400 INVALID_REQUEST; else the first answer comes (facts 1.5)."""

    keys_are_scoped_to_the_path: bool = False
    """The same idempotency key on another path is another key (facts 1.5)."""

    pre_registered_is_visible: bool = False
    """A pre-registered, never attempted paymentId reads as READY; otherwise it is 404 (facts 2)."""

    second_pre_register_overwrites: bool = True
    """A second pre-registration replaces the first; otherwise it is accepted and ignored (facts 2)."""

    reopened_window_shows_ready: bool = False
    """A new checkout window shows READY over FAILED or an issued account; otherwise only its outcome does."""

    paid_shrinks_after_cancel: bool = False
    """`amount.paid` loses what was cancelled; otherwise it stays what was charged (facts 3.2)."""

    other_stores_are_visible: bool = True
    """Payments, billing keys and receipts of another store of the account are shown to whoever asks, and can
    be charged, cancelled and deleted; otherwise they are 404 to who does not name their store (facts 1.3)."""

    cancellations_are_shown_on_paid: bool = True
    """A PAID payment lists cancellations that are requested or failed; otherwise none (facts 3.2)."""

    stamps_have_one_clock: bool = True
    """`updatedAt` only rises; otherwise each answer has the clock of the node that wrote it (facts 1.1)."""

    keys_live_three_hours: bool = True
    """An idempotency key is known for three hours; otherwise for one (facts 1.5: it may be changed)."""

    lost_cancels_end_soon: bool = True
    """A cancel without an answer is carried out within a minute; otherwise after 190 (facts 1.4, 5.4)."""

    foreign_store_is_forbidden: bool = True
    """Another store's storeId is 403 FORBIDDEN; otherwise 401 UNAUTHORIZED (facts 1.3)."""

    answers_carry_a_request_id: bool = False
    """Answers have an `x-request-id` header, of which no document speaks (facts 10)."""

    full_cancel_takes_the_tax_free_left: bool = True
    """Without amount and taxFreeAmount all that is left goes; else it counts as all taxable (facts 5.1)."""

    refunds_are_based_on_total: bool = True
    """The cancellable balance starts at `amount.total`; otherwise at `amount.paid` (facts 3.2, 5.5)."""

    vat_of_a_part_is_rounded: bool = False
    """A part's VAT that is left out is rounded, so that the last part's may be too much; otherwise it is cut
    and the last part takes the rest (facts 5.1)."""

    requested_cancel_holds_the_balance: bool = True
    """A REQUESTED cancellation lowers the cancellable balance; otherwise only a SUCCEEDED one (facts 5.3)."""

    account_refund_is_asynchronous: bool = False
    """A virtual account's refund is REQUESTED at first; otherwise SUCCEEDED at once (facts 5.3)."""

    failed_cancel_sends_a_webhook: bool = False
    """A failed asynchronous cancel sends an event of a type not documented; else none (facts 8.6)."""

    closing_sends_failed: bool = True
    """`Transaction.Failed` follows the closing of a virtual account; otherwise no webhook (facts 7.2)."""

    total_count_is_of_the_page: bool = True
    """`page.totalCount` counts what was returned; otherwise all that matched (facts 13)."""

    retries_refresh_the_timestamp: bool = True
    """A webhook sent again is signed with the time of sending; else of its first attempt (facts 8.5)."""

    retries_keep_the_webhook_id: bool = True
    """A webhook sent again keeps its `webhook-id`, as Standard Webhooks requires (facts 8.5)."""

    both_secrets_sign: bool = False
    """With two webhook secrets alive the header holds two signatures; else the newest signs (facts 8.4)."""

    only_200_is_delivered: bool = False
    """A webhook answered 201 to 299 is sent again; otherwise any 2xx is delivered (facts 8.5)."""

    identity: IdentityUnknowns = IdentityUnknowns()
    billing: BillingUnknowns = BillingUnknowns()
