"""NOTICE, the licences of the packages in the layer; `python -m portone_local.supply.notice` writes it."""

import importlib.metadata
import re
from collections.abc import Iterator

from portone_local.supply.locks import locked
from portone_local.template.cloudformation import ROOT

FILE = ROOT / "NOTICE"
HEAD = """PortOne V2 payments, under the Apache License 2.0 (LICENSE).

This bundle ships the packages below, unchanged, in the layer its functions share. Each comes
under the licence named here, whose text follows. AWS's own SDK is part of the Lambda runtime, and not
shipped.
"""
_TEXTS = re.compile(r"(?i)(^|/)(licen[cs]e|copying|notice)[^/]*$")
# of packages that bring no text along
_SAYS_NOTHING = "This package brings no text of its licence along; it names it in its metadata."


def notice() -> str:
    """All of it."""
    found = [_Package(name, version) for name, version in sorted(locked("runtime").items())]
    table = [f"{each.name} {each.version}: {each.licence}" for each in found]
    return "\n".join([HEAD, *table, *(line for each in found for line in each.text())]) + "\n"


class _Package:
    """A package as it is installed here, which is as it is locked."""

    def __init__(self, name: str, version: str) -> None:
        self.name, self.version = name, version
        self._found = importlib.metadata.distribution(name)
        if self._found.version != version:
            raise ValueError(f"{name} {version} is locked, {self._found.version} is installed: make setup")

    @property
    def licence(self) -> str:
        """By its short name."""
        said = self._found.metadata
        return str(said.get("License-Expression") or said["License"])

    def text(self) -> Iterator[str]:
        """A heading and what its licence says."""
        yield from ("", "-" * 78, f"{self.name} ({self.licence})", "")
        files = [file for file in self._found.files or () if _TEXTS.search(str(file))]
        texts = [file.read_text().strip() for file in sorted(files, key=str)]
        yield from (line.rstrip() for text in texts or [_SAYS_NOTHING] for line in text.splitlines())


def main() -> None:
    """Write it."""
    FILE.write_text(notice())


if __name__ == "__main__":
    main()
