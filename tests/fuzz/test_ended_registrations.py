"""Whatever the stream of registrations brings: what cannot be read comes again, nothing breaks."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from call_handling.end_sessions_of_registration import handler
from registration.item import subscriber_owner
from tests.fuzz.driven import DEREGISTERED, changes, records, register_images
from tests.fuzz.strategies import json
from tests.support.api import a_call, get
from tests.support.builders import ALICE_KEY, BOB
from tests.support.effort import effort
from tests.support.lambda_context import a_lambda_context
from tests.support.on_moto import clock, environment, table

__all__ = ["clock", "environment", "table"]

OWNER = {"owner": {"S": subscriber_owner(ALICE_KEY)}}


def comes_again(made: list[dict[str, Any]]) -> str | None:
    """Return the place of the record that is to come again, with those after it."""
    answer = handler({"Records": records(made)}, a_lambda_context())
    failures = [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]
    assert len(failures) <= 1
    return failures[0] if failures else None


@given(made=st.lists(changes(register_images(), OWNER), min_size=1, max_size=3))
@effort(200)
def test_any_records(made: list[dict[str, Any]]) -> None:
    assert comes_again(made) in {None, *(str(number) for number in range(len(made)))}


@given(image=json)
@effort(60)
def test_an_image_that_is_none_is_not_passed_over(image: Any) -> None:
    assert comes_again([{"Keys": OWNER, "NewImage": image}]) == ("0" if image else None)


def test_what_can_be_read_is_done_before_what_cannot() -> None:
    call = a_call()

    assert comes_again([{"Keys": OWNER, "NewImage": DEREGISTERED}, {"NewImage": {}}]) == "1"
    assert get(BOB, call).body["status"] == "NoAnswer"
