"""What each use case may cost: calls of PortOne and of DynamoDB. docs/costs.md is made of them."""

from tests.support.budget import Cost
from tests.support.payment_budgets import PAYMENT_BUDGETS
from tests.support.recurring_budgets import RECURRING_BUDGETS

WHOLE = ("store an order", "prepare a payment", "a paid webhook")

HEADINGS = ("use case", "PortOne calls", "read units", "write units", "DynamoDB calls")

BUDGETS = (*PAYMENT_BUDGETS, *RECURRING_BUDGETS)


def markdown() -> str:
    """The table of docs/costs.md."""
    rows = [HEADINGS, ("---", "---:", "---:", "---:", "---")]
    rows += [(each.name, *_numbers(each.cost)) for each in BUDGETS]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def from_order_to_paid() -> str:
    """The cost of a whole payment in docs/costs.md."""
    whole = [each.cost for each in BUDGETS if each.name in WHOLE]
    calls, reads, writes = (
        sum(cost.portone for cost in whole),
        sum(cost.reads for cost in whole),
        sum(cost.writes for cost in whole),
    )
    return (
        "An order stored, prepared and paid, notified by its webhook, takes "
        f"{writes:g} write units, {reads:g} read units and {calls} calls of PortOne."
    )


def _numbers(cost: Cost) -> tuple[str, str, str, str]:
    return str(cost.portone), f"{cost.reads:g}", f"{cost.writes:g}", cost.made
