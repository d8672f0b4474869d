"""People made up by us. Nothing of a person is in a repr: tests print these objects."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict

_YEAR_2000 = 2000
_DI_BYTES = 33  # 66 characters in hex (PortOne facts 9)


@dataclass(frozen=True)
class Person:
    """Somebody with a phone. `key` is who they are: one person keeps it through a new name or phone.

    `birth_date` yyyy-MM-dd, `phone` digits, `operator` a carrier in PortOne's names.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    key: str = field(repr=False)
    name: str = field(repr=False)
    birth_date: str = field(repr=False)
    phone: str = field(repr=False)
    gender: str = field(default="FEMALE", repr=False)
    operator: str = field(default="SKT", repr=False)
    is_foreigner: bool = field(default=False, repr=False)

    @property
    def ci(self) -> str:
        """The same at every PG and merchant: 88 characters (PortOne facts 9)."""
        return base64.b64encode(hashlib.sha512(f"ci:{self.key}".encode()).digest()).decode()

    def di(self, pg_provider: str, pg_merchant_id: str) -> str:
        """Another one at each PG merchant id: 66 characters (PortOne facts 9)."""
        source = f"di:{self.key}:{pg_provider}:{pg_merchant_id}"
        return hashlib.shake_256(source.encode()).hexdigest(_DI_BYTES)

    @property
    def birth_and_sex(self) -> str:
        """The first seven digits of a resident number: yyMMdd, and century, sex and nationality in one."""
        year, month, day = self.birth_date.split("-")
        digit = (1 if self.gender == "MALE" else 2) + (2 if int(year) >= _YEAR_2000 else 0)
        return f"{year[2:]}{month}{day}{digit + (4 if self.is_foreigner else 0)}"


ADULT = Person(key="adult", name="김하늘", birth_date="1990-05-17", phone="01090000001")
OTHER_ADULT = Person(
    key="other-adult",
    name="이바다",
    birth_date="1985-11-30",
    phone="01090000002",
    gender="MALE",
    operator="KT",
)
NAMESAKE = Person(key="namesake", name="김하늘", birth_date="1990-05-17", phone="01090000003", operator="LGU")
MOVED = Person(key="adult", name="김하늘", birth_date="1990-05-17", phone="01090000004", operator="KT_MVNO")
"""ADULT again, with another phone and carrier."""
MINOR = Person(key="minor", name="박새봄", birth_date="2012-03-02", phone="01090000005", operator="SKT_MVNO")
LEAP_DAY = Person(
    key="leap-day", name="최윤달", birth_date="2004-02-29", phone="01090000006", gender="MALE", operator="LGU"
)
FOREIGNER = Person(
    key="foreigner",
    name="NGUYEN LAN",
    birth_date="1998-08-08",
    phone="01090000007",
    operator="LGU_MVNO",
    is_foreigner=True,
)
PEOPLE = (ADULT, OTHER_ADULT, NAMESAKE, MOVED, MINOR, LEAP_DAY, FOREIGNER)
