"""`python -m portone_local.closing`: the functions to close while the payments table is put back."""

import sys
from typing import Any

from portone_local.template import statements, transformed

_WRITES = frozenset({"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"})
STAYS = "Audit"  # closed and opened again by itself (docs/runbook.md)


def mutating(template: dict[str, Any]) -> list[str]:
    """Logical ids of the functions that may change the payments table, but for the audit."""
    roles = {
        logical_id: resource["Properties"]["Role"]["Fn::GetAtt"][0]
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    found = (name for name, role in roles.items() if any(map(_writes, statements(template, role))))
    return sorted(set(found) - {STAYS})


def _writes(statement: dict[str, Any]) -> bool:
    actions = statement["Action"]
    named = {actions} if isinstance(actions, str) else set(actions)
    return bool(_WRITES & named) and "PaymentsTable" in str(statement["Resource"])


def main() -> int:
    """Prints them in a line, for a shell."""
    sys.stdout.write(" ".join(mutating(transformed())) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
