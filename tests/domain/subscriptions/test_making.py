"""The one maker of invoices: nothing is lost between amount and balance, and nothing tiny is asked."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.records.payments import Order, OrderPart
from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind
from portone_payments.domain.subscriptions.invoices import add_invoice
from portone_payments.domain.subscriptions.lifecycle import in_parts
from portone_payments.domain.subscriptions.making import Cost, made
from tests.support.subscriptions import POLICY, by_app, running

SMALLEST = 100
prices = st.integers(0, 50_000)


def blank(kind: InvoiceKind = InvoiceKind.PERIOD) -> Invoice:
    return Invoice(id="", kind=kind, name="구독", amount=0, tax_free=0, starts=0, ends=1, due_at=0)


@st.composite
def costs(draw: st.DrawFn) -> Cost:
    """Days of a plan, days of another one that were paid, and something off."""
    worth, credited = draw(prices), draw(prices)
    return Cost(
        worth=worth,
        tax_free=draw(st.integers(0, worth)),
        credited=credited,
        credited_tax_free=draw(st.integers(0, credited)),
        discount=draw(st.integers(0, worth)),
    )


@given(st.integers(-50_000, 50_000), costs(), st.sampled_from(InvoiceKind))
def test_an_invoice_asks_nothing_or_the_smallest_charge_at_least(
    balance: int, cost: Cost, kind: InvoiceKind
) -> None:
    invoice = made(replace(running(), balance=balance), blank(kind), cost, POLICY)

    assert invoice.amount == 0 or invoice.amount >= SMALLEST
    assert 0 <= invoice.tax_free <= invoice.amount
    assert invoice.worth == cost.worth


@given(st.lists(costs(), max_size=8))
def test_amounts_and_balance_are_together_what_everything_cost_tax_free_parts_as_well(
    course: list[Cost],
) -> None:
    held, asked, tax_free = running(), 0, 0

    for cost in course:
        invoice = made(held, blank(), cost, POLICY)
        held = add_invoice(held, invoice)
        asked, tax_free = asked + invoice.amount, tax_free + invoice.tax_free

    assert asked - held.balance == sum(each.left for each in course)
    assert tax_free - held.balance_tax_free == sum(each.left_tax_free for each in course)


def test_what_is_owed_joins_an_invoice_but_no_cheaper_plan() -> None:
    owing = replace(running(), balance=-3_000)

    period = made(owing, blank(), Cost(worth=9_900, tax_free=0), POLICY)
    free = made(owing, blank(), Cost(worth=0, tax_free=0), POLICY)
    cheaper = made(owing, blank(InvoiceKind.PRORATION), Cost(worth=0, tax_free=0, credited=500), POLICY)

    assert [period.amount, free.amount, cheaper.amount] == [12_900, 3_000, 0]
    assert add_invoice(owing, cheaper).balance == -2_500


def test_each_part_is_taxed_by_what_it_is_for() -> None:
    free_for_taxed = Cost(worth=20_000, tax_free=20_000, credited=9_900, credited_tax_free=0)
    half = Cost(worth=20_000, tax_free=10_000, credited=9_900, credited_tax_free=0)

    invoices = [made(running(), blank(), each, POLICY) for each in (free_for_taxed, half)]

    assert [(each.amount, each.tax_free) for each in invoices] == [(10_100, 10_100), (10_100, 10_000)]
    assert [each.balance_tax_free for each in invoices] == [9_900, 0]


def test_a_part_too_small_to_charge_joins_the_next_one() -> None:
    order = Order(
        order_id="order-1",
        user_id="user-1",
        name="소파",
        total=10_060,
        tax_free=0,
        currency="KRW",
        pay_methods=("CARD",),
        created_at=0.0,
        parts=(OrderPart(amount=60), OrderPart(amount=10_000)),
    )

    held = in_parts(order, "sub1", by_app(1_750_000_000), POLICY)

    assert [each.amount for each in held.invoices.values()] == [0, 10_060]
    assert held.balance == 0
