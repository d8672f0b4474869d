"""`python -m portone_local.operator.close_writes`: the functions to close while a table is restored.

Without an argument it is the payments table; `IdentityTable` names the other.
"""

import sys
from typing import Any

from portone_local.template.cloudformation import statements, transformed

_WRITES = frozenset({"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"})
STAYS = "Audit"  # closed and opened again separately (docs/runbook.md)


def mutating(template: dict[str, Any], table: str = "PaymentsTable") -> list[str]:
    """Logical ids of the functions that may change a table, except the audit."""
    roles = {
        logical_id: resource["Properties"]["Role"]["Fn::GetAtt"][0]
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    found = (
        name
        for name, role in roles.items()
        if any(_writes(each, table) for each in statements(template, role))
    )
    return sorted(set(found) - {STAYS})


def _writes(statement: dict[str, Any], table: str) -> bool:
    actions = statement["Action"]
    named = {actions} if isinstance(actions, str) else set(actions)
    return bool(_WRITES & named) and table in str(statement["Resource"])


def main(*table: str) -> int:
    """Prints them in a line, for a shell."""
    sys.stdout.write(" ".join(mutating(transformed(), *table)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
