"""The routes about one user, for the shop and its staff."""

from portone_local.openapi.operations import BODY, PAGE, READ, WRITTEN, Operation
from portone_local.openapi.user_answers import ClosedUser, ClosingUser, User
from portone_payments.domain.errors import common as errors

USER_OPERATIONS = {
    "get_user": Operation(query=PAGE, answers={200: User}, errors=(errors.InvalidRequest, *READ)),
    "close_user": Operation(
        body="ClosureBody",
        body_optional=True,
        answers={200: ClosedUser, 202: ClosingUser},
        errors=(*BODY, errors.SecretsUnavailable, *WRITTEN),
    ),
}
