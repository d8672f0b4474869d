"""What the shapes of answers are made of: closed objects, amounts, times."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

CLOSED = ConfigDict(alias_generator=to_camel, extra="forbid")

type Minor = Annotated[int, Field(ge=0, description="minor units of the currency")]
type Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
type Cursor = Annotated[str | None, Field(description="of the next page; null at the end")]
