"""I1 of prices and balances: what PortOne took and what came off it are together what was agreed."""

from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_local.oracle.prices import Course, course_of
from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind, InvoiceState

_WAITS = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD})
_OWED = _WAITS | {InvoiceState.PAID, InvoiceState.UNPAID}
_BACK = frozenset({"refund_reserved", "refund_succeeded", "cancellation_requested", "cancelled"})
# won, of the default settings
SMALLEST = 99
_KEPT = frozenset({"refund_failed", "cancellation_failed"})


def invoices_cost_what_was_agreed(evidence: Evidence) -> Iterator[Finding]:
    """I1: what PortOne took for an invoice and what came off it are the price of its days."""
    for course in _courses(evidence):
        for invoice in course.subscription.invoices.values():
            if invoice.state not in _OWED:
                continue
            took, worth, off = (
                _taken(evidence, invoice),
                course.worth(invoice),
                invoice.worth - invoice.amount,
            )
            name = f"invoice {invoice.id} of {course.subscription.subscription_id}"
            if not worth.allows(took + off):
                told = f"{name} is {took} and {off} came off it, it is worth {worth}"
                yield Finding("I1", invoice.paid_by, told)
            due = course.set_off(invoice)
            if not due.allows(invoice.credited):
                told = f"{name} sets off {invoice.credited}, due was {due}"
                yield Finding("I1", invoice.paid_by, told)


def paid_changes_take_place(evidence: Evidence) -> Iterator[Finding]:
    """I1: the plan whose difference was paid has begun; while it is being charged, the plan waits for it."""
    for course in _courses(evidence):
        change = course.subscription.change
        for invoice in course.subscription.invoices.values():
            if invoice.kind is not InvoiceKind.PRORATION:
                continue
            name = f"invoice {invoice.id} of {course.subscription.subscription_id}"
            if invoice.state is InvoiceState.PAID and course.bought(invoice) is None:
                yield Finding("I1", invoice.paid_by, f"{name} is paid, and its plan never began")
            if invoice.state in _WAITS and (change is None or change.invoice_id != invoice.id):
                yield Finding("I1", invoice.payment_id, f"{name} asks for a change nobody waits for")


def credits_are_due(evidence: Evidence) -> Iterator[Finding]:
    """I1: a change of plan credits what its period was paid too much for, to the unit."""
    for course in _courses(evidence):
        for change in course.changes:
            due = course.credit(change)
            if change.credit != due:
                told = f"was credited {change.credit}, due was {due}"
                yield Finding("I1", None, f"{course.subscription.subscription_id} {told}")


def nothing_refunded_is_credited(evidence: Evidence) -> Iterator[Finding]:
    """I1: no change credits days whose money was refunded before it, or was being refunded."""
    for course in _courses(evidence):
        for at in _credited_at(course):
            for payment_id in course.paid_with(at):
                if _went_back(evidence, payment_id, at):
                    told = f"{course.subscription.subscription_id} was credited for days that were refunded"
                    yield Finding("I1", payment_id, told)


def credits_are_used_once(evidence: Evidence) -> Iterator[Finding]:
    """I1: each unit is in the balance, used by one invoice that may be paid, or gone with its payment."""
    for course in _courses(evidence):
        held = course.subscription
        lost = sum(course.withdrawn)
        kept = sum(each.balance for each in held.invoices.values() if each.state in _WAITS)
        used = _used(course)
        if held.balance != -kept - sum(used.values()) - lost:
            told = f"used {sum(used.values())}, keeps {kept} for what it asks, lost {lost}"
            yield Finding("I1", None, f"{held.subscription_id} {told}, and has {held.balance}")
        if held.balance < -_used_again(course) - _too_small(course) - max(0, lost):
            yield Finding("I1", None, f"{held.subscription_id} has a credit of {held.balance}")
        for invoice in held.invoices.values():
            if invoice.state is InvoiceState.PAID and invoice.balance != used.get(invoice.id):
                told = (
                    f"says that invoice {invoice.id} used {used.get(invoice.id)}, it used {invoice.balance}"
                )
                yield Finding("I1", invoice.paid_by, f"the history of {held.subscription_id} {told}")


def _courses(evidence: Evidence) -> Iterator[Course]:
    """Of each subscription; what an order is paid in is judged by its parts."""
    for held in evidence.subscriptions.values():
        if held.order_id is None:
            yield course_of(held, evidence.history(held), evidence.now)


def _credited_at(course: Course) -> Iterator[float]:
    """When days were credited: to the balance, or against a dearer plan; of that day the midnight."""
    yield from (each.at for each in course.changes if each.credit)
    for invoice in course.subscription.invoices.values():
        if invoice.credited and invoice.state in _OWED:
            yield invoice.starts


def _went_back(evidence: Evidence, payment_id: str, at: float) -> bool:
    """Whether before `at` any of a payment was refunded or being refunded, as far as its history knew."""
    payment = evidence.payments.get(payment_id)
    going = set()
    for entry in evidence.history(payment) if payment else ():
        which = entry.data.get("refund") or entry.data.get("cancellation")
        if entry.at < at and entry.fact in _BACK:
            going.add(which)
        elif entry.at < at and entry.fact in _KEPT:
            going.discard(which)
    return bool(going)


def _taken(evidence: Evidence, invoice: Invoice) -> int:
    """What PortOne's books say that it took; of what is not paid, its amount."""
    book = evidence.books.get(invoice.paid_by or "")
    return invoice.amount if book is None else book.total


def _used(course: Course) -> dict[object, int]:
    """What each paid invoice used, also those that are not kept any more."""
    return {each.data.get("invoice"): int(each.data.get("balance", 0)) for each in course.paid}


def _too_small(course: Course) -> int:
    """The most that invoices below the smallest charge may have left in the balance as owed."""
    return SMALLEST * sum(not each.data.get("amount") for each in course.paid)


def _used_again(course: Course) -> int:
    """The credit of invoices that were given up; those paid all the same use it again."""
    invoices = course.subscription.invoices
    used = _used(course) | {id_: each.balance for id_, each in invoices.items()}
    # what an invoice asked of what was owed is no credit
    return sum(max(0, used[id_]) for id_ in course.given_up if id_ in used)
