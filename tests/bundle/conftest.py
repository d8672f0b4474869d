"""The template as CloudFormation would see it, for each environment that ships."""

from typing import Any

import pytest

from portone_local.template import configuration, transformed

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
