"""What may be done when, in `docs/recurring.md`; `python -m portone_local.openapi.life_page` writes it."""

from collections.abc import Iterator

from portone_local.template.cloudformation import ROOT
from portone_payments.domain.errors.common import BundleError
from portone_payments.domain.records.subscriptions import SubscriptionStatus
from portone_payments.domain.subscriptions.life import RULES, Command, check_status

PAGE = ROOT / "docs" / "recurring.md"
BEGIN = "<!-- what may be done when: `python -m portone_local.openapi.life_page` writes it -->\n"
END = "<!-- end of what may be done when -->\n"
_ASKED_BY = {
    Command.PAUSE: "`POST pause`",
    Command.RESUME: "`POST resume`",
    Command.CANCEL: "`POST cancel`",
    Command.KEEP: "`POST keep`",
    Command.CHANGE_PLAN: "`PUT plan`",
    Command.CHANGE_PLAN_NOW: "`PUT plan` now, `POST preview`",
    Command.CONSENT: "`POST consent`",
    Command.CHOOSE_METHOD: "`PUT billing-key`",
    Command.PAY_INVOICE: "`POST invoices/{invoiceId}/pay` ²",
    Command.WAIVE: "`POST invoices/{invoiceId}/waive` (shop, staff)",
    Command.DECLINE_PART: "`POST parts/{invoiceId}/cancel`",
}
_WORDS = {"subscription_ended": "ended", "subscription_ending": "ending", "change_not_allowed": "no"}


def table() -> str:
    """A row for each command, a column for each status."""
    return "".join(f"| {' | '.join(cells)} |\n" for cells in _rows())


def with_table(page: str) -> str:
    """The page with the table as it has to be. Raises ValueError for a page without its two marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def main() -> None:
    """Write the table anew."""
    PAGE.write_text(with_table(PAGE.read_text()))


def _rows() -> Iterator[list[str]]:
    statuses = list(SubscriptionStatus)
    yield ["", "of", *(f"`{status}`" for status in statuses)]
    yield ["---"] * (len(statuses) + 2)
    for command, rule in RULES.items():
        of = [word for word, holds in (("plan", rule.periods), ("parts", rule.parts)) if holds]
        name = f"{_ASKED_BY[command]}{' ¹' if rule.waits else ''}"
        yield [name, ", ".join(of), *(_cell(status, command) for status in statuses)]


def _cell(status: SubscriptionStatus, command: Command) -> str:
    try:
        check_status(status, command)
    except BundleError as why:
        return _WORDS[why.code]
    return "yes"


if __name__ == "__main__":
    main()
