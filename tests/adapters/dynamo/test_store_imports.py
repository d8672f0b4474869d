"""The AWS adapters load no SDK until a client is needed, and ids fit PortOne and DynamoDB."""

import re
import subprocess
import sys

import pytest

from portone_local.template.cloudformation import ROOT
from portone_local.twins.ids import SeededIds
from portone_payments.adapters.aws import clients as aws
from portone_payments.adapters.ids import RandomIds
from portone_payments.ports.world import Ids

HERE = ROOT / "layers/portone_payments/src"
OF_AWS = sorted(
    ".".join(file.relative_to(HERE).with_suffix("").parts)
    for folder in ("aws", "dynamo")
    for file in (HERE / "portone_payments/adapters" / folder).rglob("*.py")
)
IDS = pytest.mark.parametrize("ids", [RandomIds(), SeededIds(1)], ids=["random", "seeded"])


def test_importing_the_adapters_loads_no_sdk() -> None:
    imports = "; ".join(f"import {name}" for name in OF_AWS)
    program = f"import sys; {imports}; print({{'boto3', 'botocore.session'}} & set(sys.modules))"

    assert "portone_payments.adapters.aws.clients" in OF_AWS
    shown = subprocess.check_output([sys.executable, "-c", program], text=True)  # noqa: S603 - our own text

    assert shown.strip() == "set()"


def test_a_client_gives_up_within_the_time_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-2")

    config = aws.client("dynamodb").meta.config

    assert (config.connect_timeout, config.read_timeout) == (1, 3)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
    assert aws.client("dynamodb") is aws.client("dynamodb")


@IDS
def test_a_payment_id_is_letters_and_digits_below_every_pgs_limit(ids: Ids) -> None:
    assert re.fullmatch(r"[0-9A-Za-z]{26}", ids.payment_id())


@IDS
def test_a_token_fits_an_idempotency_key_and_a_client_request_token(ids: Ids) -> None:
    assert re.fullmatch(r"[0-9A-Za-z_-]{16,36}", ids.token())


@IDS
def test_jitter_stays_within_its_bound(ids: Ids) -> None:
    assert all(0 <= ids.jitter(30) <= 30 for _ in range(100))


def test_ids_of_one_seed_repeat_and_of_another_differ() -> None:
    assert SeededIds(1).payment_id() == SeededIds(1).payment_id()
    assert SeededIds(1).payment_id() != SeededIds(2).payment_id()
