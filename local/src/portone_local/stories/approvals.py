"""Stories of manual approvals and of cash receipts: requested, unanswered, finished."""

from portone_local.portone import Checkout
from portone_local.portone.faults import Fault
from portone_local.stories.acts import nothing, sweep, work
from portone_local.stories.world import MINUTE, USER, Story, World

WISH = {"type": "PERSONAL", "identityNumber": "010-0000-0000"}
TRANSFER = {"type": "PaymentMethodTransfer"}


def authenticated(world: World) -> str:
    """A payment whose buyer authenticated; its id and the token, with a blank between."""
    payment_id = world.ready()
    window = Checkout.from_browser(world.handed[payment_id])
    return f"{payment_id} {world.stack.portone.buyer.authenticate(payment_id, window)}"


def confirm(world: World, subject: str) -> int:
    """The app hands the token over; the status of the answer."""
    payment_id, _, token = subject.partition(" ")
    body = {"paymentToken": token}
    return world.stack.app(USER).post(f"/payments/{payment_id}/confirm", body).status


def transferred(world: World) -> str:
    """A payment by bank transfer that was paid, and we know it."""
    payment_id = world.ready()
    world.pay(payment_id, method=TRANSFER)
    world.stack.deliver()
    return payment_id


def issue(world: World, payment_id: str) -> int:
    """The buyer requests a cash receipt; the status of the answer."""
    return world.stack.app(USER).post(f"/payments/{payment_id}/cash-receipt", WISH).status


def take_back(world: World, payment_id: str) -> int:
    """Staff cancels the cash receipt; the status of the answer."""
    return world.stack.staff.post(f"/ops/payments/{payment_id}/cash-receipt/cancel", {}).status


def look_at_receipt(world: World, payment_id: str) -> None:
    """The buyer looks at it."""
    world.stack.app(USER).get(f"/payments/{payment_id}/cash-receipt")


def _unanswered(world: World) -> str:
    subject = authenticated(world)
    world.stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT)
    confirm(world, subject)
    return _leased(world, subject, 2 * MINUTE)


def _confirm_fails(world: World) -> str:
    subject = authenticated(world)
    world.stack.portone.inject(operation="confirm_payment", fault=Fault.RESET_BEFORE_COMMIT)
    return subject


def _issue_fails(world: World) -> str:
    payment_id = transferred(world)
    world.stack.portone.inject(operation="issue_cash_receipt", fault=Fault.RESET_BEFORE_COMMIT)
    return payment_id


def _issued(world: World) -> str:
    payment_id = transferred(world)
    issue(world, payment_id)
    return payment_id


def _issue_unanswered(world: World) -> str:
    payment_id = transferred(world)
    world.stack.portone.inject(operation="issue_cash_receipt", fault=Fault.RESET_BEFORE_COMMIT)
    issue(world, payment_id)
    return _leased(world, payment_id, 2 * MINUTE)


def _out_of_step(world: World) -> str:
    payment_id = _issued(world)
    world.stack.portone.console.cancel(payment_id, 2_000)
    world.stack.deliver()
    return _leased(world, payment_id, 11 * MINUTE)


def _leased(world: World, subject: str, seconds: float) -> str:
    world.wait(seconds)
    sweep(world, subject)
    return subject


APPROVAL_STORIES = (
    Story("approve by hand", authenticated, confirm, confirm),
    Story("approve by hand and never come back", authenticated, confirm, nothing, wanted=None),
    Story("approve by hand without an answer", _confirm_fails, confirm, confirm),
    Story("work at an approval without an answer", _unanswered, work, nothing, restless=True),
)
RECEIPT_STORIES = (
    Story("ask for a cash receipt", transferred, issue, issue),
    Story("ask for a cash receipt without an answer", _issue_fails, issue, issue),
    Story("take a cash receipt back", _issued, take_back, take_back),
    Story("look at a cash receipt", _issued, look_at_receipt, nothing),
    Story("work at a cash receipt without an answer", _issue_unanswered, work, nothing, restless=True),
    Story(
        "work at a cash receipt out of step",
        _out_of_step,
        work,
        nothing,
        wanted="PARTIAL_CANCELLED",
        restless=True,
    ),
)
