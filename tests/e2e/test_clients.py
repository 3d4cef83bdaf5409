"""A call is bound to API clients, and a token without a number acts for the leg of its client."""

from collections.abc import Callable

import pytest

from tests.e2e.subscriber import Line, Subscriber
from tests.support.builders import ANSWER

NOT_BOUND = (403, "INVALID_TOKEN_CONTEXT")
OUTCOMES = {"app-a": "SessionCancelled", "app-b": "Declined"}


@pytest.fixture
def apart(somebody: Callable[[], Subscriber]) -> Line:
    """Each end uses an app of its own: the caller app-a, the receiver app-b."""
    one, other = somebody(), somebody()
    return Line(
        one.with_token(client_id="app-a").with_device(),
        other.with_token(client_id="app-b").with_device(),
    )


def _app(who: Subscriber, client: str) -> Subscriber:
    """The app itself, on behalf of nobody."""
    return who.with_token(phone_number=None, sub=client, client_id=client)


@pytest.mark.parametrize("client", OUTCOMES)
def test_an_app_acts_for_the_only_leg_that_it_has(apart: Line, client: str) -> None:
    call = apart.call("Ringing")
    app = _app(apart.alice, client)
    assert app.status_of(call) == "Ringing"

    assert app.delete(call, correlator="c-1").status == 204
    assert app.delete(call, correlator="c-1").status == 204
    assert app.get(call).code == (404, "NOT_FOUND")
    other_end = apart.bob if client == "app-a" else apart.alice
    assert other_end.status_of(call) == OUTCOMES[client]


def test_an_app_answers_for_the_receiver(apart: Line) -> None:
    call = apart.call("Ringing")
    answer = {"status": "Connected", "answer": {"sdp": ANSWER}}

    assert _app(apart.alice, "app-a").put(call, answer).code == (409, "INCOMPATIBLE_STATE")
    assert _app(apart.bob, "app-b").put(call, answer).status == 200
    assert apart.alice.status_of(call) == "Connected"


@pytest.mark.parametrize("operation", ["get", "put", "delete"])
def test_an_app_that_has_both_legs_or_none_acts_for_nobody(
    line: Line, apart: Line, operation: str
) -> None:
    both, of_others = line.call("Ringing"), apart.call("Ringing")
    change = ("Ringing",) if operation == "put" else ()

    for client, call in (("dev-client", both), ("dev-client", of_others), ("app-a", both)):
        app = _app(line.alice, client)
        assert getattr(app, operation)(call, *change).code == NOT_BOUND
    assert line.alice.status_of(both) == apart.alice.status_of(of_others) == "Ringing"


def test_an_app_alone_places_no_call(apart: Line) -> None:
    app = _app(apart.alice, "app-a")
    device = {"registrationId": str(apart.alice.registration_id)}

    assert app.post(headers=device).code == (404, "IDENTIFIER_NOT_FOUND")


@pytest.mark.parametrize("end", ["alice", "bob"])
@pytest.mark.parametrize("operation", ["get", "put", "delete"])
def test_a_party_through_another_app_is_none(apart: Line, end: str, operation: str) -> None:
    call = apart.call("Ringing")
    change = ("Ringing",) if operation == "put" else ()
    party: Subscriber = getattr(apart, end)
    elsewhere = party.with_token(client_id="app-c")

    assert getattr(elsewhere, operation)(call, *change).code == NOT_BOUND
    assert party.status_of(call) == "Ringing"


def test_a_receiver_may_register_an_app_after_it_rang(apart: Line) -> None:
    call = apart.call("Ringing")
    woken = apart.bob.with_token(client_id="app-c").with_device("tablet")

    assert woken.status_of(call) == "Ringing"
    assert woken.answer(call).status == 200
    assert woken.delete(call).status == 204
    assert apart.alice.status_of(call) == "Terminated"


def test_a_caller_that_registers_another_app_is_no_party_through_it(apart: Line) -> None:
    call = apart.call("Ringing")
    elsewhere = apart.alice.with_token(client_id="app-c").with_device("tablet")

    assert elsewhere.delete(call).code == NOT_BOUND
    assert apart.alice.status_of(call) == "Ringing"


def test_a_receiver_without_device_can_be_called_and_answers_when_it_has_one(
    somebody: Callable[[], Subscriber],
) -> None:
    line = Line(somebody().with_device(), somebody())
    call = line.call()

    assert line.bob.get(call).code == (404, "IDENTIFIER_NOT_FOUND")
    receiver = line.bob.with_device()
    assert receiver.answer(call).status == 200
    assert line.alice.status_of(call) == "Connected"


def test_who_answers_may_say_on_which_device(apart: Line) -> None:
    call = apart.call("Ringing")
    answer = {"status": "Connected", "answer": {"sdp": ANSWER}}
    for anothers in (apart.alice.registration_id, "unknown"):
        headers = {"registrationId": str(anothers)}
        assert apart.bob.put(call, answer, headers=headers).code == NOT_BOUND

    own = {"registrationId": str(apart.bob.registration_id)}
    assert apart.bob.put(call, answer, headers=own).status == 200
