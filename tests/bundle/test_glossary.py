"""The glossary holds the words that are ours, and only those that the code uses."""

import re

import pytest

from portone_local.template.cloudformation import ROOT

PAGE = (ROOT / "docs/glossary.md").read_text()
WORDS = re.findall(r"^\| ([a-z ]+) \| .+ \|$", PAGE, re.MULTILINE)[1:]
CODE = "".join(
    file.read_text() for place in ("layers", "functions", "local") for file in (ROOT / place).rglob("*.py")
)


def test_the_glossary_stays_short_and_names_each_word_once() -> None:
    assert 20 <= len(WORDS) <= 30
    assert len(set(WORDS)) == len(WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_the_code_uses_every_word_of_the_glossary(word: str) -> None:
    assert len(re.findall(rf"\b{word.split(maxsplit=1)[0]}", CODE, re.IGNORECASE)) >= 3
