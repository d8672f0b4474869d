"""The one shape of a message: a sentence in two languages and what to do next."""

from enum import StrEnum
from typing import NamedTuple


class Action(StrEnum):
    """What an app offers next. RETRY sends the same again, START_OVER begins the step anew."""

    RETRY = "retry"
    START_OVER = "start_over"
    FIX_REQUEST = "fix_request"
    OTHER_METHOD = "other_method"
    WAIT = "wait"
    CONTACT_SUPPORT = "contact_support"
    NONE = "none"


class Message(NamedTuple):
    """The same sentence for a person, twice, and the action that goes with it."""

    ko: str
    en: str
    action: Action
