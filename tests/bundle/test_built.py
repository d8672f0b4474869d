"""What `sam build` makes: exactly what ships, and in the shape that starts fast."""

import importlib.util
import py_compile
from itertools import chain
from pathlib import Path

import pytest

from portone_local.template.cloudformation import ROOT, functions, handlers, transformed
from portone_local.template.sam import sam

pytestmark = pytest.mark.check
CHECKED_BY_NOBODY = 0b01  # PEP 552: by hash, and the hash is not looked at when it is imported


def packages(built: Path, layer: str) -> set[str]:
    return {entry.name for entry in (built / layer / "python").iterdir()}


def bytecode(source: Path) -> Path:
    return Path(importlib.util.cache_from_source(str(source)))


def test_the_template_is_valid_and_clean() -> None:
    assert "is a valid SAM Template" in sam(
        "validate", "--lint", "--template-file", str(ROOT / "template.yaml")
    )


@pytest.mark.parametrize("layer", ["Dependencies", "Package"])
def test_every_module_of_a_layer_has_bytecode_that_survives_zipping(built: Path, layer: str) -> None:
    sources = list((built / layer / "python").rglob("*.py"))

    flags = {int.from_bytes(bytecode(source).read_bytes()[4:8], "little") for source in sources}

    assert sources
    assert flags == {CHECKED_BY_NOBODY}


def test_bytecode_names_its_path_on_lambda_and_not_that_of_the_build(built: Path) -> None:
    module = bytecode(built / "Package" / "python" / "portone_payments" / "ports" / "store.py").read_bytes()

    assert b"/opt/python/portone_payments/ports/store.py" in module
    assert str(built).encode() not in module


def test_bytecode_matches_its_source(built: Path, tmp_path: Path) -> None:
    source = built / "Package" / "python" / "portone_payments" / "ports" / "store.py"
    fresh = py_compile.compile(
        str(source),
        cfile=str(tmp_path / "store.pyc"),
        dfile="/opt/python/portone_payments/ports/store.py",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )

    assert fresh is not None
    assert Path(fresh).read_bytes()[:16] == bytecode(source).read_bytes()[:16]


def test_native_modules_are_there_for_both_architectures(built: Path) -> None:
    native = [path.name for path in (built / "Dependencies").rglob("*.so")]
    arm = {name.replace("aarch64", "*") for name in native if "aarch64" in name}
    intel = {name.replace("x86_64", "*") for name in native if "x86_64" in name}

    assert arm == intel
    assert arm == {
        f"{name}.cpython-313-*-linux-gnu.so" for name in ("_pydantic_core", "_cffi_backend", "_sodium")
    }
    assert len(native) == 2 * len(arm)


def test_nothing_ships_that_the_runtime_provides_or_only_tests_need(built: Path) -> None:
    shipped = packages(built, "Dependencies")

    assert shipped >= {"aws_lambda_powertools", "httpx", "nacl", "pydantic", "standardwebhooks"}
    assert not shipped & {"boto3", "botocore", "s3transfer", "urllib3", "pytest", "moto", "ministack", "bin"}


def test_our_layer_contains_our_package_only(built: Path) -> None:
    ours = built / "Package" / "python"
    source = ROOT / "layers" / "portone_payments" / "src" / "portone_payments"

    assert packages(built, "Package") == {"portone_payments"}
    assert {path.relative_to(ours / source.name) for path in (ours / source.name).rglob("*.py")} == {
        path.relative_to(source) for path in source.rglob("*.py")
    }


def test_every_function_contains_its_handler_only(built: Path) -> None:
    for folder, logical_id in functions(transformed()).items():
        files = [path.name for path in (built / logical_id).rglob("*") if path.is_file()]
        handler = handlers()[folder]

        assert files == ["handler.py"]
        assert (built / logical_id / "handler.py").read_bytes() == handler.read_bytes()


def test_no_file_in_the_artifact_is_a_link_out_of_it(built: Path) -> None:
    assert not [path for path in chain(built.glob("*"), built.rglob("*")) if path.is_symlink()]
