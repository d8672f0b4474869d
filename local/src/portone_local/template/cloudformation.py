"""The template as CloudFormation will see it: SAM's own transform, then parameters and conditions."""

import copy
import json
import logging
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[4]
REGION = "ap-northeast-2"
_ABSENT = object()

logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)  # it warns about its own metrics


def configuration(environment: str) -> dict[str, str]:
    """The parameters `sam deploy --config-env` passes for dev, stg or prod."""
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text())
    return dict(settings[environment]["deploy"]["parameters"]["parameter_overrides"])


def transformed(parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The transformed template with `parameters` (default: dev's) filled in; resources stay references.

    Cached: do not change it. Code lies at `s3://bundle/<folder>`. KeyError for a parameter without a value.
    """
    chosen = configuration("dev") if parameters is None else parameters
    return _transformed(tuple(sorted(chosen.items())))


def functions(template: Mapping[str, Any]) -> dict[str, str]:
    """Logical id of each function by the name of its folder."""
    return {
        resource["Properties"]["Code"]["S3Key"].rstrip("/").rpartition("/")[2]: logical_id
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }


@cache
def handlers() -> Mapping[str, Path]:
    """The file of each function by the name of its folder, whatever noun it stands under."""
    files = sorted(ROOT.glob("functions/*/*/handler.py"))  # looked up once: each new container needs it
    return MappingProxyType({file.parent.name: file for file in files})


def functions_of(noun: str) -> frozenset[str]:
    """The names of the functions of one noun, as `functions/` groups them."""
    return frozenset(name for name, file in handlers().items() if file.parents[1].name == noun)


def environment(template: Mapping[str, Any], function: str) -> dict[str, Any]:
    """The environment variables of the function in folder `function`."""
    resource = template["Resources"][functions(template)[function]]
    return dict(resource["Properties"]["Environment"]["Variables"])


def statements(template: Mapping[str, Any], role: str) -> list[dict[str, Any]]:
    """Every statement of a role (by logical id), from its own policies and the managed ones it lists."""
    properties = template["Resources"][role]["Properties"]
    managed = [template["Resources"][each["Ref"]] for each in properties.get("ManagedPolicyArns", [])]
    documents = [policy["Properties"]["PolicyDocument"] for policy in managed]
    documents += [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    return [statement for document in documents for statement in document["Statement"]]


def refusals(parameters: Mapping[str, str]) -> tuple[str, ...]:
    """What CloudFormation would refuse of `parameters` before it creates anything; empty for none."""
    source = _source()
    values = _values(source, parameters)
    wrong = [
        f"{name} {declared.get('ConstraintDescription', 'is not allowed')}"
        for name, declared in source["Parameters"].items()
        if not _fits(declared, parameters.get(name, declared.get("Default")))
    ]
    broken = [
        assertion["AssertDescription"]
        for rule in source["Rules"].values()
        if _resolve(rule["RuleCondition"], values, {})
        for assertion in rule["Assertions"]
        if not _resolve(assertion["Assert"], values, {})
    ]
    return (*wrong, *broken)


@cache
def _transformed(parameters: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    text = template_text()
    source, values = source_with(dict(parameters), text)
    return filled_in(translated(text, values), source, values)


def template_text() -> str:
    """The template as its file says."""
    return (ROOT / "template.yaml").read_text()


def source_with(
    parameters: Mapping[str, str], text: str | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The template (or `text`) as written, and the value of each parameter. KeyError as in `transformed`."""
    source = _source(text)
    return source, _values(source, parameters)


def translated(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What SAM makes of a template, parameters and conditions still open. Cached: do not change it."""
    lists = tuple((name, tuple(each)) for name, each in values.items() if isinstance(each, list))
    return _translated(text, lists)


def filled_in(
    made: Mapping[str, Any], source: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """What SAM made of `source`, with parameters and conditions worked out."""
    conditions = _Conditions(made["Conditions"], values)
    kept = {
        logical_id: resource
        for logical_id, resource in made["Resources"].items()
        if "Condition" not in resource or conditions[resource["Condition"]]
    }
    resolved = _resolve({**made, "Resources": kept, "Conditions": {}}, values, conditions)
    return {**resolved, "Parameters": source["Parameters"]}


@cache
def _translated(text: str, lists: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, Any]:
    """SAM's transform, which takes a second and looks into lists only: any other parameter stays a `Ref`."""
    source = _source(text)
    for declared in source["Parameters"].values():
        declared.pop("Default", None)
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    values = {name: list(each) for name, each in lists}
    made: dict[str, Any] = translator.translate(source, parameter_values=values)
    return made


@cache
def _parsed(text: str) -> str:
    """As JSON, in which an alias is a copy, as `sam build` writes it."""
    return json.dumps(yaml_parse(text))


def _source(text: str | None = None) -> dict[str, Any]:
    source: dict[str, Any] = json.loads(_parsed(template_text() if text is None else text))
    for resource in source["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = f"s3://bundle/{resource['Properties'][name]}"
    return source


def _values(source: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    unknown = set(parameters) - set(source["Parameters"])
    if unknown:
        raise KeyError(f"the template has no parameters {sorted(unknown)}")
    values: dict[str, Any] = {}
    for name, declared in source["Parameters"].items():
        value = str(parameters[name] if name in parameters else declared["Default"])
        values[name] = value.split(",") if declared["Type"] == "CommaDelimitedList" else value
    return values


def _fits(declared: Mapping[str, Any], value: Any) -> bool:
    if value is None:
        return False
    allowed = [str(each) for each in declared.get("AllowedValues", [value])]
    low, high = declared.get("MinValue", "-inf"), declared.get("MaxValue", "inf")
    return (
        str(value) in allowed
        and re.fullmatch(declared.get("AllowedPattern", ".*"), str(value)) is not None
        and (declared["Type"] != "Number" or float(low) <= float(value) <= float(high))
    )


class _Conditions(dict[str, bool]):
    """Conditions by name, evaluated when read, since they may name each other."""

    def __init__(self, declared: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        super().__init__()
        self._declared, self._values = declared, values

    def __missing__(self, name: str) -> bool:
        return bool(_resolve(self._declared[name], self._values, self))


_LOGIC: dict[str, Callable[[list[Any]], bool]] = {
    "Fn::Equals": lambda found: str(found[0]) == str(found[1]),
    "Fn::Not": lambda found: not found[0],
    "Fn::And": all,
    "Fn::Or": any,
}


def _resolve(node: Any, values: Mapping[str, Any], conditions: Mapping[str, bool]) -> Any:
    if isinstance(node, list):
        return [found for item in node if (found := _resolve(item, values, conditions)) is not _ABSENT]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        (name, argument) = next(iter(node.items()))
        if name == "Ref":
            return _ABSENT if argument == "AWS::NoValue" else copy.copy(values.get(argument, node))
        if name == "Condition" and isinstance(argument, str):
            return conditions[argument]
        if name == "Fn::If":
            return _resolve(argument[1 if conditions[argument[0]] else 2], values, conditions)
        if name in _LOGIC:
            return _LOGIC[name](_resolve(argument, values, conditions))
    resolved = {key: _resolve(value, values, conditions) for key, value in node.items()}
    return {key: value for key, value in resolved.items() if value is not _ABSENT}
