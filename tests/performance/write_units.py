"""What a write to DynamoDB is billed, by the documented rules, from the items alone.

Sources, all in AWS's DynamoDB Developer Guide: "Item sizes and formats" (bytes), "Write
consumption" (an update is billed by the larger of the item before and after, in whole KiB),
"Using global secondary indexes" (what a write to the table costs in an index).
"""

import math
from collections.abc import Mapping
from typing import Any

type Value = Mapping[str, Any]
"""A typed value, ``{"S": "Ringing"}``."""
type Item = Mapping[str, Value]

BYTES_PER_UNIT = 1024

_CONTAINER_BYTES = 3
_ELEMENT_BYTES = 1


def item_bytes(item: Item) -> int:
    """Return the size of an item: names and values, without the overhead billed for storage."""
    return sum(_text_bytes(name) + _value_bytes(value) for name, value in item.items())


def table_units(before: Item | None, after: Item | None) -> int:
    """Return the write units of a put, update or delete; ``None`` where there is no item.

    A refused conditional write costs at least one unit as well.
    """
    return max([1, *(_units(item) for item in (before, after) if item is not None)])


def index_units(before: Item | None, after: Item | None) -> int:
    """Return the write units of a change in an index, given its entries before and after.

    An entry that appears, disappears or changes within its key costs one write; one that moves to
    another key is deleted and put. Entries hold what is projected, nothing else.
    """
    if before == after:
        return 0
    return sum(_units(entry) for entry in (before, after) if entry is not None)


def _units(item: Item) -> int:
    return math.ceil(item_bytes(item) / BYTES_PER_UNIT)


def _value_bytes(value: Value) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            size = _text_bytes(content)
        case "N":
            size = _number_bytes(content)
        case "B":
            size = len(content)
        case "BOOL" | "NULL":
            size = 1
        case "M":
            size = _CONTAINER_BYTES + _ELEMENT_BYTES * len(content) + item_bytes(content)
        case "L":
            elements = sum(_value_bytes(element) for element in content)
            size = _CONTAINER_BYTES + _ELEMENT_BYTES * len(content) + elements
        case "SS" | "NS" | "BS":
            size = sum(_value_bytes({kind[0]: element}) for element in content)
        case _:
            message = f"no type of DynamoDB's: {kind}"
            raise ValueError(message)
    return size


def _text_bytes(text: str) -> int:
    return len(text.encode())


def _number_bytes(number: str) -> int:
    """One byte for two significant digits and one more; DynamoDB says "approximately"."""
    mantissa = number.lower().partition("e")[0]
    digits = mantissa.lstrip("+-").replace(".", "").strip("0")
    return math.ceil(len(digits) / 2) + 1
