"""The stories of refunds, each cut off at every call by the crash tests."""

from collections.abc import Callable
from typing import Any

from portone_local.portone import Fault
from portone_local.stories.world import MINUTE, USER, Story, World

HOUR = 3600
DAY = 24 * HOUR
PART = 3_000
LARGE = 11_000  # above LIMIT of portone_local.stories.telling
ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}


def cancel(world: World, payment_id: str, **body: Any) -> None:
    """The owner requests a refund of 3,000 won, always under one id."""
    wanted = {"refundId": "refund-1", "amount": PART, "reason": "단순 변심"} | body
    world.stack.app(USER).post(f"/payments/{payment_id}/cancel", wanted)


def staff_cancel(world: World, payment_id: str) -> None:
    """Staff requests more than one person may refund alone."""
    body = {"refundId": "large", "amount": LARGE, "reason": "goodwill"}
    world.stack.staff_app.post(f"/staff/payments/{payment_id}/cancel", body)


def approve(world: World, payment_id: str) -> None:
    """The second person agrees."""
    world.stack.second_staff_app.post(f"/staff/payments/{payment_id}/refunds/large/approve")


def _ask_and_approve(world: World, payment_id: str) -> None:
    staff_cancel(world, payment_id)
    approve(world, payment_id)


def supply_account(world: World, payment_id: str) -> None:
    """The owner of a wrong deposit says where it is to go."""
    world.stack.app(USER).put(f"/payments/{payment_id}/refunds/mismatch/account", ACCOUNT)


def _nothing(_world: World, _subject: str) -> None:
    """Nobody does anything; the sweep has to."""


def paid(world: World) -> str:
    """A payment that was paid, as we know."""
    payment_id = world.ready()
    world.pay(payment_id)
    world.stack.deliver()
    return payment_id


def _answer_lost(world: World) -> str:
    """The next refund takes place and its answer is lost."""
    payment_id = paid(world)
    world.stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_AFTER_COMMIT)
    return payment_id


def _unsent(world: World) -> str:
    """A refund that never reached PortOne, and the minute in which the worker takes it up."""
    payment_id = paid(world)
    world.stack.portone.inject(operation="cancel_payment", fault=Fault.RESET_BEFORE_COMMIT)
    cancel(world, payment_id)
    world.stack.portone.clear_faults()
    return _leased(world, payment_id, 2 * MINUTE)


def _leased(world: World, payment_id: str, after: float) -> str:
    world.wait(after)
    world.stack.functions.invoke("Sweep", {})
    return payment_id


def _work(world: World, _subject: str) -> None:
    world.stack.work()


def _deliver(world: World, _subject: str) -> None:
    world.stack.deliver()


def _tampered(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id, amount=1_000, tampered=True)
    return payment_id


def _mismatch_reserved(world: World) -> str:
    payment_id = _tampered(world)
    world.stack.deliver()
    return _leased(world, payment_id, 2 * MINUTE)


def _wrong_deposit(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id, method="VIRTUAL_ACCOUNT", amount=1_000, tampered=True)
    world.stack.portone.buyer.deposit(payment_id)
    world.stack.deliver()
    return payment_id


def _asked_by_staff(world: World) -> str:
    payment_id = paid(world)
    staff_cancel(world, payment_id)
    return payment_id


def _wrong_account(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id, method="VIRTUAL_ACCOUNT", amount=1_000, tampered=True)
    world.stack.deliver()
    return _leased(world, payment_id, 2 * MINUTE)


def _account_over(world: World) -> str:
    payment_id = world.ready()
    world.pay(payment_id, method="VIRTUAL_ACCOUNT")
    world.stack.deliver()
    return _leased(world, payment_id, 3 * DAY + MINUTE)


def _refunded_in_the_console(world: World) -> str:
    payment_id = _answer_lost(world)
    world.stack.portone.before_next("cancel_payment", _console(world, payment_id))
    return payment_id


def _console(world: World, payment_id: str) -> Callable[[], object]:
    return lambda: world.stack.portone.console.cancel(payment_id, 1_000)


REFUND_STORIES = (
    Story("refund a part", paid, cancel, cancel, wanted="PARTIAL_CANCELLED"),
    Story("refund without an answer", _answer_lost, cancel, cancel, "PARTIAL_CANCELLED", restless=True),
    Story("refund and never ask again", _answer_lost, cancel, _nothing, wanted=None, restless=True),
    Story(
        "refund beside the console",
        _refunded_in_the_console,
        cancel,
        cancel,
        wanted="PARTIAL_CANCELLED",
        restless=True,
    ),
    Story("work at a refund that was not sent", _unsent, _work, _nothing, "PARTIAL_CANCELLED", restless=True),
    Story("see a mismatch that must go back", _tampered, _deliver, _nothing, "CANCELLED"),
    Story(
        "work at a mismatch that goes back", _mismatch_reserved, _work, _nothing, "CANCELLED", restless=True
    ),
    Story(
        "supply an account for a wrong deposit", _wrong_deposit, supply_account, supply_account, "CANCELLED"
    ),
    Story("ask for a large refund", paid, staff_cancel, _ask_and_approve, "PARTIAL_CANCELLED"),
    Story("approve a large refund", _asked_by_staff, approve, approve, "PARTIAL_CANCELLED"),
    Story("close a wrong account", _wrong_account, _work, _nothing, wanted=None, restless=True),
    Story("close an account whose time is over", _account_over, _work, _nothing, "EXPIRED", restless=True),
)
