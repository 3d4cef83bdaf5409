"""Whatever the stream of registrations brings: what cannot be read comes again, nothing breaks."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis.strategies import SearchStrategy

from call_handling.end_sessions_of_registration import handler
from registration.item import register_item, subscriber_owner
from registration.register import Register
from tests.fuzz.strategies import json, some_of, text
from tests.support.api import a_call, get
from tests.support.builders import ALICE_KEY, BOB, NOW, a_registration
from tests.support.effort import effort
from tests.support.lambda_context import a_lambda_context
from tests.support.on_moto import clock, environment, table

__all__ = ["clock", "environment", "table"]

REGISTER = Register(subscriber_owner(ALICE_KEY)).without(a_registration(), NOW)
IMAGE = register_item(REGISTER, "write-1", NOW)
"""What the stream shows when the device that places the calls is deregistered."""

OWNER = IMAGE["owner"]


def _typed(kind: str, values: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.fixed_dictionaries({kind: values})


def _like(value: dict[str, str]) -> SearchStrategy[Any]:
    ((kind, content),) = value.items()
    return _typed(kind, st.just(content) | text)


_ended = _typed(
    "M", some_of({name: _like(value) for name, value in IMAGE["ended"]["L"][0]["M"].items()})
)
_images = some_of(
    {
        "owner": st.just(OWNER),
        "version": _like(IMAGE["version"]),
        "registrations": st.just(IMAGE["registrations"]),
        "ended": _typed("L", st.lists(_ended, max_size=3)),
    }
)
_changes = some_of(
    {"Keys": st.just({"owner": OWNER}) | some_of({"owner": _like(OWNER)}), "NewImage": _images}
)


def _records(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As DynamoDB sends them: whatever has changed, each has a place in the stream."""
    return [
        {
            "eventSource": "aws:dynamodb",
            "eventName": "MODIFY",
            "dynamodb": change | {"SequenceNumber": str(number)},
        }
        for number, change in enumerate(changes)
    ]


def _ended_again(changes: list[dict[str, Any]]) -> list[str]:
    """Return the places of the records that are to come again."""
    event = {"Records": _records(changes)}
    answer = handler(event, a_lambda_context())
    return [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


@given(changes=st.lists(_changes, min_size=1, max_size=3))
@effort(300)
def test_any_records(changes: list[dict[str, Any]]) -> None:
    again = _ended_again(changes)

    assert again == sorted(set(again))
    assert set(again) <= {str(number) for number in range(len(changes))}


@given(image=json)
@effort(100)
def test_an_image_that_is_none_is_not_passed_over(image: Any) -> None:
    again = _ended_again([{"Keys": {"owner": OWNER}, "NewImage": image}])

    assert again == ([] if not image else ["0"])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_can_be_read_is_done_beside_what_cannot(place: int) -> None:
    call = a_call()
    good = {"Keys": {"owner": OWNER}, "NewImage": IMAGE}
    changes: list[dict[str, Any]] = [{"NewImage": {}}, {"Keys": {"owner": OWNER}, "NewImage": 1}]
    changes.insert(place, good)

    assert _ended_again(changes) == [str(number) for number in range(3) if number != place]
    assert get(BOB, call).body["status"] == "NoAnswer"
