"""What may be logged of an unexpected exception: type and place. Its text may contain personal data."""

from typing import TypeGuard

from portone_payments.domain.errors.common import BundleError
from portone_payments.ports.store import Skipped

# the ids of these are users'
UNNAMED = frozenset({"wallet", "person"})


def what_failed(error: BaseException) -> dict[str, str]:
    """The type, and the innermost place as folder/file:line; many files are called settlement.py."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return {"error_type": type(error).__name__}
    file = "/".join(traceback.tb_frame.f_code.co_filename.rsplit("/", 2)[-2:])
    return {"error_type": type(error).__name__, "at": f"{file}:{traceback.tb_lineno}"}


def what_was_skipped(skipped: Skipped) -> dict[str, str]:
    """The kind, our id where it is no user's, and what went wrong."""
    error = skipped.error
    named = {} if skipped.kind in UNNAMED else {"item": skipped.id}
    reason = {"reason": str(error.data["reason"])} if _has_reason(error) else {}
    return {"kind": str(skipped.kind), **named, **reason, **what_failed(error)}


def _has_reason(error: Exception) -> TypeGuard[BundleError]:
    return isinstance(error, BundleError) and "reason" in error.data


class JobFailed(Exception):
    """What a job raises instead: Lambda's runtime logs the text of whatever a handler raises."""

    def __init__(self, error: Exception) -> None:
        super().__init__(" ".join(what_failed(error).values()))
