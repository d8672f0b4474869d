"""A reading completed by what earlier ones showed: an absent field is neither empty nor revoked (rule 10.1).

What a newer version wrote about the same attempt is carried along.
"""

from dataclasses import replace

from portone_payments.domain.payments.moves import withdrawn
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import (
    CHARGEBACK,
    Cancellation,
    CancellationStatus,
    Channel,
    Method,
    RemoteStatus,
    Snapshot,
    VirtualAccount,
)
from portone_payments.domain.records.booked import merged
from portone_payments.domain.records.payments import TAKEN, Seen

# PortOne's words for who requested a cancellation, but charge-backs (facts 5)
_BY_THE_SHOP = frozenset({"API", "CONSOLE", "PORTONE_ADMIN"})
# seconds for which we offer an account without a due date from PortOne; no PG keeps one longer
ACCOUNT_FOR = 30 * 24 * 3600


def completed(snapshot: Snapshot, seen: Seen | None) -> Snapshot:
    """The reading, its absent fields taken from the last believed reading of the same attempt.

    Another attempt starts from nothing. An absent list of cancellations stays absent: only a list can show
    which cancellations it does not contain.
    """
    held = seen if seen is not None and seen.transaction_id == snapshot.transaction_id else None
    known = snapshot if held is None else _filled(snapshot, held)
    if known.status is not RemoteStatus.FAILED:
        known = replace(known, failed_at=None, pg_code=None)
    return replace(known, method=_awaited(known), cancellations=_told(known), paid_at=_paid_at(known))


def _taken_back(cancellation: Cancellation) -> bool:
    """Whether somebody else took the money: a charge-back, or a cancellation without a known requester.

    A cancellation whose reason carries a token of ours is ours, whoever is named as its requester.
    """
    if cancellation.trigger == CHARGEBACK:
        return True
    return cancellation.trigger not in _BY_THE_SHOP and cancellation.token is None


def seen_from(snapshot: Snapshot, before: Seen | None) -> Seen:
    """What to store of a believed, completed reading; cancellations once known stay known."""
    same = before is not None and before.transaction_id == snapshot.transaction_id
    held = before if same else None
    shown = {each.id: str(each.status) for each in snapshot.shown}
    cancellations = merged(_still_known(held, snapshot) if held else {}, shown)
    back = [each.id for each in snapshot.shown if _taken_back(each)]
    back = [*held.charged_back, *back] if held else back
    return Seen(
        transaction_id=snapshot.transaction_id,
        updated_at=snapshot.updated_at,
        status=snapshot.status,
        total=snapshot.total,
        paid=snapshot.paid,
        most_paid=_charged(snapshot, held),
        discount=snapshot.discount,
        cancelled=snapshot.cancelled,
        cancelled_tax_free=snapshot.cancelled_tax_free,
        tax_free=snapshot.tax_free,
        vat=snapshot.vat,
        disputed=bool(snapshot.disputed),
        receipt_issued=snapshot.receipt_issued,
        cancelled_vat=_cancelled_vat(snapshot, held),
        cancellations=cancellations,
        # those known by a few digits only are old, and were recorded
        charged_back=tuple(each for each in dict.fromkeys(back) if each in cancellations),
        method=snapshot.method,
        channel=snapshot.channel,
        paid_at=snapshot.paid_at,
        failed_at=snapshot.failed_at,
        pg_code=snapshot.pg_code,
        pg_tx_id=snapshot.pg_tx_id,
        receipt_url=snapshot.receipt_url,
        extra=held.extra if held else {},
    )


def _still_known(held: Seen, snapshot: Snapshot) -> dict[str, str]:
    """The known cancellations without those that were withdrawn, whose outcome nothing awaits any more."""
    gone = withdrawn(held, snapshot)
    return {id_: status for id_, status in held.cancellations.items() if id_ not in gone}


def _filled(snapshot: Snapshot, held: Seen) -> Snapshot:
    """The reading with the absent fields that describe an attempt as a whole."""
    return replace(
        snapshot,
        vat=_first(snapshot.vat, held.vat),
        channel=_channel(snapshot.channel, held.channel),
        method=_method(snapshot.method, held.method),
        disputed=_first(snapshot.disputed, held.disputed),
        receipt_issued=_first(snapshot.receipt_issued, held.receipt_issued),
        paid_at=_first(snapshot.paid_at, held.paid_at),
        pg_tx_id=_first(snapshot.pg_tx_id, held.pg_tx_id),
        receipt_url=_first(snapshot.receipt_url, held.receipt_url),
        failed_at=_first(snapshot.failed_at, held.failed_at),
        pg_code=_first(snapshot.pg_code, held.pg_code),
    )


def _channel(shown: Channel | None, held: Channel | None) -> Channel | None:
    if shown is None or held is None:
        return shown or held
    if (shown.pg_provider, shown.pg_merchant_id) != (held.pg_provider, held.pg_merchant_id):
        return shown
    return replace(shown, key=_first(shown.key, held.key), extra=held.extra)


def _method(shown: Method | None, held: Method | None) -> Method | None:
    """The method, completed: an attempt has only one, so an unreadable field does not undo a known one."""
    if shown is None or held is None or held.kind is PayMethod.UNRECOGNISED:
        return shown or held
    if shown.kind is PayMethod.UNRECOGNISED:
        return held
    if shown.kind is not held.kind:
        return shown
    return replace(
        shown,
        provider=_first(shown.provider, held.provider),
        card_inside=_first(shown.card_inside, held.card_inside),
        virtual_account=_account(shown.virtual_account, held.virtual_account),
        refund=_first(shown.refund, held.refund),
        extra=held.extra,
    )


def _account(shown: VirtualAccount | None, held: VirtualAccount | None) -> VirtualAccount | None:
    if shown is None or held is None:
        return shown or held
    return replace(
        shown,
        bank=_first(shown.bank, held.bank),
        number=_first(shown.number, held.number),
        holder=_first(shown.holder, held.holder),
        due_at=_first(shown.due_at, held.due_at),
        ends_at=_first(shown.ends_at, held.ends_at),
        issued_at=_first(shown.issued_at, held.issued_at),
        extra=held.extra,
    )


def _awaited(snapshot: Snapshot) -> Method | None:
    """The virtual account of an awaited deposit, with the end of our offer where PortOne shows neither."""
    if snapshot.status is not RemoteStatus.VIRTUAL_ACCOUNT_ISSUED:
        return snapshot.method
    method = snapshot.method or Method(kind=PayMethod.VIRTUAL_ACCOUNT)
    account = method.virtual_account or VirtualAccount()
    if account.due_at is None:
        account = replace(account, ends_at=snapshot.requested_at // 1_000_000 + ACCOUNT_FOR)
    return replace(method, virtual_account=account)


def _paid_at(snapshot: Snapshot) -> int | None:
    """When it was paid, or where PortOne omits that, the first moment at which we know that it was."""
    if snapshot.paid_at is not None or snapshot.status not in TAKEN:
        return snapshot.paid_at
    return min([snapshot.updated_at, *(each.requested_at for each in snapshot.shown)])


def _charged(snapshot: Snapshot, held: Seen | None) -> int:
    """The amount paid, where the reading shows less than that (facts 3.2); 0 where it does not."""
    if snapshot.status not in TAKEN:
        return 0
    known = held.charged if held is not None and held.status in TAKEN else 0
    shrunk = snapshot.paid + snapshot.cancelled
    charged = max(known, shrunk if shrunk == snapshot.total - snapshot.discount else 0)
    return charged if charged > snapshot.paid else 0


def _told(snapshot: Snapshot) -> tuple[Cancellation, ...] | None:
    """Cancellations in an unrecognised state count as done where the refunded total shows so (rule 10.2)."""
    unknown = [each for each in snapshot.shown if each.status is CancellationStatus.UNRECOGNISED]
    done = sum(each.total for each in snapshot.shown if each.status is CancellationStatus.SUCCEEDED)
    if not unknown or done + sum(each.total for each in unknown) != snapshot.cancelled:
        return snapshot.cancellations
    succeeded = CancellationStatus.SUCCEEDED
    return tuple(replace(each, status=succeeded) if each in unknown else each for each in snapshot.shown)


def _cancelled_vat(snapshot: Snapshot, held: Seen | None) -> int:
    if snapshot.cancellations is None:
        return held.cancelled_vat if held else 0
    done = (each for each in snapshot.cancellations if each.status is CancellationStatus.SUCCEEDED)
    return sum(each.vat for each in done)


def _first[Value](shown: Value | None, held: Value | None) -> Value | None:
    return held if shown is None else shown
