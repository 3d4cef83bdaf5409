"""A call is bound to actors, and a token without a number acts for the leg of its client."""

from collections.abc import Callable

import pytest

from tests.e2e.subscriber import Line, Subscriber

NOT_BOUND = (403, "INVALID_TOKEN_CONTEXT")
OUTCOMES = {"app-a": "SessionCancelled", "app-b": "Declined"}
APPS = {"alice": "app-a", "bob": "app-b"}


@pytest.fixture
def apart(somebody: Callable[[], Subscriber]) -> Line:
    """Each end uses an app of its own: the caller app-a, the receiver app-b."""
    one, other = somebody(), somebody()
    return Line(
        one.with_token(client_id=APPS["alice"]).with_device(),
        other.with_token(client_id=APPS["bob"]).with_device(),
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

    assert _app(apart.alice, "app-a").answer(call).code == (409, "INCOMPATIBLE_STATE")
    assert _app(apart.bob, "app-b").answer(call).status == 200
    assert apart.alice.status_of(call) == "Connected"


def test_an_app_that_has_both_legs_acts_for_the_caller(line: Line) -> None:
    call = line.call("Ringing")
    app = _app(line.alice, "dev-client")

    assert app.answer(call).code == (409, "INCOMPATIBLE_STATE")
    assert app.delete(call).status == 204
    assert line.bob.status_of(call) == "SessionCancelled"


@pytest.mark.parametrize("operation", ["get", "put", "delete"])
def test_an_app_that_has_no_leg_acts_for_nobody(line: Line, apart: Line, operation: str) -> None:
    change = ("Ringing",) if operation == "put" else ()

    for client, of in (("dev-client", apart), ("app-a", line)):
        call = of.call("Ringing")
        assert getattr(_app(of.alice, client), operation)(call, *change).code == NOT_BOUND
        assert of.alice.status_of(call) == "Ringing"


def test_an_app_alone_places_no_call(apart: Line) -> None:
    app = _app(apart.alice, "app-a")

    assert app.post(headers=apart.alice.which).code == (404, "IDENTIFIER_NOT_FOUND")


@pytest.mark.parametrize("end", ["alice", "bob"])
@pytest.mark.parametrize("operation", ["get", "put", "delete"])
@pytest.mark.parametrize("claims", [{"client_id": "app-c"}, {"sub": "another user"}], ids=str)
def test_another_app_or_user_of_a_partys_number_is_no_party(
    apart: Line, end: str, operation: str, claims: dict[str, str]
) -> None:
    call = apart.call("Ringing")
    change = ("Ringing",) if operation == "put" else ()
    party: Subscriber = getattr(apart, end)
    other = party.with_token(**{"client_id": APPS[end]} | claims)

    assert getattr(other, operation)(call, *change).code == NOT_BOUND
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
