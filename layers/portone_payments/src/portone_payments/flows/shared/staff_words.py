"""What staff wrote about a record: sealed in its history, read by staff, deleted with time (rule 10.7)."""

from portone_payments.domain.records.bounds import SEALED
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.ports.world import Vault


def sealed_words(words: str, told: Payment | Subscription, vault: Vault) -> str:
    """The ciphertext of what the next line of the history is to say. Raises `StorageUnavailable`."""
    return vault.encrypt(words, context=_context(told, told.next_seq))


def words_in(told: Payment | Subscription, vault: Vault) -> dict[int, str]:
    """What staff wrote, by the numbers of the history's lines. Raises `StorageUnavailable`."""
    return {
        entry.seq: vault.decrypt(str(entry.data[SEALED]), context=_context(told, entry.seq))
        for entry in told.history
        if SEALED in entry.data
    }


def _context(told: Payment | Subscription, seq: int) -> dict[str, str]:
    if isinstance(told, Payment):
        return bound_to(Sealing.STAFF_WORDS, payment=told.payment_id, line=str(seq))
    return bound_to(Sealing.STAFF_WORDS, subscription=told.subscription_id, line=str(seq))
