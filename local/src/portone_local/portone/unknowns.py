"""What nobody documents about PortOne, as switches: both settings are played, so neither is relied on."""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Unknowns:
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

    foreign_store_is_forbidden: bool = True
    """Another store's storeId is 403 FORBIDDEN; otherwise 401 UNAUTHORIZED (facts 1.3)."""

    answers_carry_a_request_id: bool = False
    """Answers have an `x-request-id` header, of which no document speaks (facts 10)."""

    full_cancel_takes_the_tax_free_left: bool = True
    """Without amount and taxFreeAmount all that is left goes; else it counts as all taxable (facts 5.1)."""

    refunds_are_based_on_total: bool = True
    """The cancellable balance starts at `amount.total`; otherwise at `amount.paid` (facts 3.2, 5.5)."""

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
    """A webhook sent again is signed with the time of sending; else of its first try (facts 8.5)."""

    retries_keep_the_webhook_id: bool = True
    """A webhook sent again keeps its `webhook-id`, as Standard Webhooks asks (facts 8.5)."""

    both_secrets_sign: bool = False
    """With two webhook secrets alive the header holds two signatures; else the newest signs (facts 8.4)."""

    only_200_is_delivered: bool = False
    """A webhook answered 201 to 299 is sent again; otherwise any 2xx is delivered (facts 8.5)."""

    @classmethod
    def all_settings(cls) -> dict[str, "Unknowns"]:
        """The defaults, each switch turned alone, and all turned: for parametrised tests, by name."""
        defaults = cls()
        turned = {field.name: not getattr(defaults, field.name) for field in fields(cls)}
        each = {f"{name}={value}": replace(defaults, **{name: value}) for name, value in turned.items()}
        return {"defaults": defaults, **each, "all_turned": replace(defaults, **turned)}
