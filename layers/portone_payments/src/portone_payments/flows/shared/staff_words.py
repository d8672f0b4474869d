"""What staff wrote about a payment: sealed in its history, read by staff, deleted with time (rule 10.7)."""

from portone_payments.domain.records.bounds import SEALED
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.ports.world import Vault


def sealed_words(words: str, payment: Payment, vault: Vault) -> str:
    """The ciphertext of what the next line of the history is to say. Raises `StorageUnavailable`."""
    return vault.encrypt(words, context=_context(payment, payment.next_seq))


def words_in(payment: Payment, vault: Vault) -> dict[int, str]:
    """What staff wrote, by the numbers of the history's lines. Raises `StorageUnavailable`."""
    return {
        entry.seq: vault.decrypt(str(entry.data[SEALED]), context=_context(payment, entry.seq))
        for entry in payment.history
        if SEALED in entry.data
    }


def _context(payment: Payment, seq: int) -> dict[str, str]:
    return bound_to(Sealing.STAFF_WORDS, payment=payment.payment_id, line=str(seq))
