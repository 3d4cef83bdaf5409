"""DELETE, and what is left to see: design table of who ends what, over HTTP."""

import pytest

from tests.e2e.subscriber import Line, Subscriber

UNANSWERED = ("Initial", "InProgress", "Ringing", "Proceeding", "Waiting")


@pytest.mark.parametrize("status", UNANSWERED)
def test_the_originator_cancels_an_unanswered_call(line: Line, status: str) -> None:
    call = line.call(status)

    assert line.alice.delete(call).status == 204
    assert line.bob.status_of(call) == "SessionCancelled"


@pytest.mark.parametrize("status", UNANSWERED)
def test_the_receiver_declines_an_unanswered_call(line: Line, status: str) -> None:
    call = line.call(status)

    assert line.bob.delete(call).status == 204
    assert line.alice.status_of(call) == "Declined"


@pytest.mark.parametrize("later", [[], ["Hold"], ["Hold", "Resume"]])
def test_either_terminates_an_answered_call(line: Line, later: list[str]) -> None:
    for one, other in ((line.alice, line.bob), (line.bob, line.alice)):
        call = line.call("Connected")
        for status in later:
            assert one.put(call, status).status == 200

        assert one.delete(call).status == 204
        assert other.status_of(call) == "Terminated"


@pytest.mark.parametrize("status", ["Ringing", "Connected"])
def test_somebody_else_ends_nothing_whatever_the_state(
    line: Line, eve: Subscriber, status: str
) -> None:
    call = line.call(status)

    assert eve.delete(call).code == (403, "INVALID_TOKEN_CONTEXT")
    assert line.alice.status_of(call) == status
    line.alice.delete(call)
    assert eve.delete(call).code == (403, "INVALID_TOKEN_CONTEXT")
    assert eve.get(call).code == (403, "INVALID_TOKEN_CONTEXT")


def test_the_first_ending_stays(line: Line) -> None:
    call = line.call("Ringing")
    line.bob.delete(call)

    for late in (line.alice, line.bob):
        assert late.delete(call).code == (404, "NOT_FOUND")
        assert late.delete(call, correlator="late").code == (404, "NOT_FOUND")
    assert line.bob.answer(call).code == (404, "NOT_FOUND")
    assert line.alice.status_of(call) == "Declined"


def test_who_ended_it_may_ask_again_with_the_same_correlator(line: Line) -> None:
    call = line.call("Ringing")
    line.alice.delete(call, correlator="attempt-1")

    assert line.alice.delete(call, correlator="attempt-1").status == 204
    assert line.alice.delete(call, correlator="attempt-2").code == (404, "NOT_FOUND")
    assert line.bob.delete(call, correlator="attempt-1").code == (404, "NOT_FOUND")
    assert line.bob.status_of(call) == "SessionCancelled"


def test_without_a_correlator_a_repeat_is_not_found(line: Line) -> None:
    for correlator in (None, ""):
        call = line.call()
        line.alice.delete(call, correlator=correlator)

        assert line.alice.delete(call, correlator=correlator).code == (404, "NOT_FOUND")


def test_after_the_end_the_one_that_deleted_sees_nothing_and_the_other_how_it_ended(
    line: Line,
) -> None:
    call = line.call("Connected")
    line.bob.delete(call)

    assert line.bob.get(call).code == (404, "NOT_FOUND")
    ended = line.alice.get(call)
    assert ended.status == 200
    assert ended.body["status"] == "Terminated"


def test_what_was_ended_by_put_is_over_and_both_can_read_it(line: Line) -> None:
    call = line.call("Ringing")
    assert line.bob.put(call, "Busy").status == 200

    for party in (line.alice, line.bob):
        assert party.delete(call).code == (404, "NOT_FOUND")
        assert party.status_of(call) == "Busy"


@pytest.mark.parametrize("body", [b"{}", b"null", b"x"])
def test_a_body_is_refused_and_the_call_goes_on(line: Line, body: bytes) -> None:
    call = line.call("Ringing")

    assert line.alice.delete(call, body=body).code == (400, "INVALID_ARGUMENT")
    assert line.alice.status_of(call) == "Ringing"
