"""Several phones, apps and users of one number: which may do what, before an answer and after."""

from collections.abc import Callable

import pytest

from tests.support.stack.subscriber import IN_OTHER_HANDS, Line, Subscriber

GONE = (404, "NOT_FOUND")
NOT_ITS = (403, "INVALID_TOKEN_CONTEXT")
ANSWERED_ELSEWHERE = NOT_NOW = (409, "INCOMPATIBLE_STATE")

type PassOn = Callable[[Subscriber], Subscriber]

whosever = pytest.mark.parametrize("pass_on", IN_OTHER_HANDS.values(), ids=IN_OTHER_HANDS)


def second_phone(who: Subscriber) -> Subscriber:
    """Another device of somebody's number."""
    return who.with_device("tablet")


# Phones.


@whosever
def test_each_phone_may_decline_while_it_rings(callers: Line, pass_on: PassOn) -> None:
    tablet = second_phone(pass_on(callers.bob))
    call = callers.call("Ringing")

    assert tablet.status_of(call) == "Ringing"
    assert tablet.delete(call).status == 204
    assert callers.alice.status_of(call) == "Declined"
    for phone in (callers.bob, tablet):
        assert phone.delete(call).code == GONE


@whosever
def test_who_has_not_answered_has_no_part_in_the_call(callers: Line, pass_on: PassOn) -> None:
    tablet = second_phone(pass_on(callers.bob))
    call = callers.call("Connected")

    for refused in (tablet.get(call), tablet.put(call, "Hold"), tablet.delete(call)):
        assert refused.code == NOT_ITS
    assert tablet.answer(call, "v=0 too late").code == ANSWERED_ELSEWHERE
    assert tablet.put(call, "Connected").code == ANSWERED_ELSEWHERE
    assert callers.alice.status_of(call) == "Connected"
    assert callers.bob.delete(call).status == 204
    assert tablet.get(call).code == NOT_ITS


def test_a_phone_that_is_registered_when_the_call_is_answered_comes_too_late(
    callers: Line,
) -> None:
    call = callers.call("Connected")
    tablet = second_phone(callers.bob.in_another_app())

    assert tablet.get(call).code == NOT_ITS
    assert tablet.delete(call).code == NOT_ITS
    assert callers.alice.status_of(call) == "Connected"


def test_only_a_registered_phone_answers(callers: Line) -> None:
    tablet = second_phone(callers.bob.in_another_app())
    call = callers.call("Ringing")
    assert tablet.deregister().status == 204

    assert tablet.answer(call).code == NOT_ITS
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


def test_only_the_phone_that_has_placed_the_call_hangs_up_for_the_caller(callers: Line) -> None:
    tablet = second_phone(callers.alice)
    call = callers.call("Ringing")

    for another in (tablet.which, callers.bob.which, {"registrationId": "unknown"}):
        assert callers.alice.delete(call, headers=another).code == NOT_ITS
    assert callers.bob.status_of(call) == "Ringing"
    assert callers.alice.delete(call, headers=callers.alice.which).status == 204


def test_any_phone_of_the_receiver_declines_if_it_is_named(callers: Line) -> None:
    calls = [callers.call("Ringing") for _ in range(2)]
    registered_since = second_phone(callers.bob)

    assert callers.bob.delete(calls[0], headers=callers.alice.which).code == NOT_ITS
    for call, phone in zip(calls, (callers.bob, registered_since), strict=True):
        assert phone.delete(call, headers=phone.which).status == 204
        assert callers.alice.status_of(call) == "Declined"


def test_a_receiver_without_device_can_be_called_and_answers_when_it_has_one(
    somebody: Callable[[], Subscriber],
) -> None:
    line = Line(somebody().with_device(), somebody())
    call = line.call()

    assert line.bob.get(call).code == (404, "IDENTIFIER_NOT_FOUND")
    assert line.bob.with_device().answer(call).status == 200
    assert line.alice.status_of(call) == "Connected"


# Apps.


@pytest.fixture
def apart(somebody: Callable[[], Subscriber]) -> Line:
    """Each end uses an app of its own."""
    one, other = somebody(), somebody()
    return Line(
        one.with_token(client_id="app-a").with_device(),
        other.with_token(client_id="app-b").with_device(),
    )


def app(who: Subscriber, client: str) -> Subscriber:
    """The app itself, on behalf of nobody."""
    return who.with_token(phone_number=None, sub=client, client_id=client)


@pytest.mark.parametrize(
    ("client", "outcome"), [("app-a", "SessionCancelled"), ("app-b", "Declined")]
)
def test_an_app_acts_for_the_only_leg_that_it_has(apart: Line, client: str, outcome: str) -> None:
    call = apart.call("Ringing")
    itself = app(apart.alice, client)
    assert itself.status_of(call) == "Ringing"

    assert itself.delete(call, correlator="c-1").status == 204
    assert itself.delete(call, correlator="c-1").status == 204
    assert itself.get(call).code == GONE
    other_end = apart.bob if client == "app-a" else apart.alice
    assert other_end.status_of(call) == outcome


def test_an_app_answers_for_the_receiver(apart: Line) -> None:
    call = apart.call("Ringing")

    assert app(apart.alice, "app-a").answer(call).code == NOT_NOW
    assert app(apart.bob, "app-b").answer(call).status == 200
    assert apart.alice.status_of(call) == "Connected"


def test_an_app_that_has_both_legs_acts_for_the_caller(line: Line) -> None:
    call = line.call("Ringing")
    both = app(line.alice, "dev-client")

    assert both.answer(call).code == NOT_NOW
    assert both.delete(call).status == 204
    assert line.bob.status_of(call) == "SessionCancelled"


def test_an_app_places_no_call_and_acts_for_nobody_without_a_leg(apart: Line) -> None:
    call = apart.call("Ringing")
    none = app(apart.alice, "dev-client")

    assert none.post(headers=apart.alice.which).code == (404, "IDENTIFIER_NOT_FOUND")
    for refused in (none.get(call), none.put(call, "Ringing"), none.delete(call)):
        assert refused.code == NOT_ITS
    assert apart.alice.status_of(call) == "Ringing"


def test_another_app_or_user_of_a_partys_number_is_no_party(apart: Line) -> None:
    call = apart.call("Ringing")

    for party, own in ((apart.alice, "app-a"), (apart.bob, "app-b")):
        for claims in ({"client_id": "app-c"}, {"client_id": own, "sub": "another user"}):
            other = party.with_token(**claims)
            for refused in (other.get(call), other.put(call, "Ringing"), other.delete(call)):
                assert refused.code == NOT_ITS
    # The caller's with a device, too: it has not placed the call.
    elsewhere = second_phone(apart.alice.with_token(client_id="app-c"))
    assert elsewhere.delete(call).code == NOT_ITS
    assert apart.alice.status_of(call) == "Ringing"


def test_a_receiver_may_register_an_app_after_it_rang(apart: Line) -> None:
    call = apart.call("Ringing")
    woken = second_phone(apart.bob.with_token(client_id="app-c"))

    assert woken.status_of(call) == "Ringing"
    assert woken.answer(call).status == 200
    assert woken.delete(call).status == 204
