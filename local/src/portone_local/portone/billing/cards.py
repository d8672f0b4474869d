"""How a buyer's card behaves when it is charged: a script, configured in advance."""

from dataclasses import dataclass

ANY_CARD = "*"


@dataclass(frozen=True)
class CardDecline:
    """What the PG says no with. `readable` None leaves it to the switch whether GET shows the attempt.

    `approves_after` seconds the PG approves the very attempt it declined, unless another succeeded by then.
    A `silent` one sends no webhook.
    """

    code: str = "51"
    message: str = "잔액이 부족합니다"
    readable: bool | None = None
    approves_after: float | None = None
    silent: bool = False


class CardScript:
    """Declines that wait for their charges, by billing key, card, or for any."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, CardDecline, int | None]] = []

    def add(self, card: str, decline: CardDecline, times: int | None) -> None:
        """Decline the next `times` charges of `card` (None: all that come)."""
        if times is not None and times < 1:
            raise ValueError("a decline happens at least once")
        self._waiting.append((card, decline, times))

    def clear(self, card: str) -> None:
        """Charge `card` again; ANY_CARD for all of them."""
        self._waiting = [entry for entry in self._waiting if card not in (ANY_CARD, entry[0])]

    def take(self, *names: str) -> CardDecline | None:
        """The oldest decline for one of `names`, spent by asking."""
        for index, (card, decline, times) in enumerate(self._waiting):
            if card in (*names, ANY_CARD):
                left = None if times is None else times - 1
                self._waiting[index : index + 1] = [] if left == 0 else [(card, decline, left)]
                return decline
        return None
