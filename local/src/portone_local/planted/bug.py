"""What a planted bug is: its name, the text it changes, and the test that has to notice."""

from dataclasses import dataclass

CORE = "layers/portone_payments/src/portone_payments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """`old` stands exactly once in `file` and becomes `new`; then `test` fails, narrowed to `only` (-k)."""

    name: str
    file: str
    old: str
    new: str
    test: str
    only: str = ""


def in_core(  # noqa: PLR0917 - a table
    name: str, file: str, old: str, new: str, test: str, only: str = ""
) -> Bug:
    """A bug in the shipped package; `file` below `CORE`, `test` below `tests/` and without its ending."""
    return Bug(name=name, file=f"{CORE}/{file}", old=old, new=new, test=f"tests/{test}.py", only=only)
