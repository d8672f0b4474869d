"""What is known to break a tale and not mended: played alone and expected to fail, left out of the rows."""

from dataclasses import dataclass
from functools import cache

from portone_local.adversary.mutation import Mutation, parse_line


@dataclass(frozen=True, slots=True)
class Known:
    """A line that fails, and the case or rule it breaks; `kin` are mutations that fail for the same reason.

    `told_of`: only in these tales (parts of their names); everywhere without.
    """

    line: str
    why: str
    kin: tuple[str, ...] = ()
    told_of: tuple[str, ...] = ()


KNOWN: tuple[Known, ...] = (
    Known(
        "subscribe: variant get_payment method.type",
        "A1: a reading in doubt settles an invoice as failed",
        ("enum get_payment channel.type", "variant get_payment status"),
    ),
    Known("renew: another get_payment channel.key", "A2: a charge on another channel is told as declined"),
    Known(
        "a refund refused by an answer and carried out later: drop get_payment cancellations",
        "A5: a list that was left out reads as an empty one",
    ),
    Known(
        "pending, then paid: back get_payment updatedAt",
        "A7: stamps of others are taken for an order",
        ("clocks get_payment *",),
    ),
    Known("a deposit sent back: value get_payment method.refundStatus=FAILED", "A20: it is not read"),
    Known(
        "a deposit sent back: value get_payment method.refundStatus=PENDING",
        "A20: it is not read",
        ("value get_payment method.refundStatus=PARTIAL_REFUND_FAILED",),
    ),
    Known(
        "a transfer nobody wants a receipt for: value get_payment cashReceiptIssuanceStatus=ISSUED",
        "what the PG has reported is reported again",
    ),
    Known("refund a part: drop get_payment paidAt", "A21: what was known of the transaction is forgotten"),
    Known(
        "a card inside an easy pay: drop get_payment method.easyPayMethod",
        "A23: nobody knows whether a card was charged, and it is reported as cash",
        ("variant get_payment method.easyPayMethod.type",),
    ),
    Known(
        "declined then paid: text get_payment failure.pgCode",
        "A24: a PG's text passes no filter",
        (
            "text get_payment pgTxId",
            "text get_payment receiptUrl",
            "text get_payment method.remitteeName",
            "text get_billing_key methods[].card.*",
            "text list_billing_keys items[].methods[].card.*",
        ),
    ),
    Known(
        "an account nobody pays into: drop get_payment method.expiredAt",
        "A27: an account without a time is waited for without an end",
        ("drop get_payment method",),
    ),
    Known(
        "register a method: drop get_billing_key customer.id",
        "a key whose reading leaves out the customer's id is taken for somebody else's and deleted",
        ("drop list_billing_keys items[].customer.id",),
    ),
    Known(
        "register a method by hand: drop get_billing_key issueId",
        "a key whose reading leaves out the issue's id is refused",
    ),
    Known(
        "register a method: enum get_billing_key channels[].type",
        "a key whose channel nobody can read is deleted",
        ("enum list_billing_keys items[].channels[].type",),
    ),
    Known(
        "staff has PortOne read what we know: variant get_payment cancellations[].status",
        "money went back and nobody is told: no event, no attention",
    ),
)


def is_known(mutation: Mutation, tale: str) -> bool:
    """Whether this is known to break this tale."""
    return any(
        mutation.within(one)
        for each, kin in _by_known()
        if not each.told_of or any(part in tale for part in each.told_of)
        for one in kin
    )


@cache
def _by_known() -> list[tuple[Known, tuple[Mutation, ...]]]:
    lines = [f"{each.line}; {'; '.join(each.kin)}" for each in KNOWN]
    return [(each, parse_line(line)[1]) for each, line in zip(KNOWN, lines, strict=True)]
