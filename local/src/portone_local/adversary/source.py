"""Where the shapes come from: PortOne's OpenAPI document where the environment names one, else our table."""

import os
from functools import cache
from pathlib import Path

from portone_local.adversary.contract import Contract
from portone_local.adversary.table import Table
from portone_local.adversary.transport import Shapes

NAMED_BY = "PORTONE_OPENAPI"


@cache
def shapes() -> Shapes:
    """The document's, or the table's."""
    return Contract(Path(os.environ[NAMED_BY])) if NAMED_BY in os.environ else Table()
