"""The packages the locks name."""

import re

from portone_local.template.cloudformation import ROOT

LOCKS = ("runtime", "dev", "sam", "uv")


def locked(lock: str) -> dict[str, str]:
    """Version by name of what `requirements/<lock>.txt` pins."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE))
