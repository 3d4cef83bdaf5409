"""Several phones of one number: which may do what, before one of them has answered and after."""

from collections.abc import Callable

import pytest

from tests.e2e.subscriber import IN_OTHER_HANDS, Line, Subscriber

NOT_ITS = (403, "INVALID_TOKEN_CONTEXT")
ANSWERED_ELSEWHERE = (409, "INCOMPATIBLE_STATE")

type PassOn = Callable[[Subscriber], Subscriber]

whosever = pytest.mark.parametrize("pass_on", IN_OTHER_HANDS.values(), ids=IN_OTHER_HANDS)


def second_phone(who: Subscriber) -> Subscriber:
    """Another device of somebody's number."""
    return who.with_device("tablet")


@whosever
def test_each_phone_may_decline_while_it_rings(callers: Line, pass_on: PassOn) -> None:
    tablet = second_phone(pass_on(callers.bob))
    call = callers.call("Ringing")

    assert tablet.status_of(call) == "Ringing"
    assert tablet.delete(call).status == 204
    assert callers.alice.status_of(call) == "Declined"
    for phone in (callers.bob, tablet):
        assert phone.delete(call).code == (404, "NOT_FOUND")


@whosever
def test_who_has_not_answered_has_no_part_in_the_call(callers: Line, pass_on: PassOn) -> None:
    tablet = second_phone(pass_on(callers.bob))
    call = callers.call("Connected")

    assert tablet.get(call).code == NOT_ITS
    assert tablet.put(call, "Hold").code == NOT_ITS
    assert tablet.delete(call).code == NOT_ITS
    assert tablet.answer(call, "v=0 too late").code == ANSWERED_ELSEWHERE
    assert tablet.put(call, "Connected").code == ANSWERED_ELSEWHERE
    assert callers.alice.status_of(call) == "Connected"
    assert callers.bob.delete(call).status == 204
    assert tablet.get(call).code == NOT_ITS


@whosever
def test_a_phone_that_is_registered_when_the_call_is_answered_comes_too_late(
    callers: Line, pass_on: PassOn
) -> None:
    call = callers.call("Connected")
    tablet = second_phone(pass_on(callers.bob))

    assert tablet.get(call).code == NOT_ITS
    assert tablet.delete(call).code == NOT_ITS
    assert callers.alice.status_of(call) == "Connected"


def test_only_a_registered_phone_answers(callers: Line) -> None:
    tablet = second_phone(callers.bob.in_another_app())
    call = callers.call("Ringing")
    assert tablet.deregister().status == 204

    assert tablet.answer(call).code == NOT_ITS
    assert callers.bob.answer(call).status == 200


def test_who_answers_may_say_on_which_phone(callers: Line) -> None:
    call = callers.call("Ringing")
    for no_phone_of_bobs in (callers.alice.which, {"registrationId": "unknown"}):
        assert callers.bob.answer(call, headers=no_phone_of_bobs).code == NOT_ITS

    assert callers.bob.answer(call, headers=callers.bob.which).status == 200


def test_a_second_phone_of_one_app_does_not_hang_up_what_the_first_has_answered(
    callers: Line,
) -> None:
    phone, tablet = callers.bob, second_phone(callers.bob)
    call = callers.call("Ringing")
    assert phone.answer(call, headers=phone.which).status == 200

    assert tablet.answer(call, "v=0 too late", headers=tablet.which).code == ANSWERED_ELSEWHERE
    assert tablet.put(call, "Hold", headers=tablet.which).code == NOT_ITS
    assert tablet.delete(call, headers=tablet.which).code == NOT_ITS
    assert callers.alice.status_of(call) == "Connected"
    for _ in ("once", "asked again"):
        assert phone.delete(call, correlator="c-1", headers=phone.which).status == 204


@pytest.mark.parametrize("status", ["Ringing", "Connected"])
def test_only_the_phone_that_has_placed_the_call_hangs_up_for_the_caller(
    callers: Line, status: str
) -> None:
    tablet = second_phone(callers.alice)
    call = callers.call(status)

    for another in (tablet.which, callers.bob.which, {"registrationId": "unknown"}):
        assert callers.alice.delete(call, headers=another).code == NOT_ITS
    assert callers.bob.status_of(call) == status
    assert callers.alice.delete(call, headers=callers.alice.which).status == 204


def test_any_phone_of_the_receiver_declines_if_it_is_named(callers: Line) -> None:
    calls = [callers.call("Ringing") for _ in range(2)]
    registered_since = second_phone(callers.bob)

    for anothers in (callers.alice.which, {"registrationId": "unknown"}):
        assert callers.bob.delete(calls[0], headers=anothers).code == NOT_ITS
    for call, phone in zip(calls, (callers.bob, registered_since), strict=True):
        assert phone.delete(call, headers=phone.which).status == 204
        assert callers.alice.status_of(call) == "Declined"
