"""An erasure is exact: whoever is named, all of it, at once, whatever else is under way."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from portone_local.actors.people import (
    STRANGER,
    USER,
    code,
    done,
    erase,
    me,
    permit,
    reveal,
    sent,
    sweep,
    verified,
    verify,
    wait,
)
from portone_local.portone.identity.people import ADULT, OTHER_ADULT
from portone_local.stack.identity import IDENTITY_HASH_KEYS
from portone_payments.adapters.aws.access_log import CloudWatchAccessLog
from portone_payments.ports.identity import Access
from tests.support.unkind import UnkindStack, unkind

DAY, YEAR = 24 * 3600, 365 * 24 * 3600
HOSTILE = (
    *("50%off", "a%2Fb", "a/b", "auth0|a/b", "a#b", "person#user-1", "user-1#", "?x=1", "..", ".", "-"),
    *(
        "%",
        "%25",
        "%00",
        "user-1%",
        "USER-1",
        "User-1",
        "user-1.",
        '"',
        "{}",
        "null",
        "user_1",
        "a+b",
        "a&b=c",
    ),
)


@pytest.mark.parametrize("user", HOSTILE)
def test_an_erasure_removes_every_byte_of_the_named_user_only(stack: UnkindStack, user: str) -> None:
    verified(stack, USER, OTHER_ADULT)
    verified(stack, user)

    answer = erase(stack, user)

    assert (answer.status, answer.json()["found"]) == (200, True)
    assert (me(stack, user)["verified"], me(stack, USER)["verified"]) == (False, True)
    assert verified(stack, STRANGER).status == 200


@pytest.mark.parametrize(
    "user", ["%75ser-1", "user%2D1", " user-1", "user-1 ", "user-1\n", "\uff55ser-1", "", None, 1]
)
def test_a_user_id_that_only_looks_alike_erases_nobody(stack: UnkindStack, user: Any) -> None:
    verified(stack)

    answer = erase(stack, user)

    assert code(answer) == "invalid_request" or answer.json()["found"] is False
    assert me(stack)["verified"] is True


def left_of(stack: UnkindStack, user: str) -> str:
    """Every item that contains the user's id, as text."""
    items = [json.dumps(item, ensure_ascii=False) for item in stack.identity_dump()]
    return "\n".join(item for item in items if user in item)


TRACES = {
    "sealed": re.compile(r'"(facts|reason)": \{"S"'),
    "a reason": re.compile(r'"reason": \{"S"'),
    "an identifier": re.compile(r"\b(ci|di)\.[0-9]+\.[0-9a-f]{64}"),
    "a phone": re.compile(r"phone\.[0-9]+\.[0-9a-f]{64}"),
}


@pytest.mark.parametrize("trace", ["sealed", "an identifier", "a phone"])
def test_no_identifying_value_remains_beside_the_user(stack: UnkindStack, trace: str) -> None:
    """Facts, identifiers, a permit and its reason, messages under way and their counters."""
    verified(stack, provider="KCP_V2")
    sent(stack)
    permit(stack)
    before = left_of(stack, USER)

    erase(stack)

    assert TRACES[trace].search(before)
    assert TRACES[trace].search(left_of(stack, USER)) is None


@pytest.mark.parametrize("gone", [STRANGER, "user-3"])
def test_items_an_erased_account_shared_no_longer_name_it(gone: str) -> None:
    with unkind(identity_unique="off") as stack:
        for user in (USER, STRANGER, "user-3"):
            verified(stack, user, provider="KCP_V2")
        before = left_of(stack, gone)

        erase(stack, gone)

        assert TRACES["an identifier"].search(before)
        assert TRACES["an identifier"].search(left_of(stack, gone)) is None
        assert [me(stack, user)["verified"] for user in (USER, STRANGER, "user-3")].count(True) == 2


def test_claims_under_every_former_hash_key_are_released(stack: UnkindStack) -> None:
    verified(stack)
    one = IDENTITY_HASH_KEYS | {"2": {"phase": "writing", "key": "example-key-of-identity-hashes-number-2"}}
    stack.ports["hashes"].rotate(one)
    sweep(stack)
    retired = {"1": {**one["1"], "phase": "retired"}, "2": one["2"]}
    stack.ports["hashes"].rotate(retired)
    erase(stack)
    stack.ports["hashes"].rotate(one)

    assert verified(stack, STRANGER).status == 200


class Meanwhile:
    """A port that lets something happen in the middle of one of its calls."""

    def __init__(self, inner: Any, method: str, act: Callable[[], Any]) -> None:
        self._inner, self._method, self._act = inner, method, act

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name != self._method:
            return found

        def called(*args: Any, **named: Any) -> Any:
            self._act()
            return found(*args, **named)

        return called


def once(act: Callable[[], Any]) -> Callable[[], Any]:
    """What happens the first time alone."""
    left = [act]
    return lambda: left.pop()() if left else None


def in_the_middle(stack: UnkindStack, port: str, method: str, act: Callable[[], Any]) -> None:
    """From now on `act` happens inside such a call."""
    stack.ports[port] = Meanwhile(stack.ports[port], method, act)
    stack.functions.deploy(stack.template, resources=stack.resources, ports=stack.ports)


def test_a_user_erased_while_a_look_is_logged_is_not_shown(stack: UnkindStack) -> None:
    verified(stack)
    in_the_middle(stack, "access_log", "write", lambda: erase(stack))

    answer = reveal(stack)

    assert (answer.status, ADULT.name in answer.body.decode()) == (404, False)
    assert len(stack.ports["access_log"].lines) == 1


def test_data_that_expires_while_a_look_is_logged_is_not_shown(stack: UnkindStack) -> None:
    verified(stack)
    wait(stack, YEAR - 1)
    in_the_middle(stack, "access_log", "write", lambda: wait(stack, 2))

    assert ADULT.name not in reveal(stack).body.decode()


def test_a_user_erased_while_a_permit_is_logged_gets_no_permit(stack: UnkindStack) -> None:
    verified(stack)
    in_the_middle(stack, "access_log", "write", lambda: erase(stack))

    assert permit(stack).status == 404
    assert '"reason"' not in left_of(stack, USER)


def test_a_user_erased_while_the_facts_are_sealed_is_not_verified(stack: UnkindStack) -> None:
    begun = done(stack)
    in_the_middle(stack, "envelope", "seal", once(lambda: erase(stack)))

    assert code(verify(stack, begun)) == "verification_expired"
    assert me(stack)["verified"] is False
    assert TRACES["sealed"].search(left_of(stack, USER)) is None


def test_a_replacement_is_logged_with_who_allowed_it_and_why(stack: UnkindStack) -> None:
    verified(stack)
    permit(stack)
    verified(stack, person=OTHER_ADULT)

    [line] = stack.ports["access_log"].lines
    assert (line.act, line.user_id, line.reason) == ("replace", USER, "sold the account")
    assert line.by.endswith("operator")
    assert "sold the account" not in json.dumps(stack.identity_dump())


def test_the_history_keeps_who_allowed_a_replacement_and_why_until_it_expires(stack: UnkindStack) -> None:
    verified(stack)
    permit(stack)
    verified(stack, person=OTHER_ADULT)

    history = reveal(stack).json()["history"]
    erase(stack)

    assert [(each["act"], each["reason"]) for each in history] == [
        ("replace", "sold the account"),
        ("replaced", "sold the account"),
    ]
    assert all(each["by"].endswith("operator") and each["at"] for each in history)
    assert "user/operator" not in left_of(stack, USER)


def test_the_reason_in_a_history_expires_although_the_person_stays(stack: UnkindStack) -> None:
    verified(stack)
    permit(stack)
    for _ in range(30):
        wait(stack, 300 * DAY)
        verified(stack)
        sweep(stack)

    assert reveal(stack).json()["history"] == []
    assert TRACES["a reason"].search(left_of(stack, USER)) is None


class Logs:
    """CloudWatch Logs whose stream and group can be deleted."""

    def __init__(self) -> None:
        self.group, self.streams = True, set[str]()
        self.lines: list[str] = []

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:  # noqa: N803 - boto3's names
        """One more stream."""
        self._there(self.group, logGroupName)
        self.streams.add(logStreamName)

    def put_log_events(self, *, logGroupName: str, logStreamName: str, logEvents: Any) -> dict[str, Any]:  # noqa: N803 - as above
        """One more line."""
        self._there(self.group, logGroupName)
        self._there(logStreamName in self.streams, logStreamName)
        self.lines += [each["message"] for each in logEvents]
        return {}

    @staticmethod
    def _there(there: bool, name: str) -> None:  # noqa: FBT001 - what it is about
        if not there:
            raise ClientError(
                {"Error": {"Code": "ResourceNotFoundException", "Message": name}}, "PutLogEvents"
            )


LOOK = Access(by="staff-1", user_id=USER, purpose="signup", reason="asked for", request_id="r1", at=1.0)


def test_a_deleted_log_stream_is_recreated_and_a_deleted_log_group_refuses_until_it_is_back() -> None:
    logs = Logs()
    log = CloudWatchAccessLog(logs, "looks")
    log.write(LOOK)
    for _ in range(2):
        logs.streams.clear()
        log.write(LOOK)
    logs.group = False
    logs.streams.clear()
    for _ in range(2):
        with pytest.raises(Exception, match="storage"):
            log.write(LOOK)
    logs.group = True

    log.write(LOOK)

    assert len(logs.lines) == 4
