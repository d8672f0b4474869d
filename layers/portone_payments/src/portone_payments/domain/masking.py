"""How a person's data is shown to the person: enough to recognise, not enough to use."""

from collections.abc import Callable, Mapping

from portone_payments.domain.identity import Field

_TAIL = 4


def masked_name(name: str) -> str:
    """The first and, from three letters on, the last letter."""
    if len(name) <= 2:  # noqa: PLR2004 - a first letter and one that is hidden
        return name[:1] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def masked_phone(phone: str) -> str:
    """The last four digits."""
    return "*" * max(0, len(phone) - _TAIL) + phone[-_TAIL:] if len(phone) > _TAIL else "*" * len(phone)


def masked_birth_date(birth_date: str) -> str:
    """The year."""
    return f"{birth_date[:4]}-**-**"


_MASKS: Mapping[str, Callable[[str], str]] = {
    Field.NAME: masked_name,
    Field.PHONE: masked_phone,
    Field.BIRTH_DATE: masked_birth_date,
}


def masked(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts for their owner's eyes."""
    return {name: _MASKS[name](value) if name in _MASKS else value for name, value in facts.items()}
