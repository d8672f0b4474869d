"""Registering a billing key: the app's report is a hint, a reading decides (PortOne facts 4.2, 6.1)."""

from dataclasses import dataclass, replace

from portone_payments.domain.billing_keys.checks import nobodys
from portone_payments.domain.billing_keys.wallet import CLAIM_WITHIN, key_of_issue, lapse, refuse, with_key
from portone_payments.domain.errors.billing import BillingKeyGone, BillingKeyRefused
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.billing_key import KeyReading
from portone_payments.domain.readings.outcome import FORGOTTEN, KEY_WINDOW, Outcome
from portone_payments.domain.records.billing_keys import KeyState, SavedKey, Wallet
from portone_payments.domain.records.history import Moment
from portone_payments.domain.shared.allowances import REGISTRATIONS, check, used_up
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.flows.billing_keys.readings import KeyReadings
from portone_payments.flows.shared.admission import check_gate
from portone_payments.flows.shared.gate import Operation
from portone_payments.ports.billing import IssueAndPayCommand
from portone_payments.ports.world import Deadline

NEEDS_CONFIRMATION = "NEEDS_CONFIRMATION"
_DONE = frozenset({KeyState.ACTIVE, KeyState.REFUSED, KeyState.UNWANTED})
_GONE = frozenset({KeyState.DELETING, KeyState.DELETED, KeyState.LAPSED})
_ISSUED = "BILLING_KEY_ALREADY_ISSUED"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRegistration(KeyReadings):
    """Takes an issue to a key that may be charged, or to a refusal; `test`: the mode of new ones."""

    test: bool

    def register(
        self,
        user_id: str,
        billing_key_id: str,
        *,
        billing_key: str | None,
        token: str | None,
        deadline: Deadline,
    ) -> SavedKey:
        """The key of this issue after what the app's SDK returned; not ACTIVE while PortOne is silent.

        Above the rate limit the answer is what is stored. Raises `BillingKeyNotFound`, `BillingKeyRefused`,
        `BillingKeyGone`, `TooManyRequests`, `ProviderRefused`, `Busy`.
        """
        wallet = self.recalled(self.store.wallet(user_id), user_id, billing_key_id)
        key = key_of_issue(wallet, billing_key_id)
        if key.state in _GONE:
            raise BillingKeyGone
        if key.state in _DONE:
            return self._told(key)
        moment = self.moment("app")
        if billing_key and billing_key != NEEDS_CONFIRMATION:
            check(wallet.spent, REGISTRATIONS, now=moment.now)
            return self._reported(user_id, key, billing_key, moment, deadline)
        first = token is not None and key.state is KeyState.PENDING
        if first and token is not None:
            check_gate(self._gate_of(key), Operation.CONFIRM_KEY)
            self._intend(user_id, billing_key_id, token, moment)
        elif used_up(wallet.spent, REGISTRATIONS, now=moment.now):
            return key
        else:
            self.spend(user_id, REGISTRATIONS)
        settled = self.settle_registration(user_id, billing_key_id, moment, deadline, admitted=first)
        return self._told(settled.keys[billing_key_id])

    def settle_registration(
        self, user_id: str, billing_key_id: str, moment: Moment, deadline: Deadline, *, admitted: bool = False
    ) -> Wallet:
        """Take an unfinished issue as far as PortOne lets us. Raises `Busy`.

        `admitted`: the caller has checked that requests may be sent.
        """
        wallet = self.store.wallet(user_id)
        key = key_of_issue(wallet, billing_key_id)
        try:
            if key.state is KeyState.CONFIRMING:
                return self._confirm(user_id, key, moment, deadline, admitted=admitted)
            if key.state is KeyState.CHECKING and key.sealed is not None:
                found = self._at(key).get_billing_key(self._opened(user_id, key), deadline=deadline)
                return self._found(user_id, billing_key_id, found, moment)
            found = self._listed(key, deadline)
        except PortOneError as error:
            return self._silent(user_id, error)
        return self._found(user_id, billing_key_id, found, moment)

    def _reported(
        self, user_id: str, key: SavedKey, billing_key: str, moment: Moment, deadline: Deadline
    ) -> SavedKey:
        """Store what the app reports; each report counts, except those that end in a saved method."""
        try:
            told = self._looked_up(user_id, key, billing_key, moment, deadline)
        except BillingKeyRefused:
            self.spend(user_id, REGISTRATIONS)
            raise
        if told.state is not KeyState.ACTIVE:
            self.spend(user_id, REGISTRATIONS)
        return told

    def _looked_up(
        self, user_id: str, key: SavedKey, billing_key: str, moment: Moment, deadline: Deadline
    ) -> SavedKey:
        try:
            reading = self._at(key).get_billing_key(billing_key, deadline=deadline)
        except PortOneError as error:
            self._count(error)
            return self._later(user_id, key, billing_key)
        if reading is not None and nobodys(reading):
            # the worker looks for a key of this issue
            return key
        if reading is None or reading.billing_key_id not in {None, key.id}:
            # nothing is stored: what the app reported is not a key of this issue
            raise BillingKeyRefused(reason="issue")
        return self._told(self.absorb(user_id, key.id, reading, moment).keys[key.id])

    def _later(self, user_id: str, key: SavedKey, billing_key: str) -> SavedKey:
        """PortOne did not answer: what the app reported is stored, the worker reads again."""
        if key.state is not KeyState.PENDING:
            return key
        sealed = self._sealed(user_id, key.id, billing_key)

        def kept(wallet: Wallet) -> tuple[Wallet]:
            held = key_of_issue(wallet, key.id)
            if held.state is not KeyState.PENDING:
                return (wallet,)
            return (
                replace(with_key(wallet, replace(held, state=KeyState.CHECKING, sealed=sealed)), poll_step=0),
            )

        wallet = self.change(user_id, kept, fact=False)
        self._enqueue(wallet)
        return wallet.keys[key.id]

    def _intend(self, user_id: str, billing_key_id: str, token: str, moment: Moment) -> None:
        sealed = self.vault.encrypt(token, context=_token_context(user_id, billing_key_id))
        request_key = self.ids.token()

        def intended(wallet: Wallet) -> tuple[Wallet]:
            key = key_of_issue(wallet, billing_key_id)
            if key.state is not KeyState.PENDING:
                return (wallet,)
            frozen = replace(
                key,
                state=KeyState.CONFIRMING,
                token=sealed,
                request_key=request_key,
                test=self.test,
                sent_at=moment.now,
            )
            return (replace(with_key(wallet, frozen), poll_step=0),)

        self.change(user_id, intended, fact=False)

    def _confirm(
        self, user_id: str, key: SavedKey, moment: Moment, deadline: Deadline, *, admitted: bool
    ) -> Wallet:
        age = moment.now - (key.sent_at or moment.now)
        if age >= KEY_WINDOW or key.token is None or key.request_key is None:
            found = self._listed(key, deadline)
            return self._found(user_id, key.id, found, moment)
        gate = self._gate_of(key)
        if not admitted and not gate.admits(Operation.CONFIRM_KEY):
            return self._waits(user_id)
        token = self.vault.decrypt(key.token, context=_token_context(user_id, key.id))
        try:
            with gate.sending(Operation.CONFIRM_KEY):
                billing_key = self._send(key, token, key.request_key, deadline)
        except PortOneError as error:
            if error.error_type == _ISSUED:
                found = self._listed(key, deadline)
                return self._found(user_id, key.id, found, moment)
            if error.outcome in {Outcome.NO_EFFECT, Outcome.PG_ANSWER, Outcome.ALREADY_DONE}:
                return self._refused(user_id, key.id, (error.error_type or "refused").lower(), moment)
            raise
        reading = self._at(key).get_billing_key(billing_key, deadline=deadline)
        if reading is not None and reading.billing_key_id is None:
            # PortOne's answer to our own token says whose key it is
            reading = replace(reading, billing_key_id=key.id)
        return self._found(user_id, key.id, reading, moment)

    def _send(self, key: SavedKey, token: str, request_key: str, deadline: Deadline) -> str:
        payment = self.store.payment(key.payment_id) if key.payment_id else None
        if payment is None:
            return self._at(key).confirm_billing_key(token, test=key.test, key=request_key, deadline=deadline)
        order = IssueAndPayCommand(
            payment_id=payment.payment_id,
            total=payment.total,
            tax_free=payment.tax_free,
            currency=payment.currency,
        )
        return self._at(key).confirm_issue_and_pay(
            token, order, test=key.test, key=request_key, deadline=deadline
        )

    def _found(self, user_id: str, billing_key_id: str, reading: KeyReading | None, moment: Moment) -> Wallet:
        if reading is not None:
            return self.absorb(user_id, billing_key_id, reading, moment)

        def looked(wallet: Wallet) -> tuple[Wallet]:
            key = key_of_issue(wallet, billing_key_id)
            if key.state in _DONE or key.state in _GONE:
                return (wallet,)
            sent = key.sent_at or key.created_at
            limit = FORGOTTEN if key.state is KeyState.CONFIRMING else CLAIM_WITHIN
            if moment.now - sent >= limit:
                return (lapse(wallet, key, moment),)
            return (
                replace(
                    with_key(wallet, replace(key, looked=key.looked + 1)), poll_step=wallet.poll_step + 1
                ),
            )

        return self.change(user_id, looked, fact=False)

    def _refused(self, user_id: str, billing_key_id: str, code: str, moment: Moment) -> Wallet:
        return self.change(
            user_id,
            lambda held: (refuse(held, key_of_issue(held, billing_key_id), KeyState.REFUSED, code, moment),),
        )

    def _silent(self, user_id: str, error: PortOneError) -> Wallet:
        """PortOne did not answer: nothing changes but the due mark, which does not back off."""
        self._count(error)
        return self._waits(user_id)

    def _waits(self, user_id: str) -> Wallet:
        return self.change(
            user_id, lambda held: (replace(held, poll_step=min(held.poll_step, 2)),), fact=False
        )

    def _told(self, key: SavedKey) -> SavedKey:
        if key.state in {KeyState.REFUSED, KeyState.UNWANTED}:
            raise BillingKeyRefused(reason=key.code or "refused")
        if key.state in _GONE:
            raise BillingKeyGone
        return key


def _token_context(user_id: str, billing_key_id: str) -> dict[str, str]:
    return bound_to(Sealing.BILLING_TOKEN, user=user_id, issue=billing_key_id)
