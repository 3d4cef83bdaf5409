"""Offer and answer, from the first to those that are made anew."""

from typing import Any

from tests.e2e.subscriber import Line
from tests.support.builders import OFFER

REFUSED = (409, "INCOMPATIBLE_STATE")


def shown(line: Line, call: str) -> tuple[str, str | None]:
    """Return offer and answer, which both ends see alike."""
    body: dict[str, Any] = line.alice.get(call).body
    assert body == line.bob.get(call).body
    return body["offer"]["sdp"], body.get("answer", {}).get("sdp")


def test_a_new_offer_hides_the_old_answer_until_it_is_answered(line: Line) -> None:
    call = line.call("Ringing")
    assert line.bob.answer(call, "v=0 first answer").status == 200
    assert shown(line, call) == (OFFER, "v=0 first answer")

    offered = line.alice.offer(call, "v=0 second offer")
    assert "answer" not in offered.body
    assert shown(line, call) == ("v=0 second offer", None)

    assert line.bob.answer(call, "v=0 second answer").status == 200
    assert shown(line, call) == ("v=0 second offer", "v=0 second answer")


def test_either_end_offers_and_only_one_at_a_time(line: Line) -> None:
    call = line.call("Connected")

    for number, (one, other) in enumerate([(line.alice, line.bob), (line.bob, line.alice)] * 2):
        offer, answer = f"v=0 offer {number}", f"v=0 answer {number}"
        assert one.offer(call, offer).status == 200
        assert other.offer(call, "v=0 at the same time").code == REFUSED
        assert shown(line, call) == (offer, None)
        assert other.answer(call, answer).status == 200
        assert shown(line, call) == (offer, answer)


def test_an_answer_to_nothing_is_refused_and_what_is_sent_back_is_not(line: Line) -> None:
    call = line.call("Ringing")
    assert line.bob.answer(call, "v=0 answer").status == 200

    for end in (line.alice, line.bob):
        assert end.answer(call, "v=0 another answer").code == REFUSED
        assert end.put(call, end.get(call).body).status == 200
    assert shown(line, call) == (OFFER, "v=0 answer")


def test_before_the_answer_only_the_caller_offers_and_may_think_again(line: Line) -> None:
    call = line.call("Ringing")

    assert line.bob.put(call, {"status": "Ringing", "offer": {"sdp": "v=0 of Bob"}}).status == 200
    assert shown(line, call) == (OFFER, None)
    assert line.alice.put(call, {"status": "Ringing", "offer": {"sdp": "v=0 anew"}}).status == 200
    assert shown(line, call) == ("v=0 anew", None)


def test_an_early_answer_is_good_for_the_phone_that_gave_it(callers: Line) -> None:
    tablet = callers.bob.in_another_app().with_device("tablet")
    call = callers.call()

    early = {"status": "InProgress", "answer": {"sdp": "v=0 early answer"}}
    assert tablet.put(call, early).status == 200
    assert shown(callers, call) == (OFFER, "v=0 early answer")
    assert callers.bob.put(call, "Connected").code == REFUSED
    assert tablet.put(call, "Connected").status == 200
    assert callers.alice.get(call).body["answer"] == {"sdp": "v=0 early answer"}


def test_another_phone_answers_for_itself(callers: Line) -> None:
    tablet = callers.bob.in_another_app().with_device("tablet")
    call = callers.call()

    early = {"status": "InProgress", "answer": {"sdp": "v=0 early answer"}}
    assert tablet.put(call, early).status == 200
    assert callers.bob.answer(call, "v=0 answer").status == 200
    assert shown(callers, call) == (OFFER, "v=0 answer")
