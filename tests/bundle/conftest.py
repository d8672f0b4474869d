"""The template as CloudFormation would see it, for each environment that ships; built; deployed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portone_local.stack.deployed import DeployedStack
from portone_local.template.cloudformation import configuration, transformed
from portone_local.template.sam import build

ENVIRONMENTS = ("dev", "stg", "prod")


@pytest.fixture(scope="session", params=ENVIRONMENTS)
def each(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The template of every environment in turn."""
    return transformed(configuration(request.param))


@pytest.fixture(scope="session")
def dev() -> dict[str, Any]:
    """The template of dev."""
    return transformed(configuration("dev"))


@pytest.fixture(scope="session")
def prod() -> dict[str, Any]:
    """The template of prod."""
    return transformed(configuration("prod"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sam build` makes."""
    return build(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="session")
def deployed(built: Path) -> Iterator[DeployedStack]:
    """What `sam deploy` makes of it, in a local AWS that enforces IAM."""
    with DeployedStack.running(built) as stack:
        yield stack
