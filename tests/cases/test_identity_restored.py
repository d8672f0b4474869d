"""A restored identity table is made right by the runbook's own lines, run as they are printed."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.actors.people import STRANGER, USER, code, erase, me, verified
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import assert_identity_clean
from portone_local.portone.identity.people import ADULT, OTHER_ADULT
from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION, MiniStack
from portone_local.template.cloudformation import ROOT
from portone_local.template.tables import create_identity_table

pytestmark = pytest.mark.ministack

NAME = "persons-of-a-restore"
[PAGE] = re.findall(
    r"^# The identity table was restored$(.*?)^# ",
    (ROOT / "docs/runbook.md").read_text(),
    re.MULTILINE | re.DOTALL,
)
OUTPUTS = {
    "EventBus": "EventBus",
    "PaymentsTable": "PaymentsTable",
    "IdentityTable": "IdentityTable",
    "ErasuresTable": "ErasuresTable",
    "IdentityHashSecretArn": "IdentityHashSecret",
}


@pytest.fixture
def stack(ministack: MiniStack) -> Iterator[ObservedStack]:
    """A stack on the local AWS which CloudFormation knows by its outputs, as it knows a deployed one."""
    with ObservedStack.on_ministack(ministack, seed=1) as opened:
        outputs = {name: {"Value": opened.resources[ours]} for name, ours in OUTPUTS.items()}
        resource = {"Topic": {"Type": "AWS::SNS::Topic"}}
        body = json.dumps({"Resources": resource, "Outputs": outputs})
        ministack.client("cloudformation").create_stack(StackName=NAME, TemplateBody=body)
        yield opened


def printed(ministack: MiniStack, word: str) -> subprocess.CompletedProcess[str]:
    """Run the one line of the runbook's page that contains `word`, in a shell of the operator's."""
    [line] = [each for each in PAGE.splitlines() if word in each and each.startswith(("make ", ".venv/"))]
    shell = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "STACK": NAME,
        "AWS_ENDPOINT_URL": ministack.endpoint_url,
        "AWS_DEFAULT_REGION": REGION,
        **{name.upper(): str(value) for name, value in FAKE_CREDENTIALS.items()},
    }
    return subprocess.run(  # noqa: S603 - the runbook's own text
        ["/bin/bash", "-eu", "-c", line],
        cwd=ROOT,
        env=shell,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def items_of(client: Any, table: str) -> list[dict[str, Any]]:
    """Every item of a table."""
    found: list[dict[str, Any]] = client.scan(TableName=table, ConsistentRead=True)["Items"]
    return found


def kept_as_of_now(ministack: MiniStack, stack: ObservedStack) -> None:
    """What point-in-time recovery will give back: a table beside, as the table is now."""
    client = ministack.client("dynamodb")
    create_identity_table(client, f"{NAME}-persons")
    for item in items_of(client, stack.resources["IdentityTable"]):
        client.put_item(TableName=f"{NAME}-persons", Item=item)


def test_the_commands_of_the_runbook_repeat_every_erasure_after_a_restore(
    ministack: MiniStack, stack: ObservedStack
) -> None:
    verified(stack)
    verified(stack, STRANGER, OTHER_ADULT)
    kept_as_of_now(ministack, stack)
    erase(stack)

    back = printed(ministack, "restore_table")
    restored = me(stack)["verified"]
    again, once_more = (printed(ministack, "erase-again") for _ in range(2))

    assert (back.returncode, restored) == (0, True), back.stdout + back.stderr
    assert (again.returncode, once_more.returncode) == (0, 0), again.stdout + again.stderr
    assert "1 erased again, 0 were so already, 0 not found" in again.stdout
    assert "0 erased again, 1 were so already" in once_more.stdout
    assert USER not in again.stdout
    assert (me(stack)["verified"], me(stack, STRANGER)["verified"]) == (False, True)
    [left] = [item for item in stack.identity_dump() if item["pk"]["S"] == f"person#{USER}"]
    assert '"facts"' not in json.dumps(left)
    assert code(verified(stack, STRANGER, OTHER_ADULT)) == "200"
    assert verified(stack, "user-3", ADULT).status == 200
    assert_identity_clean(stack, stack.answers)
