"""Which options of the operator a PG gets, and which are refused beforehand (PortOne facts 9.1)."""

from typing import Any

import pytest

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.identity.bypass import BypassOptions, built_bypass, bypass_for

FULL = BypassOptions(title="Example shop", min_age=20, carriers=("SKT", "KT", "LGU"))


def test_danal_gets_title_age_and_carriers_in_its_own_words() -> None:
    assert built_bypass("DANAL", FULL) == {
        "danal": {"CPTITLE": "Example shop", "AGELIMIT": 20, "IsCarrier": "SKT;KTF;LGT"}
    }


def test_without_the_sdk_danal_gets_no_carriers() -> None:
    assert built_bypass("DANAL", FULL, server_side=True) == {
        "danal": {"CPTITLE": "Example shop", "AGELIMIT": 20}
    }


def test_danal_enables_the_resellers_only_together() -> None:
    all_three = BypassOptions(carriers=("SKT_MVNO", "KT_MVNO", "LGU_MVNO"))

    assert built_bypass("DANAL", all_three) == {"danal": {"IsCarrier": "MVNO"}}


@pytest.mark.parametrize(("media", "code"), [("web", "MC01"), ("mobile", "MC02")])
@pytest.mark.parametrize("provider", ["KCP", "KCP_V2"])
def test_kcp_gets_the_medium_without_the_sdk(provider: str, media: str, code: str) -> None:
    assert built_bypass(provider, BypassOptions(), server_side=True, media=media) == {
        "kcpV2": {"media_type": code}
    }


def test_an_empty_bypass_is_left_out() -> None:
    assert built_bypass("INICIS_UNIFIED", BypassOptions()) == {}
    assert built_bypass("DANAL", BypassOptions()) == {}


def test_a_pg_gets_its_further_options_under_its_own_name() -> None:
    options = BypassOptions(extra={"flgFixedUser": "N"})

    assert built_bypass("INICIS_UNIFIED", options) == {"inicisUnified": {"flgFixedUser": "N"}}


def test_the_age_of_a_purpose_is_required_of_danal_too() -> None:
    assert bypass_for("DANAL", None, min_age=19) == {"danal": {"AGELIMIT": 19}}
    assert bypass_for("KCP_V2", None, min_age=19) == {}


@pytest.mark.parametrize(
    ("provider", "options", "field"),
    [
        ("DANAL", {"carriers": ("KTF",)}, "carriers"),
        ("DANAL", {"carriers": ("SKT_MVNO",)}, "carriers"),
        ("DANAL", {"min_age": -1}, "minAge"),
        ("DANAL", {"min_age": 151}, "minAge"),
        ("DANAL", {"title": "x" * 51}, "title"),
        ("DANAL", {"title": "two\nlines"}, "title"),
        ("DANAL", {"extra": {"AGELIMIT": 1}}, "extra"),
        ("DANAL", {"extra": {"x": {"nested": 1}}}, "extra"),
        ("DANAL", {"extra": {"bad name": "x"}}, "extra"),
        ("DANAL", {"extra": {f"x{n}": 1 for n in range(21)}}, "extra"),
        ("KCP_V2", {"title": "Example"}, "title"),
        ("INICIS_UNIFIED", {"carriers": ("SKT",)}, "carriers"),
        ("NICE_V2", {}, "provider"),
    ],
)
def test_a_value_the_pg_would_refuse_is_refused(provider: str, options: Any, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        built_bypass(provider, BypassOptions(**options))

    assert refused.value.data["field"] == field
