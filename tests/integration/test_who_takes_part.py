"""Who has the receiving leg: every actor with a device until one answers, then that one alone."""

from typing import Any

import pytest

from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB, NOW, a_two_legged_context
from tests.support.clients import (
    ANSWER,
    DONE,
    FORBIDDEN_BY_THE_STATE,
    NO_PARTY,
    NOT_FOUND,
    OTHER,
    Context,
    every_operation,
    has_device,
    names,
    of,
    on,
    status,
)
from tests.support.devices import deregister
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.table import unchanged

OTHERS = {
    "another client": of(BOB, OTHER),
    "another user": of(BOB, sub="second user"),
    "both": of(BOB, OTHER, sub="second user"),
}
every_other = pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
every_connected = pytest.mark.parametrize(
    "connected", [ANSWER, "Connected", {"status": "Connected", "answer": {"sdp": "v=0 another"}}]
)


def has_one(subscriber: str, context: Context, made_at: int = NOW) -> None:
    """Register a second device, as who has this token."""
    has_device(subscriber, context["client_id"], sub=context["sub"], made_at=made_at)


class TestTheOriginatingLeg:
    @every_operation
    @pytest.mark.parametrize("registered", [False, True])
    def test_is_not_that_of_another_user_of_the_number(
        self, operate: Any, *, registered: bool
    ) -> None:
        second = of(ALICE, sub="second user")
        call = a_call("Initial")
        if registered:
            has_one(ALICE, second)

        with unchanged():
            assert operate(call, second).code == NO_PARTY

    @every_operation
    def test_is_that_of_the_user_that_placed_the_call(self, operate: Any) -> None:
        device = has_device(ALICE, OTHER, sub="second user")
        second = of(ALICE, OTHER, sub="second user")
        call = post(context=second, headers=on(device)).body["mediaSessionId"]

        assert operate(call, of(ALICE)).code == NO_PARTY
        assert operate(call, second).status in DONE


class TestBeforeTheAnswer:
    @every_operation
    @every_other
    def test_every_actor_with_a_device_has_the_leg(
        self, requests: Requests, operate: Any, other: Context
    ) -> None:
        has_one(BOB, other)
        call = a_call("Initial")
        requests.clear()

        assert operate(call, other).status in DONE
        assert "GetItem" not in names(requests)

    @every_operation
    @every_other
    def test_one_without_a_device_has_not(self, operate: Any, other: Context) -> None:
        call = a_call("Initial")

        with unchanged():
            assert operate(call, other).code == NO_PARTY

    @every_operation
    @every_other
    def test_one_that_comes_later_gets_in(self, operate: Any, other: Context) -> None:
        call = a_call("Initial")
        has_one(BOB, other)

        assert operate(call, other).status in DONE

    @every_other
    def test_what_one_has_ended_is_over_for_all(self, other: Context) -> None:
        has_one(BOB, other)
        call = a_call()
        put(None, call, "Busy", context=other)

        for context in (of(ALICE), of(BOB), other):
            assert status(call, context) == "Busy"
            assert put(None, call, ANSWER, context=context).code == NOT_FOUND


@every_other
class TestAfterTheAnswer:
    @every_operation
    def test_the_others_have_none(self, operate: Any, other: Context) -> None:
        has_one(BOB, other)
        call = a_call("Connected")

        with unchanged():
            assert operate(call, other).code == NO_PARTY

    @every_operation
    def test_it_may_be_the_first_that_has_lost_it(self, operate: Any, other: Context) -> None:
        has_one(BOB, other)
        call = a_call("Initial")
        assert put(None, call, ANSWER, context=other).status == 200

        assert operate(call, of(BOB)).code == NO_PARTY
        assert status(call, other) == "Connected"

    @pytest.mark.parametrize("change", ["Connected", "Hold", "Terminated"])
    def test_the_one_that_answered_goes_on(self, other: Context, change: str) -> None:
        has_one(BOB, other)
        call = a_call("Initial")
        put(None, call, ANSWER, context=other)

        assert put(None, call, change, context=other).body["status"] == change
        assert status(call, other) == change

    @pytest.mark.parametrize("change", ["Ringing", "Hold", "Terminated", "Busy"])
    def test_nothing_else_is_changed_by_who_has_lost_it(self, other: Context, change: str) -> None:
        has_one(BOB, other)
        call = a_call("Connected")

        with unchanged():
            assert put(None, call, change, context=other).code == NO_PARTY

    @every_connected
    @pytest.mark.parametrize("late", [False, True])
    def test_who_answers_too_is_told_that_another_was_first(
        self, other: Context, connected: Any, *, late: bool
    ) -> None:
        call = a_call("Initial") if late else ""
        has_one(BOB, other)
        call = call or a_call("Initial")
        put(BOB, call, ANSWER)

        with unchanged():
            assert put(None, call, connected, context=other).code == FORBIDDEN_BY_THE_STATE

    @every_operation
    def test_one_that_comes_later_does_not_get_in(self, operate: Any, other: Context) -> None:
        call = a_call("Connected")
        has_one(BOB, other)

        with unchanged():
            assert operate(call, other).code == NO_PARTY

    @every_connected
    def test_for_one_that_comes_later_it_has_never_rung(
        self, other: Context, connected: Any
    ) -> None:
        call = a_call("Connected")
        has_one(BOB, other)

        with unchanged():
            assert put(None, call, connected, context=other).code == NO_PARTY

    @every_operation
    def test_it_is_over_for_who_has_lost_it_too(self, operate: Any, other: Context) -> None:
        has_one(BOB, other)
        call = a_call("Connected")
        delete(ALICE, call)

        assert operate(call, other).code == NO_PARTY
        assert put(None, call, ANSWER, context=other).code == NO_PARTY
        assert status(call, of(BOB)) == "Terminated"

    def test_after_the_retention_they_find_none_either(
        self, clock: FakeClock, other: Context
    ) -> None:
        has_one(BOB, other)
        call = a_call("Connected")
        delete(ALICE, call)
        clock.now += 3600

        assert put(None, call, ANSWER, context=other).code == NOT_FOUND


@every_operation
def test_a_client_alone_has_lost_the_leg_with_the_last_of_its_actors(operate: Any) -> None:
    has_device(BOB, OTHER)
    call = a_call("Initial")
    alone = a_two_legged_context(OTHER)
    assert get(None, call, context=alone).status == 200
    put(BOB, call, ANSWER)

    assert operate(call, alone).code == NO_PARTY


class TestACallThatIsOver:
    @pytest.fixture
    def call(self, clock: FakeClock) -> str:
        """It ended a minute after it was placed."""
        call = a_call()
        clock.now += 60
        delete(ALICE, call)
        clock.now += 60
        return call

    @every_other
    @pytest.mark.parametrize(("seconds", "reads"), [(59, True), (60, True), (61, False)])
    def test_is_told_to_who_came_before_its_end(
        self, call: str, other: Context, seconds: int, *, reads: bool
    ) -> None:
        has_one(BOB, other, made_at=NOW + seconds)

        answer = get(None, call, context=other)
        refused = NOT_FOUND if reads else NO_PARTY
        assert answer.code == ((200, None) if reads else NO_PARTY)
        assert not reads or answer.body["status"] == "SessionCancelled"
        assert put(None, call, "Ringing", context=other).code == refused
        assert delete(None, call, context=other).code == refused

    def test_is_told_to_who_has_one_device_from_before(self, call: str) -> None:
        for device, made_at in ((2, NOW + 59), (3, NOW + 61)):
            has_device(BOB, OTHER, device, made_at=made_at)

        assert status(call, of(BOB, OTHER)) == "SessionCancelled"

    def test_stays_that_of_who_was_there_when_it_was_placed(self, call: str) -> None:
        deregister(BOB)

        assert status(call, of(BOB)) == "SessionCancelled"
