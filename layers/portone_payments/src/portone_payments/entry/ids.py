"""Ids as they stand in bodies and paths."""

import re
from typing import Annotated

from pydantic import StringConstraints

INVOICE_ID = re.compile(r"[0-9]{1,9}")
type BillingKeyId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,64}$")]
type PlanId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._:-]{1,64}$")]
