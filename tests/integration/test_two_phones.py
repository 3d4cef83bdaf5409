"""Two phones of one actor: the first that answers has the call, if they say which they are."""

from typing import Any

import pytest

from tests.support.api import Answer, a_call, delete, get, put
from tests.support.builders import ALICE, BOB, CLIENT, NOW, registration_id
from tests.support.clients import (
    ANSWER,
    FORBIDDEN_BY_THE_STATE,
    NO_PARTY,
    OTHER,
    Context,
    has_device,
    of,
    on,
    sdp,
)
from tests.support.devices import register
from tests.support.table import unchanged

FIRST, SECOND = registration_id(BOB), registration_id(BOB, 2)
CONNECTED = sdp()
EARLY, LATER = (sdp("Proceeding", answer=text) for text in ("v=0 early", "v=0 later"))


@pytest.fixture
def call() -> str:
    """It rings on both."""
    register(BOB, 2)
    return a_call()


def put_by(phone: str | None, call: str, body: Any) -> Answer:
    return put(BOB, call, body, headers=on(phone))


class TestThatSayWhoTheyAre:
    @pytest.fixture(autouse=True)
    def _answered(self, call: str) -> None:
        assert put_by(FIRST, call, ANSWER).status == 200

    @pytest.mark.parametrize("body", [ANSWER, CONNECTED, sdp(answer="v=0 another")])
    def test_the_second_answer_is_refused(self, call: str, body: Any) -> None:

        with unchanged():
            assert put_by(SECOND, call, body).code == FORBIDDEN_BY_THE_STATE

    @pytest.mark.parametrize("body", ["Hold", "Terminated", "Ringing", "Failed"])
    def test_the_other_has_no_part_in_the_call(self, call: str, body: str) -> None:

        with unchanged():
            assert put_by(SECOND, call, body).code == NO_PARTY
            assert delete(BOB, call, headers=on(SECOND)).code == NO_PARTY

    @pytest.mark.parametrize("body", [ANSWER, CONNECTED])
    def test_the_same_answer_of_the_same_phone_is_told_again(self, call: str, body: Any) -> None:

        with unchanged():
            again = put_by(FIRST, call, body)
            assert (again.status, again.body["answer"]) == (200, ANSWER["answer"])

    def test_the_one_that_answered_goes_on_with_its_name_and_without(self, call: str) -> None:
        assert put_by(FIRST, call, "Hold").status == 200
        assert put_by(None, call, "Resume").status == 200
        assert delete(BOB, call, headers=on(FIRST)).status == 204
        assert get(ALICE, call).body["status"] == "Terminated"

    def test_one_that_was_registered_after_the_answer_comes_second_too(self, call: str) -> None:
        third = has_device(BOB, CLIENT, 3, made_at=NOW)

        assert put_by(third, call, ANSWER).code == FORBIDDEN_BY_THE_STATE
        assert put_by(third, call, "Hold").code == NO_PARTY


class TestThatDoNot:
    def test_the_first_answer_stands(self, call: str) -> None:
        put_by(None, call, ANSWER)

        with unchanged():
            assert put_by(None, call, sdp(answer="v=0 another")).code == FORBIDDEN_BY_THE_STATE
        assert get(ALICE, call).body["answer"] == ANSWER["answer"]

    @pytest.mark.parametrize("first", [None, FIRST])
    @pytest.mark.parametrize("body", [ANSWER, CONNECTED])
    def test_what_is_no_other_answer_may_be_the_first_phones(
        self, call: str, first: str | None, body: Any
    ) -> None:
        put_by(first, call, ANSWER)

        with unchanged():
            assert put_by(None, call, body).status == 200

    def test_either_goes_on(self, call: str) -> None:
        put_by(None, call, ANSWER)

        assert put_by(FIRST, call, "Hold").status == 200
        assert put_by(SECOND, call, "Resume").status == 200
        assert delete(BOB, call, headers=on(SECOND)).status == 204


class TestAnEarlyAnswer:
    def test_is_shown_and_replaced_by_any_later_one(self, call: str) -> None:
        put_by(FIRST, call, EARLY)
        assert get(ALICE, call).body["answer"] == EARLY["answer"]

        assert put_by(SECOND, call, LATER).status == 200
        assert get(ALICE, call).body["answer"] == LATER["answer"]

    @pytest.mark.parametrize(
        ("early", "connects"),
        [(FIRST, FIRST), (None, None), (FIRST, None), (None, SECOND)],
    )
    def test_is_the_answer_when_its_phone_connects(
        self, call: str, early: str | None, connects: str | None
    ) -> None:
        put_by(early, call, EARLY)

        assert put_by(connects, call, CONNECTED).body["answer"] == EARLY["answer"]

    def test_is_not_that_of_another_phone_that_connects(self, call: str) -> None:
        put_by(FIRST, call, EARLY)

        with unchanged():
            assert put_by(SECOND, call, CONNECTED).code == FORBIDDEN_BY_THE_STATE
        assert put_by(SECOND, call, ANSWER).body["answer"] == ANSWER["answer"]
        assert put_by(FIRST, call, CONNECTED).code == FORBIDDEN_BY_THE_STATE

    @pytest.mark.parametrize(
        "other", [of(BOB, OTHER), of(BOB, sub="second user")], ids=["client", "user"]
    )
    def test_is_not_that_of_another_client_or_user_that_connects(
        self, call: str, other: Context
    ) -> None:
        has_device(BOB, other["client_id"], 3, sub=other["sub"], made_at=NOW)
        put_by(None, call, EARLY)

        with unchanged():
            assert put(None, call, CONNECTED, context=other).code == FORBIDDEN_BY_THE_STATE
        assert put_by(None, call, CONNECTED).body["answer"] == EARLY["answer"]

    def test_that_was_replaced_is_not_what_connects(self, call: str) -> None:
        put_by(FIRST, call, EARLY)
        put_by(SECOND, call, LATER)

        assert put_by(FIRST, call, CONNECTED).code == FORBIDDEN_BY_THE_STATE
        assert put_by(SECOND, call, CONNECTED).body["answer"] == LATER["answer"]
