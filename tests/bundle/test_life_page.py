"""The table of what may be done with a subscription in docs/recurring.md is the one its commands ask."""

from portone_local.openapi.life_page import PAGE, with_table


def test_the_table_of_what_may_be_done_is_up_to_date() -> None:
    page = PAGE.read_text()

    assert with_table(page) == page, "stale: run python -m portone_local.openapi.life_page"
