"""Who hears of a call: the device that placed it and those that have heard it ring, nobody else."""

from collections.abc import Callable

import pytest

from tests.support.stack.ear import Ear
from tests.support.stack.subscriber import IN_ANY_HANDS, Line, Subscriber

type Subscribed = Callable[..., Ear]

STATUS, INVITATION, ENDS = "session-status", "session-invitation", "registration-ends"


def test_nobody_else_hears_of_a_call(
    callers: Line, ear: Subscribed, somebody: Callable[[], Subscriber]
) -> None:
    stranger = somebody().with_device()
    strangers = [ear(stranger, event) for event in (STATUS, INVITATION, ENDS)]
    through_another = callers.alice.in_another_app().with_device("tablet")
    other_device, other_client = callers.alice.with_device("watch"), ear(through_another, STATUS)
    others = [*strangers, other_client, ear(other_device, STATUS)]
    alice = ear(callers.alice, STATUS)

    callers.alice.delete(callers.call())

    alice.hears(1)
    for one in others:
        assert not one.attempts


def test_a_number_that_changes_hands_takes_its_calls_with_it(
    callers: Line, ear: Subscribed
) -> None:
    former = callers.bob
    of_former = {event: ear(former, event) for event in (STATUS, INVITATION, ENDS)}
    assert former.deregister().status == 204
    of_former[ENDS].hears(1)
    assert of_former[ENDS].hears_nothing_more()

    # The same number, on the same phone, in the same app.
    new = former.as_another_user().with_device()
    of_new = {event: ear(new, event) for event in (STATUS, INVITATION, ENDS)}
    received = Line(callers.alice, new).call()
    of_new[INVITATION].hears(1)
    assert new.answer(received).status == 200
    assert callers.alice.delete(received).status == 204
    placed = Line(new, callers.alice).call("Connected")
    assert new.deregister().status == 204

    assert [status for _, status in of_new[INVITATION].statuses()] == ["Initial"]
    assert len(of_new[STATUS].hears(4)) == 4
    of_new[ENDS].hears(1)
    assert len(of_former[ENDS].attempts) == 1
    assert not of_former[STATUS].attempts
    assert not of_former[INVITATION].attempts
    assert callers.alice.status_of(placed) == "Terminated"
    for one in of_former.values():
        assert new.subscription(one.subscription_id).code == (404, "NOT_FOUND")


@pytest.mark.parametrize("pass_on", IN_ANY_HANDS.values(), ids=IN_ANY_HANDS)
def test_a_second_phone_hears_that_another_has_answered_and_how_the_call_ends(
    callers: Line, ear: Subscribed, pass_on: Callable[[Subscriber], Subscriber]
) -> None:
    phone, tablet = callers.bob, pass_on(callers.bob).with_device("tablet")
    second = ear(tablet, STATUS)
    call = callers.call("Ringing")
    assert phone.answer(call, headers=phone.which).status == 200
    second.hears(2)

    assert tablet.delete(call, headers=tablet.which).code == (403, "INVALID_TOKEN_CONTEXT")
    assert phone.delete(call).status == 204

    second.hears(3)
    assert second.statuses() == [(2, "Ringing"), (3, "Connected"), (4, "Terminated")]


def test_a_phone_that_is_registered_while_it_rings_hears_of_it_from_then_on(
    callers: Line, ear: Subscribed
) -> None:
    call = callers.call("Ringing")
    woken = callers.bob.in_another_app().with_device("tablet")
    late = ear(woken, STATUS)

    assert woken.answer(call).status == 200
    assert callers.alice.delete(call).status == 204

    late.hears(2)
    assert late.statuses() == [(3, "Connected"), (4, "Terminated")]


def test_a_phone_that_is_registered_once_it_is_answered_hears_nothing(
    callers: Line, ear: Subscribed
) -> None:
    bob = ear(callers.bob, STATUS)
    call = callers.call("Connected")
    bob.hears(1)
    late = ear(callers.bob.with_device("tablet"), STATUS)

    assert callers.alice.delete(call).status == 204

    bob.hears(2)
    assert not late.attempts


def test_a_device_that_is_deregistered_meanwhile_hears_how_the_call_ends(
    callers: Line, ear: Subscribed
) -> None:
    tablet = callers.bob.in_another_app().with_device("tablet")
    gone = ear(tablet, STATUS)
    call = callers.call("Connected")
    gone.hears(1)
    assert tablet.deregister().status == 204
    # Whatever happens to the number's devices then.
    callers.bob.with_device("watch")

    assert callers.bob.delete(call).status == 204

    gone.hears(2)
    assert [status for _, status in gone.statuses()][-1] == "Terminated"


def test_calls_that_end_with_their_device_are_told_of_at_both_ends(
    callers: Line, ear: Subscribed
) -> None:
    ears = [ear(callers.alice, STATUS), ear(callers.bob, STATUS)]
    callers.call("Connected")

    callers.alice.deregister()

    for one in ears:
        event = one.hears(2)[-1]["data"]
        assert (event["status"], event["reason"]) == (
            "Terminated",
            "Call terminated by network: registration deleted",
        )
