"""The customer id by which a PG knows a user: never our user id (rule 10.15).

PGs refuse long ids and most punctuation: Smartro and Galaxia take 20 characters, Toss Payments
`A-Za-z0-9-_=.@` (PortOne facts 12.3).
"""

import hashlib
import hmac
from collections.abc import Mapping

LENGTH = 20
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def customer_id(user_id: str, keys: Mapping[int, str]) -> str:
    """20 letters and digits that nobody can reverse, under the newest of the keys.

    Its sender stores it: under a newer key it changes.
    """
    key = keys[max(keys)].encode()
    # the same keys make paymentIds of charges: a prefix separates the two uses
    digest = hmac.digest(key, f"customer\x00{user_id}".encode(), hashlib.sha256)
    left, letters = int.from_bytes(digest), []
    for _ in range(LENGTH):
        left, digit = divmod(left, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)
