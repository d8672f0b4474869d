"""A fake PortOne that keeps books, sends signed webhooks and misbehaves on command.

    clock = MovableClock(1_767_323_045.0)
    portone = FakePortOne(clock=clock, seed=1)
    client = httpx.Client(transport=portone.transport(), base_url="https://portone.invalid")
    portone.buyer.pay("payment1", Checkout(amount=1000))
    portone.inject(operation="get_payment", fault=Fault.RESET_AFTER_COMMIT)
    portone.webhooks.deliver = lambda headers, body: 200
    portone.run_due()

It follows what PortOne documents; what nobody documents is a switch of `Unknowns`.
"""

from portone_local.portone.answers import Optionals
from portone_local.portone.api import Call, Exchange
from portone_local.portone.billing.books import BillingBooks, ChargeBook, KeyBook, ScheduleBook
from portone_local.portone.billing.cards import ANY_CARD
from portone_local.portone.billing.records import BillingIssue, IssueResult, KeyState, ScheduleState
from portone_local.portone.books import CancellationBook, PaymentBook, ReceiptBook
from portone_local.portone.checkout import (
    LIVE_CHANNEL,
    TEST_CHANNEL,
    Channel,
    Checkout,
    Decline,
    Promotion,
)
from portone_local.portone.events import BodyVersion, Delivery, Mischief, Sent
from portone_local.portone.fake import (
    EXAMPLE_SECRET,
    EXAMPLE_STORE,
    EXAMPLE_SUB_STORE,
    EXAMPLE_WEBHOOK_SECRET,
    FakePortOne,
    faults_of,
    operations,
)
from portone_local.portone.faults import ANY_OPERATION, Fault
from portone_local.portone.identity.people import Person
from portone_local.portone.identity.pg import IdentityRules
from portone_local.portone.identity.records import IdentityStatus, VerificationBook
from portone_local.portone.identity.window import IdentityWindow
from portone_local.portone.pg import PgRules, Refusal
from portone_local.portone.records import CancellationStatus, Refused, Status
from portone_local.portone.unknowns import BillingUnknowns, IdentityUnknowns, Unknowns
from portone_local.portone.webhooks import sign

__all__ = [
    "ANY_CARD",
    "ANY_OPERATION",
    "EXAMPLE_SECRET",
    "EXAMPLE_STORE",
    "EXAMPLE_SUB_STORE",
    "EXAMPLE_WEBHOOK_SECRET",
    "LIVE_CHANNEL",
    "TEST_CHANNEL",
    "BillingBooks",
    "BillingIssue",
    "BillingUnknowns",
    "BodyVersion",
    "Call",
    "CancellationBook",
    "CancellationStatus",
    "Channel",
    "ChargeBook",
    "Checkout",
    "Decline",
    "Delivery",
    "Exchange",
    "FakePortOne",
    "Fault",
    "IdentityRules",
    "IdentityStatus",
    "IdentityUnknowns",
    "IdentityWindow",
    "IssueResult",
    "KeyBook",
    "KeyState",
    "Mischief",
    "Optionals",
    "PaymentBook",
    "Person",
    "PgRules",
    "Promotion",
    "ReceiptBook",
    "Refusal",
    "Refused",
    "ScheduleBook",
    "ScheduleState",
    "Sent",
    "Status",
    "Unknowns",
    "VerificationBook",
    "faults_of",
    "operations",
    "sign",
]
