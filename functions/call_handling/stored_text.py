"""Compression of long texts (SDP) in DynamoDB items.

Writes are billed by the KiB, and twice in a transaction; SDP repeats itself and compresses well.
Source: AWS, "Best practices for storing large items and attributes in DynamoDB".
"""

import zlib
from collections.abc import Mapping
from typing import Any

_LONG = 512
"""Bytes; compressing a shorter text would not save a write unit."""


def compress(text: str) -> str | bytes:
    """Return the value to store: the text itself, or compressed bytes if it is long."""
    plain = text.encode()
    return text if len(plain) < _LONG else zlib.compress(plain)


def text_from(value: Mapping[str, Any]) -> str:
    """Read a typed value, ``{"S": ...}`` or ``{"B": ...}``. Raises ``ValueError``."""
    if "S" in value:
        return str(value["S"])
    try:
        return zlib.decompress(value["B"]).decode()
    except zlib.error as error:
        raise ValueError(str(error)) from error
