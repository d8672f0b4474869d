"""How PortOne delivers webhooks: the queue, the retry schedule, configured faults."""

import base64
import contextlib
import hashlib
import hmac
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from portone_local.portone.events import BodyVersion, Delivery, Mischief, Sent, event_body
from portone_local.portone.unknowns import Unknowns
from portone_local.twins.clock import Clock

WAITS_MINUTES = (0, 1, 4, 16, 64, 256)
"""Nominal wait before each attempt, full jitter: uniform between 0 and it (PortOne facts 8.5)."""

NO_ANSWER = 0
_OK, _OK_END = 200, 300

type Deliver = Callable[[dict[str, str], bytes], int]


def sign(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The `v1,...` entry of `webhook-signature` (PortOne facts 8.4)."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class Webhooks:
    """The queue between PortOne and the shop: `deliver(headers, body) -> status` is the shop.

    Nothing leaves but by `run_due()`. Without a `deliver` all wait; an exception is no answer.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        seed: int,
        secrets: Sequence[str],
        unknowns: Unknowns,
        version: BodyVersion = BodyVersion.V2024_04_25,
    ) -> None:
        self.version = version
        self.secrets = list(secrets)
        self.deliver: Deliver | None = None
        self.switched_on = True
        self.sent: list[Sent] = []
        self._clock = clock
        self._seed = seed
        self._unknowns = unknowns
        self._queue: list[Delivery] = []
        self._mischief: list[Mischief] = []
        self._numbers = 0
        self._lock = threading.RLock()

    def emit(self, kind: str, data: dict[str, Any], at: float | None = None) -> None:
        """Queue an event of any type; it is due at once, epoch second `at` being the time it speaks of."""
        if not self.switched_on:
            return
        with self._lock:
            moment = self._clock.now() if at is None else at
            built = event_body(self.version, kind, data, moment)
            mischief = self._next_mischief()
            if built is None or mischief.lose:
                return
            delivery = self._delivery(kind, data, built, moment + mischief.delay)
            copies = [replace(delivery, order=self._next_number()) for _ in range(mischief.copies)]
            self._queue += [delivery, *copies]

    def ask(self, kind: str, data: dict[str, Any]) -> int:
        """Send a question (`Transaction.Confirm`) once, now; the receiver's status, 0 without an answer."""
        with self._lock:
            built = event_body(BodyVersion.V2024_04_25, kind, data, self._clock.now())
            question = self._delivery(kind, data, built or (b"", ""), self._clock.now())
        with contextlib.suppress(Exception):
            return self.deliver(self.headers_for(question), question.body) if self.deliver else NO_ANSWER
        return NO_ANSWER

    def pending(self) -> list[Delivery]:
        """What is still to be delivered, in the order it would be."""
        with self._lock:
            return sorted(self._queue, key=lambda delivery: (delivery.due, delivery.order))

    def run_due(self) -> list[Sent]:
        """Send whatever is due, the earliest first, until nothing is; the receiver may move the clock."""
        done: list[Sent] = []
        while self.deliver and (delivery := self._take_due()):
            done.append(self._try(delivery, self.deliver))
        return done

    def headers_for(self, delivery: Delivery) -> dict[str, str]:
        """The signed headers as they would leave now."""
        again = self._unknowns.retries_refresh_the_timestamp or delivery.first_sent is None
        timestamp = int(self._clock.now() if again else delivery.first_sent or 0)
        alive = self.secrets if self._unknowns.both_secrets_sign else self.secrets[-1:]
        signatures = [sign(secret, delivery.webhook_id, timestamp, delivery.body) for secret in alive]
        return {
            "content-type": delivery.content_type,
            "webhook-id": delivery.webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }

    def lose(self, *webhook_ids: str) -> None:
        """Drop these pending webhooks for good; all of them when none is named."""
        with self._lock:
            self._queue = [delivery for delivery in self._queue if not _named(delivery, webhook_ids)]

    def delay(self, seconds: float, *webhook_ids: str) -> None:
        """Put these pending webhooks off; all of them when none is named."""
        with self._lock:
            self._queue = [
                replace(delivery, due=delivery.due + seconds) if _named(delivery, webhook_ids) else delivery
                for delivery in self._queue
            ]

    def duplicate(self, *webhook_ids: str, copies: int = 1) -> None:
        """Send these pending webhooks `copies` times more, alike in all; all of them when none is named."""
        with self._lock:
            chosen = [delivery for delivery in self._queue if _named(delivery, webhook_ids)]
            self._queue += [
                replace(delivery, order=self._next_number()) for delivery in chosen for _ in range(copies)
            ]

    def reorder(self, *webhook_ids: str) -> None:
        """Deliver these pending webhooks in this order, all as soon as the first of them was due."""
        with self._lock:
            chosen = [delivery for delivery in self._queue if delivery.webhook_id in webhook_ids]
            rest = [delivery for delivery in self._queue if delivery.webhook_id not in webhook_ids]
            soonest = min((delivery.due for delivery in chosen), default=0.0)
            chosen.sort(key=lambda delivery: webhook_ids.index(delivery.webhook_id))
            self._queue = rest + [
                replace(delivery, due=soonest, order=self._next_number()) for delivery in chosen
            ]

    def plan(self, mischief: Mischief) -> None:
        """Have this happen to the next events, before they are queued."""
        with self._lock:
            self._mischief += [mischief] * mischief.count

    def _delivery(self, kind: str, data: dict[str, Any], built: tuple[bytes, str], due: float) -> Delivery:
        return Delivery(
            webhook_id=self._new_webhook_id(),
            type=kind,
            payment_id=str(data.get("paymentId", "")),
            body=built[0],
            content_type=built[1],
            due=due,
            order=self._next_number(),
        )

    def _next_mischief(self) -> Mischief:
        return self._mischief.pop(0) if self._mischief else Mischief()

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _new_webhook_id(self) -> str:
        return f"wh_{random.Random(f'{self._seed}:webhook:{self._next_number()}').getrandbits(96):024x}"

    def _take_due(self) -> Delivery | None:
        with self._lock:
            first = next(iter(self.pending()), None)
            if first is None or first.due > self._clock.now():
                return None
            self._queue = [delivery for delivery in self._queue if delivery is not first]
            return first

    def _try(self, delivery: Delivery, deliver: Deliver) -> Sent:
        now, status = self._clock.now(), NO_ANSWER
        try:
            with contextlib.suppress(Exception):
                status = deliver(self.headers_for(delivery), delivery.body)
        finally:  # a receiver that breaks, even one killed, is what retries are for
            sent = Sent(delivery.webhook_id, delivery.type, delivery.payment_id, now, status)
            self._settle(
                sent, replace(delivery, tries=delivery.tries + 1, first_sent=delivery.first_sent or now)
            )
        return sent

    def _settle(self, sent: Sent, tried: Delivery) -> None:
        with self._lock:
            self.sent.append(sent)
            if not self._is_delivered(sent.status) and tried.tries < len(WAITS_MINUTES):
                self._queue.append(self._put_back(tried))

    def _is_delivered(self, status: int) -> bool:
        return status == _OK if self._unknowns.only_200_is_delivered else _OK <= status < _OK_END

    def _put_back(self, tried: Delivery) -> Delivery:
        draw = random.Random(f"{self._seed}:{tried.webhook_id}:{tried.order}:{tried.tries}").random()
        due = self._clock.now() + draw * WAITS_MINUTES[tried.tries] * 60
        keeps = self._unknowns.retries_keep_the_webhook_id
        return replace(tried, due=due, webhook_id=tried.webhook_id if keeps else self._new_webhook_id())


def _named(delivery: Delivery, webhook_ids: Sequence[str]) -> bool:
    return not webhook_ids or delivery.webhook_id in webhook_ids
