from typing import Any

import pytest

from tests.performance.write_units import index_units, item_bytes, table_units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "Ringing"}, 7),
        ({"S": "\u00e9\U0001f4de"}, 6),
        ({"S": ""}, 0),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "1800000000"}, 2),
        ({"N": "1767225599"}, 6),
        ({"N": "-0.0120"}, 2),
        ({"N": "1.25E+3"}, 3),
        ({"B": b"\x00\x01"}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"M": {}}, 3),
        ({"M": {"key": {"S": "value"}}}, 3 + 3 + 5 + 1),
        ({"L": [{"S": "ab"}, {"M": {}}]}, 3 + 2 + 1 + 3 + 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"NS": ["1", "100"]}, 4),
    ],
)
def test_an_attribute_is_its_name_and_its_value(value: dict[str, Any], size: int) -> None:
    assert item_bytes({"n": value}) == 1 + size


def test_a_type_that_dynamodb_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no type"):
        item_bytes({"n": {"X": "1"}})


def an_item(size: int) -> dict[str, Any]:
    return {"n": {"S": "x" * (size - 1)}}


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, 1, 1),
        (None, 1024, 1),
        (None, 1025, 2),
        (1025, 1024, 2),
        (1, 131_072, 128),
        (131_073, None, 129),
        (None, None, 1),
    ],
)
def test_a_write_is_billed_by_the_larger_item(
    before: int | None, after: int | None, units: int
) -> None:
    items = (None if size is None else an_item(size) for size in (before, after))

    assert table_units(*items) == units


def test_an_index_is_billed_by_what_changes_in_it() -> None:
    entry, other = an_item(80), an_item(90)

    assert index_units(None, None) == 0
    assert index_units(entry, entry) == 0
    assert index_units(None, entry) == 1
    assert index_units(entry, None) == 1
    assert index_units(entry, other) == 2
