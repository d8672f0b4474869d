"""Why something failed, in words: the causes of ours and the error types of PortOne that errors give."""

from portone_payments.entry.messages import (
    reasons_billing,
    reasons_identity,
    reasons_portone,
    reasons_refunds,
)
from portone_payments.entry.messages.catalogue import Message

REASONS: dict[str, Message] = (
    reasons_portone.REASONS | reasons_billing.REASONS | reasons_identity.REASONS | reasons_refunds.REASONS
)
