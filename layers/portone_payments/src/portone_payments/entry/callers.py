"""Who asks, told apart as far as the door they came by allows (money rule 10)."""

from portone_payments.domain.refund_rules import IAM, TOKEN
from portone_payments.entry.port_deps import PortDeps
from portone_payments.entry.request import Request
from portone_payments.flows.asking import Asker

_STAFF_PATHS = ("/ops/", "/staff/")


def asker_of(request: Request, deps: PortDeps) -> Asker:
    """The owner, or staff on a route of theirs. Raises `Unauthenticated`, `Forbidden`."""
    if request.route.partition(" ")[2].startswith(_STAFF_PATHS):
        return staff_asker(request, deps.settings.staff_claim)
    return Asker(name=request.user_id, owner=True)


def staff_asker(request: Request, staff_claim: str) -> Asker:
    """A member of staff: by IAM the principal that signed, else the token's subject. Raises `Forbidden`.

    An HTTP API tells of an assumed role only the role and the session's name, which its user chose.
    """
    name = request.staff(staff_claim)
    if request.iam_principal is not None:
        return Asker(name=name, owner=False, door=IAM, person=request.iam_principal)
    return Asker(name=name, owner=False, door=TOKEN, person=request.claims.get("sub") or name)
