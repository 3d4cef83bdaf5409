"""SDP of an answered call: either end offers, the other answers, one at a time."""

import pytest

from tests.support.api import a_call, get, put
from tests.support.builders import ALICE, BOB, OFFER
from tests.support.clients import ANSWER, FORBIDDEN_BY_THE_STATE, sdp, session
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
from tests.support.table import unchanged

each_end_first = pytest.mark.parametrize(("first", "second"), [(ALICE, BOB), (BOB, ALICE)])


def shown(call: str) -> tuple[str | None, str | None]:
    """Return offer and answer as both ends see them."""
    bodies = [get(party, call).body for party in (ALICE, BOB)]
    offers, answers = (
        {body.get(name, {}).get("sdp") for body in bodies} for name in ("offer", "answer")
    )
    (offer,), (answer,) = offers, answers
    return offer, answer


@pytest.fixture
def call() -> str:
    return a_call("Connected")


@each_end_first
class TestARenegotiation:
    def test_hides_the_old_answer_until_there_is_a_new_one(
        self, call: str, first: str, second: str
    ) -> None:
        assert shown(call) == (OFFER, "v=0 answer")

        told = put(first, call, sdp(offer="offer 2"))
        assert "answer" not in told.body
        assert shown(call) == ("offer 2", None)

        assert put(second, call, sdp(answer="answer 2")).status == 200
        assert shown(call) == ("offer 2", "answer 2")

    def test_may_be_answered_with_the_same_text_as_the_last(
        self, call: str, first: str, second: str
    ) -> None:
        put(first, call, sdp(offer="offer 2"))

        assert put(second, call, sdp(answer="v=0 answer")).status == 200
        assert shown(call) == ("offer 2", "v=0 answer")

    def test_of_both_ends_at_once_is_that_of_the_first(
        self, call: str, first: str, second: str
    ) -> None:
        put(first, call, sdp(offer="offer 2"))

        with unchanged():
            assert put(second, call, sdp(offer="offer 3")).code == FORBIDDEN_BY_THE_STATE

    def test_that_meets_the_other_ends_is_decided_again(
        self, monkeypatch: pytest.MonkeyPatch, call: str, first: str, second: str
    ) -> None:
        just_before(
            monkeypatch,
            "TransactWriteItems",
            lambda: put(first, call, sdp(offer="offer 2")),
        )

        assert put(second, call, sdp(offer="offer 3")).code == FORBIDDEN_BY_THE_STATE
        assert shown(call) == ("offer 2", None)

    def test_is_replaced_by_the_same_end(self, call: str, first: str, second: str) -> None:
        put(first, call, sdp(offer="offer 2"))
        assert put(first, call, sdp(offer="offer 3")).status == 200
        assert shown(call) == ("offer 3", None)

        assert put(second, call, sdp(offer="offer 4")).code == FORBIDDEN_BY_THE_STATE
        assert put(second, call, sdp(answer="answer 3")).status == 200
        assert shown(call) == ("offer 3", "answer 3")

    @pytest.mark.parametrize(("seconds", "stands"), [(31, True), (32, False)])
    def test_is_replaced_by_the_other_end_after_a_while(
        self, clock: FakeClock, call: str, first: str, second: str, seconds: int, *, stands: bool
    ) -> None:
        put(first, call, sdp(offer="offer 2"))
        clock.now += seconds

        told = put(second, call, sdp(offer="offer 3"))
        assert told.code == (FORBIDDEN_BY_THE_STATE if stands else (200, None))
        assert shown(call) == ("offer 2" if stands else "offer 3", None)

    def test_that_has_been_replaced_is_answered_by_who_had_made_the_first(
        self, clock: FakeClock, call: str, first: str, second: str
    ) -> None:
        put(first, call, sdp(offer="offer 2"))
        clock.now += 32
        put(second, call, sdp(offer="offer 3"))

        assert put(first, call, sdp(offer="offer 4")).code == FORBIDDEN_BY_THE_STATE
        assert put(first, call, sdp(answer="answer 3")).status == 200
        assert shown(call) == ("offer 3", "answer 3")

    def test_is_answered_however_late(
        self, clock: FakeClock, call: str, first: str, second: str
    ) -> None:
        put(first, call, sdp(offer="offer 2"))
        clock.now += 3600

        assert put(second, call, sdp(answer="answer 2")).status == 200
        assert shown(call) == ("offer 2", "answer 2")

    def test_once_answered_makes_room_for_the_next(
        self, call: str, first: str, second: str
    ) -> None:
        put(first, call, sdp(offer="offer 2"))
        put(second, call, sdp(answer="answer 2"))

        assert put(second, call, sdp(offer="offer 3")).status == 200
        assert put(first, call, sdp(answer="answer 3")).status == 200
        assert shown(call) == ("offer 3", "answer 3")

    def test_goes_with_hold_and_resume(self, call: str, first: str, second: str) -> None:
        put(first, call, sdp("Hold", offer="offer 2"))
        assert put(second, call, sdp("Hold", answer="answer 2")).status == 200
        put(second, call, sdp("Resume", offer="offer 3"))
        assert put(first, call, sdp("Resume", answer="answer 3")).status == 200

        assert shown(call) == ("offer 3", "answer 3")
        assert session(call).status == "Resume"

    def test_is_not_answered_by_who_has_made_it(self, call: str, first: str, second: str) -> None:
        put(first, call, sdp(offer="offer 2"))

        with unchanged():
            assert put(first, call, sdp(answer="answer 2")).status == 200
        assert put(second, call, sdp(answer="answer 2")).status == 200

    def test_of_nobody_is_not_answered(self, call: str, first: str, second: str) -> None:
        del second

        with unchanged():
            for body in (sdp(answer="answer 2"), sdp("Hold", answer="answer 2")):
                assert put(first, call, body).code == FORBIDDEN_BY_THE_STATE

    def test_is_answered_with_the_offer_beside_the_answer_if_it_is_that(
        self, clock: FakeClock, call: str, first: str, second: str
    ) -> None:
        put(first, call, sdp(offer="offer 2"))
        clock.now += 32

        for offer in (OFFER, "offer 3"):
            told = put(second, call, sdp(offer=offer, answer="answer 2"))
            assert told.code == FORBIDDEN_BY_THE_STATE
        assert put(second, call, sdp(offer="offer 2", answer="answer 2")).status == 200
        assert shown(call) == ("offer 2", "answer 2")

    def test_is_none_when_the_whole_resource_is_sent_back(
        self, call: str, first: str, second: str
    ) -> None:
        for status in ("Hold", "Resume"):
            assert put(first, call, get(first, call).body | {"status": status}).status == 200
        assert shown(call) == (OFFER, "v=0 answer")
        assert put(second, call, sdp("Resume", offer="offer 2")).status == 200


class TestBeforeTheAnswer:
    def test_the_originator_may_replace_its_offer(self) -> None:
        call = a_call()

        assert put(ALICE, call, sdp("Ringing", offer="offer 2")).status == 200
        assert put(ALICE, call, sdp("Ringing", offer="offer 3")).status == 200
        assert shown(call) == ("offer 3", None)
        assert put(BOB, call, ANSWER).status == 200
        assert shown(call) == ("offer 3", "v=0 answer")

    def test_what_the_other_end_would_say_does_not_count(self) -> None:
        call = a_call()

        with unchanged():
            assert put(ALICE, call, sdp("Ringing", answer="answer")).status == 200
            assert put(BOB, call, sdp("Ringing", offer="offer 2")).status == 200
