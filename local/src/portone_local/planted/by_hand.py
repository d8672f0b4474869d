"""Bugs that were planted by hand, once, and seen by the named test; `bugs.py` has those a machine plants."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeenOnce:
    """What was broken in which file of the package, and the test that failed, narrowed to `case`."""

    name: str
    file: str
    test: str
    case: str = ""


BY_HAND = (
    SeenOnce(
        "a lease does not look at the due mark it saw",
        "adapters/dynamo/table.py",
        "tests/faults/test_races.py",
        "of sweeps at the same moment one leases a payment",
    ),
    SeenOnce(
        "our own token is not recognised",
        "adapters/dynamo/payments.py",
        "tests/faults/test_aws_faults.py",
        "a save the SDK sends twice is no conflict",
    ),
    SeenOnce(
        "a lost race is given up at once",
        "flows/payments/catch_up.py",
        "tests/faults/test_races.py",
        "webhook, verify and sweep of one payment settle it once",
    ),
    SeenOnce(
        "the hint of a webhook is dropped when PortOne is silent",
        "flows/payments/catch_up.py",
        "tests/faults/test_portone_faults.py",
        "a webhook is answered 2xx and stored open when no reading bears it out",
    ),
    SeenOnce(
        "being paid is never settled on an order that has had another payment",
        "flows/payments/catch_up.py",
        "tests/faults/test_crash_points.py",
        "late deposit, second payment",
    ),
    SeenOnce(
        "a webhook that lost three races is answered 2xx and not stored",
        "flows/webhooks/receive.py",
        "tests/faults/test_aws_faults.py",
        "a webhook that loses three races is stored by itself",
    ),
    SeenOnce(
        "a stale webhook that met another write is answered 2xx and changes nothing",
        "flows/webhooks/receive.py",
        "tests/faults/test_aws_faults.py",
        "receive a cancellation six minutes old",
    ),
    SeenOnce(
        "a webhook of a foreign payment or billing key that met another write is answered 2xx and not stored",
        "flows/webhooks/unmatched.py",
        "tests/faults/test_aws_faults.py",
        "receive a webhook of a foreign payment, of a billing key",
    ),
    SeenOnce(
        "the new payment has no due mark",
        "flows/payments/prepare.py",
        "tests/faults/test_without_webhooks.py",
    ),
    SeenOnce(
        "order and payment are written one after the other",
        "flows/payments/prepare.py",
        "tests/faults/test_crash_points.py",
        "prepare a payment",
    ),
    SeenOnce(
        "the idempotency key is not remembered",
        "flows/payments/prepare.py",
        "tests/faults/test_crash_points.py",
        "prepare a payment",
    ),
    SeenOnce(
        "a lease lasts a day", "flows/timers/sweep.py", "tests/faults/test_crash_points.py", "sweep, work"
    ),
    SeenOnce(
        "what twelve workers died of is leased for ever",
        "flows/timers/sweep.py",
        "tests/flows/timers/test_sweep.py",
        "an item that kills its workers is buried",
    ),
    SeenOnce(
        "after an hour without an answer PortOne is read again",
        "domain/payments/schedule.py",
        "tests/faults/test_portone_faults.py",
    ),
    SeenOnce(
        "a call has no timeout",
        "adapters/portone/call.py",
        "tests/faults/test_portone_faults.py",
        "somebody waited too long",
    ),
    SeenOnce(
        "the deadline is not looked at while the body streams",
        "adapters/portone/call.py",
        "tests/faults/test_portone_faults.py",
        "somebody waited too long",
    ),
    SeenOnce(
        "a failure of the storage is answered 200",
        "entry/responses.py",
        "tests/faults/test_aws_faults.py",
    ),
)
