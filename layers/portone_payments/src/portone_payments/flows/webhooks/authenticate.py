"""A delivery that no secret of ours has signed is read once more with secrets read anew (rule 9)."""

from collections.abc import Callable

from portone_payments.domain.errors.common import SignatureRejected
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.ports.world import Meter, Metric, Secrets


def authentic(read: Callable[[], Delivery], *, secrets: Secrets, meter: Meter) -> Delivery:
    """What `read` finds with the secrets there are; one may have been rotated since they were read.

    What stays refused is counted. Raises `SignatureRejected`.
    """
    try:
        delivery = _once_more(read, secrets)
    except SignatureRejected:
        meter.count(Metric.SIGNATURE_FAILURE)
        raise
    # so that failures are seen as a share: a stranger can send bad signatures, never keep good ones away
    meter.count(Metric.SIGNATURE_FAILURE, 0)
    return delivery


def _once_more(read: Callable[[], Delivery], secrets: Secrets) -> Delivery:
    try:
        return read()
    except SignatureRejected as rejected:
        curable = rejected.data.get("reason") == SignatureRejected.NO_MATCH
        if not (curable and secrets.refresh_webhook()):
            raise
    return read()
