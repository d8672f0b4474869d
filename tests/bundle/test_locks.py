"""What ships is what was tested: the locks."""

import json
import re

import pytest

from portone_local.supply.locks import locked
from portone_local.template.cloudformation import ROOT


def test_the_shipped_lock_is_part_of_the_tested_lock() -> None:
    assert locked("runtime").items() <= locked("dev").items()


def test_one_uv_sets_everything_up_and_builds_what_ships() -> None:
    assert locked("uv")["uv"] == locked("sam")["uv"]
    assert "--require-hashes -r requirements/uv.txt" in (ROOT / "Makefile").read_text()


def test_the_runtimes_own_sdk_is_not_shipped() -> None:
    assert not {"boto3", "botocore", "s3transfer", "urllib3"} & set(locked("runtime"))


@pytest.mark.parametrize("name", ["runtime", "dev", "sam", "uv"])
def test_a_lock_names_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    requirements = re.split(r"\n(?=\S)", text.strip())

    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in text
    assert "--index" not in text


def test_the_lock_of_npm_names_hashes_and_no_address() -> None:
    lock = json.loads((ROOT / "requirements/node/package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]

    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)


def test_the_layer_is_built_from_the_lock_itself() -> None:
    linked = ROOT / "layers" / "dependencies" / "requirements.txt"

    assert linked.resolve() == ROOT / "requirements" / "runtime.txt"
