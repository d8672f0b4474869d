"""What may make a tale wait for staff, and what is no robustness at all; each with its reason.

A tale that waits must reach less than the undisturbed ending, but not nothing: see `judge`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from portone_local.adversary.mutation import Mutation
from portone_local.adversary.shape import Trick


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a tale waits, and the kinds of attention one of which staff is called with.

    `told_of`: only tales of this (a part of their name) may; `untold`: events that must not be published.
    """

    why: str
    attentions: frozenset[str] = frozenset()
    told_of: tuple[str, ...] = ()
    untold: frozenset[str] = frozenset()


QUARANTINED = frozenset({"quarantined"})
_BY_NOBODY = Wait("nobody says who took it back: a person finds out (rule 10.6)", frozenset({"chargeback"}))
_STUCK = Wait(
    "the buyer's bank has not taken the money yet (rule 10.6)",
    frozenset({"refund-stuck"}),
    untold=frozenset({"refund.succeeded"}),
)
_OF_ACCOUNTS = ("second payment", "whose time is over", "nobody pays into")
_OF_A_PAYMENT: Mapping[tuple[Trick, str], Wait] = {
    (Trick.VARIANT, "status"): Wait(
        "a state of a payment nobody here knows: money may be held or not (rule 6.2)", QUARANTINED
    ),
    (Trick.VARIANT, "method.type"): Wait(
        "a method nobody here knows may be one the order does not allow (rule 6.2)", QUARANTINED
    ),
    (Trick.ENUM, "channel.type"): Wait(
        "neither surely live nor surely a test: a guess would accept or refund (rule 6.2)", QUARANTINED
    ),
    (Trick.ANOTHER, "channel.key"): Wait(
        "a channel that was not handed out: smart routing, or our settings (rule 10.5)", QUARANTINED
    ),
    (Trick.VARIANT, "cancellations[].status"): Wait(
        "a cancellation nobody can call done or failed (rule 5.4)",
        frozenset({"unknown", "ambiguous", "lagging", "quarantined", "refund-stuck"}),
    ),
    (Trick.VALUE, "method.refundStatus=FAILED"): _STUCK,
    (Trick.VALUE, "method.refundStatus=PARTIAL_REFUND_FAILED"): _STUCK,
    (Trick.VALUE, "method.refundStatus=PENDING"): Wait(_STUCK.why, untold=_STUCK.untold),
    (Trick.VALUE, "cashReceiptIssuanceStatus=ISSUED"): Wait(
        "the PG has reported it, and says no number (facts 3.2)",
        told_of=("nobody wants",),
        untold=frozenset({"cash_receipt.issued"}),
    ),
    (Trick.DROP, "method.expiredAt"): Wait(
        "nobody says until when: it is looked at for longer",
        told_of=_OF_ACCOUNTS,
    ),
    (Trick.ENUM, "disputes[].status"): Wait(
        "what is not surely settled is open (rule 10.6)", frozenset({"chargeback"})
    ),
    (Trick.DROP, "cancellations"): Wait(
        "whether a cancellation was asked for, or failed, nobody can say without the list (rule 10.2)",
        told_of=("cancellation that waits", "carried out later", "waits and fails", "deposit sent back"),
    ),
    (Trick.DROP, "method"): Wait(
        "nobody knows that it was cash: no receipt; nor until when an account waits",
        told_of=("cash receipt", "a transfer", *_OF_ACCOUNTS),
    ),
    (Trick.DROP, "cancellations[].trigger"): _BY_NOBODY,
    (Trick.ENUM, "cancellations[].trigger"): _BY_NOBODY,
    (Trick.BACK, "updatedAt"): Wait(
        "which of two declined tries is the newer one nobody can say", told_of=("declined twice",)
    ),
}
_OF_A_KEY: Mapping[tuple[Trick, str], Wait] = {
    (Trick.VARIANT, "status"): Wait("a state of a key nobody here knows: it is not charged"),
    (Trick.ENUM, "channels[].type"): Wait("neither surely live nor surely a test: it is not charged"),
}
_OF_A_READING = (
    ("get_payment", "list_payments", _OF_A_PAYMENT),
    ("get_billing_key", "list_billing_keys", _OF_A_KEY),
)
_BEHIND = Wait("a reading that is behind: the people of the tale do not wait for the next one")
_UNKNOWN_ERROR = Wait("an error nobody here knows says nothing (rule 3.1)")


def _all() -> Iterator[tuple[Mutation, Wait]]:
    for one, many, waits in _OF_A_READING:
        for (trick, path), wait in waits.items():
            yield Mutation(one, trick, path), wait
            yield Mutation(many, trick, f"items[].{path}"), wait


WAITS: Mapping[Mutation, Wait] = {
    **dict(_all()),
    Mutation("cancel_payment", Trick.VARIANT, "cancellation.status"): Wait(
        "a cancellation nobody can call done or failed until a reading shows it (rule 5.4)"
    ),
    Mutation("list_billing_keys", Trick.DROP, "items[].issueId"): Wait(
        "of a key that nobody handed over nobody says which window it came from"
    ),
    Mutation("get_identity_verification", Trick.VARIANT, "status"): Wait(
        "a state nobody here knows: the person is not verified yet"
    ),
    Mutation("get_identity_verification", Trick.DROP, "channel"): Wait(
        "nobody says through which channel: it proves nothing yet"
    ),
    Mutation("get_identity_verification", Trick.DROP, "channel.key"): Wait(
        "nobody says whether it is the channel that was asked for: it proves nothing yet"
    ),
    Mutation("get_identity_verification", Trick.ENUM, "channel.type"): Wait(
        "neither surely live nor surely a test: it proves nothing yet"
    ),
    Mutation("get_identity_verification", Trick.ENUM, "channel.pgProvider"): Wait(
        "another provider than was asked for: it is another verification, and refused"
    ),
    **{
        Mutation("get_identity_verification", trick, f"verifiedCustomer.{path}"): Wait(
            "what the purpose asks for is not told: the person verifies in another way", told_of=("persons:",)
        )
        for trick, path in (
            (Trick.DROP, "ci"),
            (Trick.DROP, "birthDate"),
            *((Trick.VALUE, f"birthDate={form}") for form in ("900517", "1990.05.17", "0001-01-01")),
            *((Trick.VALUE, f"birthDate={form}") for form in ("9999-12-31", "unknown")),
        )
    },
    Mutation("get_identity_verification", Trick.ANOTHER, "channel.key"): Wait(
        "another channel than was asked for: it is another verification, and refused"
    ),
}


def _left_out(operation: str, *paths: str) -> frozenset[Mutation]:
    return frozenset(Mutation(operation, Trick.DROP, path) for path in paths)


TOGETHER: Mapping[frozenset[Mutation], Wait] = {
    _left_out("get_billing_key", "issueId", "customer.id"): Wait("nothing says whose key it is"),
    **{
        frozenset({keyless, elsewhere}): Wait(
            "a charge names another PG than its key, and no channel", QUARANTINED
        )
        for keyless, elsewhere in product(
            (
                Mutation("get_payment", Trick.DROP, "channel.key"),
                Mutation("get_billing_key", Trick.DROP, "channels[].key"),
            ),
            (
                Mutation("get_payment", Trick.ENUM, "channel.pgProvider"),
                Mutation("get_billing_key", Trick.ENUM, "channels[].pgProvider"),
            ),
        )
    },
    _left_out("get_identity_verification", "verifiedCustomer.ci", "verifiedCustomer.di"): Wait(
        "there is nothing to know the person by again"
    ),
}
"""What makes a tale wait only when all of it is done."""


def waits_of(mutations: Iterable[Mutation], tale: str) -> list[Wait]:
    """Why these may make this story wait."""
    every = tuple(mutations)
    all_of = {each.always for each in every}
    alone = [wait for each in every if (wait := wait_of(each, tale))]
    return [*alone, *(wait for several, wait in TOGETHER.items() if several <= all_of)]


def wait_of(mutation: Mutation, tale: str) -> Wait | None:
    """Why this may make this story wait; None where it may not."""
    if mutation.trick in {Trick.REPEAT, Trick.BEHIND}:
        return _BEHIND
    if mutation.trick is Trick.VARIANT and mutation.path == "!.type":
        return _UNKNOWN_ERROR
    found = WAITS.get(mutation.always)
    if found is None or (found.told_of and not any(each in tale for each in found.told_of)):
        return None
    return found


EXCLUDED: Mapping[Mutation, str] = dict.fromkeys(
    (
        Mutation("get_payment", Trick.ENUM, "currency"),
        Mutation("list_payments", Trick.ENUM, "items[].currency"),
    ),
    "what we asked for ourselves: another one is another payment, a proven difference",
)
"""What is not played, and why."""
