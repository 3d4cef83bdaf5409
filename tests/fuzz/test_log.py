"""Whatever is sent as an id: the log tells it in its expected form, or nothing but its shape."""

import re

from hypothesis import given
from hypothesis import strategies as st

from aws.log import IdName, shown_id
from tests.support.effort import effort

NAMES: list[IdName] = ["mediaSessionId", "registrationId", "subscriptionId", "correlator"]
EXPECTED = re.compile(r"[0-9a-fA-F-]{36,55}|")
SHAPE = re.compile(r"made up: [0-9]+ characters, (?:(?![b-zA-Z0-8])[ -~]){0,32}")


@given(name=st.sampled_from(NAMES), value=st.text())
@effort(500)
def test_any_id(name: IdName, value: str) -> None:
    told = shown_id(name, value)

    assert (told == value and EXPECTED.fullmatch(value)) or SHAPE.fullmatch(told)
