"""All the bugs, in the order of their numbers; `docs/planted-bugs.md` shows the same."""

from portone_local.planted.access_and_abuse import ACCESS_AND_ABUSE
from portone_local.planted.allowances import ALLOWANCES
from portone_local.planted.approving_and_auditing import APPROVING_AND_AUDITING
from portone_local.planted.bug import Bug
from portone_local.planted.charging import CHARGING
from portone_local.planted.developers_machine import DEVELOPERS_MACHINE
from portone_local.planted.ending import ENDING
from portone_local.planted.persons import PERSONS
from portone_local.planted.receiving_and_restoring import RECEIVING_AND_RESTORING
from portone_local.planted.refunding import REFUNDING
from portone_local.planted.rights import RIGHTS
from portone_local.planted.sealing import SEALING
from portone_local.planted.storing_and_sending import STORING_AND_SENDING
from portone_local.planted.subscriptions import SUBSCRIPTIONS
from portone_local.planted.unkind_money import UNKIND_MONEY
from portone_local.planted.unkind_readings import UNKIND_READINGS

BUGS: tuple[Bug, ...] = (
    *STORING_AND_SENDING,
    *REFUNDING,
    *RECEIVING_AND_RESTORING,
    *APPROVING_AND_AUDITING,
    *CHARGING,
    *UNKIND_READINGS,
    *UNKIND_MONEY,
    *PERSONS,
    *DEVELOPERS_MACHINE,
    *ENDING,
    *ALLOWANCES,
    *RIGHTS,
    *ACCESS_AND_ABUSE,
    *SEALING,
    *SUBSCRIPTIONS,
)
