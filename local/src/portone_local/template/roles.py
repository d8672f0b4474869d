"""What a role of the template allows: actions on resources, under conditions about what a call is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import product
from typing import Any

from portone_local.template.cloudformation import functions, statements

LEADING = "dynamodb:LeadingKeys"
CONTEXT = "kms:EncryptionContext:"


@dataclass(frozen=True)
class Call:
    """One call of AWS: `service:Action Resource`, and the condition keys it comes with."""

    right: str
    about: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def asked(self) -> tuple[Any, ...]:
        """All of it, as a set may hold it."""
        return (self.right, *self.about.items())

    def __str__(self) -> str:
        """As a refusal says it."""
        return f"{self.right} {dict(self.about)}" if self.about else self.right


@dataclass(frozen=True, slots=True)
class Grant:
    """`service:Action Resource` as a statement allows it, under all of its conditions."""

    right: str
    conditions: Mapping[str, Mapping[str, Any]]

    def permits(self, call: Call) -> bool:
        """Whether IAM would allow this call. Raises AssertionError for an unknown condition operator."""
        return self.right == call.right and all(
            _holds(operator, [str(each) for each in as_list(wanted)], call.about.get(key))
            for operator, keys in self.conditions.items()
            for key, wanted in keys.items()
        )


def as_list(value: Any) -> list[Any]:
    """What a policy may write as one or as many."""
    return value if isinstance(value, list) else [value]


def named(resource: Any) -> str:
    """A resource of a statement as `LogicalId` or `LogicalId/rest`, or the star. Raises AssertionError."""
    match resource:
        case {"Fn::GetAtt": [str(logical_id), "StreamArn"]}:
            return f"{logical_id}/stream"
        case {"Fn::GetAtt": [str(logical_id), "Arn" | "Id"]}:
            return logical_id
        case {"Fn::Sub": str(text)}:
            return text.replace("${", "").replace(".Arn}", "")
        case str(text):
            return text
    raise AssertionError(f"not an exact ARN: {resource}")


def grants(template: Mapping[str, Any], role: str) -> list[Grant]:
    """Everything a role (by logical id) may do, and under which conditions."""
    return [
        Grant(f"{action} {named(resource)}", statement.get("Condition", {}))
        for statement in statements(template, role)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


def allowed(template: Mapping[str, Any], role: str) -> list[str]:
    """Everything a role (by logical id) may do under some condition, as `service:Action Resource`."""
    return [grant.right for grant in grants(template, role)]


def conditioned(template: Mapping[str, Any], role: str) -> list[str]:
    """As `allowed`, once for each value that a condition lets through: `service:Action Resource value`."""
    return [
        " ".join((grant.right, *values))
        for grant in grants(template, role)
        for values in product(
            *(as_list(wanted) for keys in grant.conditions.values() for wanted in keys.values())
        )
    ]


def permitted(held: Iterable[Grant], call: Call) -> bool:
    """Whether one of the grants permits the call."""
    return any(grant.permits(call) for grant in held)


def role_of(template: Mapping[str, Any], function: str) -> str:
    """The logical id of the role of the function in folder `function`."""
    return role_behind(template, functions(template)[function])


def role_behind(template: Mapping[str, Any], logical_id: str) -> str:
    """The logical id of the role of the function with this logical id."""
    return str(template["Resources"][logical_id]["Properties"]["Role"]["Fn::GetAtt"][0])


def _holds(operator: str, wanted: list[str], found: tuple[str, ...] | None) -> bool:
    """As AWS treats an absent key: `ForAllValues` matches, a single value does not."""
    of_all, _, compared = operator.rpartition(":")
    if of_all not in ("", "ForAllValues") or compared not in ("StringEquals", "StringLike"):
        raise AssertionError(f"not a condition these roles know: {operator}")
    if found is None:
        return of_all == "ForAllValues"
    fits = fnmatchcase if compared == "StringLike" else str.__eq__
    return all(any(fits(each, one) for one in wanted) for each in found)
