"""`python -m portone_local.template.compare OLD.yaml [NEW.yaml]`: what a change of the template would deploy.

Both go through SAM's transform under every environment of samconfig.toml, as configured and with each
condition turned. Environment variables that a function gets besides are listed apart and are no difference.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portone_local.template.cloudformation import (
    configuration,
    filled_in,
    source_with,
    template_text,
    translated,
)

type Template = Mapping[str, Any]

ENVIRONMENTS = ("dev", "stg", "prod")
SECTIONS = ("Parameters", "Rules", "Conditions", "Resources", "Outputs")


@dataclass(slots=True)
class Comparison:
    """`differing` has the view in which each part was first seen to differ, `added` functions by variable."""

    views: int = 0
    differing: dict[str, str] = field(default_factory=dict)
    added: dict[str, set[str]] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """As text: what differs, what was added, how much was compared."""
        yield from (f"differs: {part} ({view})" for part, view in sorted(self.differing.items()))
        for variable, functions in sorted(self.added.items()):
            yield f"added variable: {variable} in {len(functions)}: {', '.join(sorted(functions))}"
        yield f"{len(self.differing)} parts differ in {self.views} views"


def compared(old: str, new: str, environments: Iterable[str] = ENVIRONMENTS) -> Comparison:
    """Two templates, as text, under each of these environments. KeyError for a parameter without a value."""
    found = Comparison()
    turned = sorted({name for text in (old, new) for name in _conditions(text)})
    for environment in environments:
        after = _views(new, environment, turned)
        for (view, before), (_, now) in zip(_views(old, environment, turned), after, strict=True):
            found.views += 1
            _compare(found, view, before, now)
    return found


def _conditions(text: str) -> Template:
    source, _ = source_with(configuration(ENVIRONMENTS[0]), text)
    conditions: Template = source["Conditions"]
    return conditions


def _views(text: str, environment: str, turned: Iterable[str]) -> Iterator[tuple[str, Template]]:
    """As written, as configured, and with each condition turned that the template has."""
    source, values = source_with(configuration(environment), text)
    made = translated(text, values)
    conditions = made["Conditions"]
    yield "as written", {**source, "Resources": {}, "Outputs": {}}
    yield environment, _deployed(filled_in(made, source, values))
    for name in turned:
        other = {name: {"Fn::Not": [conditions[name]]}} if name in conditions else {}
        here = {**made, "Conditions": {**conditions, **other}}
        yield f"{environment}, {name} turned", _deployed(filled_in(here, source, values))


def _deployed(template: Template) -> Template:
    return {section: template.get(section, {}) for section in ("Resources", "Outputs")}


def _compare(found: Comparison, view: str, old: Template, new: Template) -> None:
    for section in SECTIONS:
        before, now = old.get(section, {}), new.get(section, {})
        for name in {*before, *now}:
            added = _added(before.get(name), now.get(name))
            for variable in added:
                found.added.setdefault(variable, set()).add(name)
            if before.get(name) != _without(now.get(name), added):
                found.differing.setdefault(f"{section}.{name}", view)


def _added(old: Any, new: Any) -> frozenset[str]:
    return frozenset(_variables(new)) - frozenset(_variables(old)) if old and new else frozenset()


def _variables(resource: Template) -> Template:
    if resource.get("Type") != "AWS::Lambda::Function":
        return {}
    variables: Template = resource["Properties"].get("Environment", {}).get("Variables", {})
    return variables


def _without(resource: Any, variables: frozenset[str]) -> Any:
    if not variables:
        return resource
    left = {name: value for name, value in _variables(resource).items() if name not in variables}
    return {**resource, "Properties": {**resource["Properties"], "Environment": {"Variables": left}}}


def main(old: str, new: str | None = None) -> int:
    """Prints the comparison; 1 when anything differs."""
    found = compared(Path(old).read_text(), Path(new).read_text() if new else template_text())
    sys.stdout.writelines(f"{line}\n" for line in found.lines())
    return 1 if found.differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
