"""The one hash of what a person or PortOne would not want guessed: without the key nobody tries them all."""

import hashlib
import hmac


def keyed_hash(key: str, content: bytes) -> str:
    """64 hexadecimal digits by which the same content is known again, under this key alone."""
    return hmac.new(key.encode(), content, hashlib.sha256).hexdigest()
