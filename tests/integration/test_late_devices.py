"""A device that its number has registered since the call was placed is the receiver's."""

from typing import Any

import pytest

from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import (
    ALICE,
    BOB,
    CLIENT,
    EVE,
    NOBODY,
    NOW,
    a_call_request,
    a_two_legged_context,
)
from tests.support.clients import (
    ANSWER,
    DONE,
    FORBIDDEN_BY_THE_STATE,
    NO_DEVICE,
    NO_PARTY,
    NOT_FOUND,
    OPERATIONS,
    OTHER,
    Context,
    every_operation,
    has_device,
    names,
    of,
    status,
)
from tests.support.devices import deregister, register
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
from tests.support.table import unchanged


class TestADeviceThatCameLater:
    @pytest.fixture(params=["another client", "another user", "the first device"])
    def late(self, request: pytest.FixtureRequest) -> tuple[str, Context]:
        """A call, and how its receiver acts on it since it has registered a device."""
        if request.param == "another client":
            call = a_call("Initial")
            has_device(BOB, OTHER)
            return call, of(BOB, OTHER)
        if request.param == "another user":
            call = a_call("Initial")
            has_device(BOB, CLIENT, sub="second user")
            return call, of(BOB, sub="second user")
        body = a_call_request(receiverAddress=f"tel:{NOBODY}")
        call = post(body=body).body["mediaSessionId"]
        register(NOBODY)
        return call, of(NOBODY)

    @every_operation
    def test_acts_as_the_receiver(self, late: tuple[str, Context], operate: Any) -> None:
        assert operate(*late).status in DONE

    def test_declines(self, late: tuple[str, Context]) -> None:
        call, context = late

        assert delete(None, call, context=context).status == 204
        assert status(call, of(ALICE)) == "Declined"

    def test_answers_and_terminates(self, late: tuple[str, Context]) -> None:
        call, context = late

        assert put(None, call, ANSWER, context=context).status == 200
        assert delete(None, call, context=context).status == 204
        assert status(call, of(ALICE)) == "Terminated"

    def test_does_not_cancel(self, late: tuple[str, Context]) -> None:
        call, context = late

        assert put(None, call, "SessionCancelled", context=context).code[0] == 409

    def test_is_told_again_what_it_has_done(self, late: tuple[str, Context]) -> None:
        call, context = late
        delete(None, call, context=context, correlator="one")

        assert delete(None, call, context=context, correlator="one").status == 204
        assert delete(None, call, context=context, correlator="two").code == NOT_FOUND
        assert get(None, call, context=context).code == NOT_FOUND
        assert delete(ALICE, call, correlator="one").code == NOT_FOUND

    def test_reads_how_it_ended(self, late: tuple[str, Context]) -> None:
        call, context = late
        delete(ALICE, call)

        assert status(call, context) == "SessionCancelled"
        assert delete(None, call, context=context).code == NOT_FOUND

    def test_costs_one_look_and_one_more_write(
        self, late: tuple[str, Context], requests: Requests
    ) -> None:
        call, context = late
        requests.clear()

        delete(None, call, context=context)
        assert names(requests) == ["UpdateItem", "GetItem", "UpdateItem"]
        assert requests[1][1]["ConsistentRead"] is True

    @pytest.mark.parametrize(
        ("operate", "refused"),
        [
            (OPERATIONS["DELETE"], NO_PARTY),
            (lambda call, context: put(None, call, "Busy", context=context), NO_PARTY),
            (
                lambda call, context: put(None, call, ANSWER, context=context),
                FORBIDDEN_BY_THE_STATE,
            ),
        ],
        ids=["DELETE", "PUT", "answer"],
    )
    def test_comes_too_late_when_another_has_answered_since_the_look(
        self, monkeypatch: pytest.MonkeyPatch, operate: Any, refused: tuple[int, str]
    ) -> None:
        call = a_call("Initial")
        has_device(BOB, OTHER, made_at=NOW)
        just_before(monkeypatch, "GetItem", lambda: put(BOB, call, ANSWER))

        assert operate(call, of(BOB, OTHER)).code == refused
        assert status(call, of(BOB)) == "Connected"

    @every_operation
    def test_is_none_when_it_has_gone_again(self, clock: FakeClock, operate: Any) -> None:
        call = a_call("Initial")
        has_device(BOB, OTHER, expires_at=NOW + 60)
        clock.now += 60

        assert operate(call, of(BOB, OTHER)).code == NO_PARTY
        deregister(BOB)
        assert operate(call, of(BOB, OTHER)).code == NO_DEVICE

    @every_operation
    def test_is_not_that_of_a_client_alone(self, requests: Requests, operate: Any) -> None:
        """Without a number there is no register to look at."""
        call = a_call("Initial")
        has_device(BOB, OTHER)
        requests.clear()

        with unchanged():
            assert operate(call, a_two_legged_context(OTHER)).code == NO_PARTY
            assert len(requests) == 1

    @every_operation
    def test_makes_nobody_else_a_party(self, operate: Any) -> None:
        call = a_call("Initial")
        has_device(EVE, OTHER)

        with unchanged():
            assert operate(call, of(EVE, OTHER)).code == NO_PARTY
