"""A session belongs to clients, not to numbers alone; who seems no party is looked up once."""

from typing import Any

import pytest

from tests.support.api import a_call, delete, get, post
from tests.support.builders import ALICE, BOB, CLIENT, EVE, NOBODY, NOW
from tests.support.clients import (
    DONE,
    NO_DEVICE,
    NO_PARTY,
    NOT_FOUND,
    OTHER,
    every_operation,
    has_device,
    names,
    of,
    on,
    status,
)
from tests.support.devices import deregister, register
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.table import unchanged


class TestTheOriginatingLeg:
    @every_operation
    @pytest.mark.parametrize("registered", [False, True])
    def test_is_that_of_the_client_that_placed_the_call(
        self, operate: Any, *, registered: bool
    ) -> None:
        call = a_call("Initial")
        if registered:
            has_device(ALICE, OTHER)

        with unchanged():
            assert operate(call, of(ALICE, OTHER)).code == NO_PARTY
        assert operate(call, of(ALICE)).status in DONE

    @every_operation
    def test_needs_no_device_once_the_call_is_placed(self, operate: Any) -> None:
        call = a_call("Initial")
        deregister(ALICE)

        assert operate(call, of(ALICE)).status in DONE

    @every_operation
    def test_another_client_of_a_number_without_devices_leads_to_none(self, operate: Any) -> None:
        call = a_call("Initial")
        deregister(ALICE)

        assert operate(call, of(ALICE, OTHER)).code == NO_DEVICE


class TestTheReceivingLeg:
    @every_operation
    def test_is_nobodys_through_a_client_without_a_device(self, operate: Any) -> None:
        call = a_call("Initial")

        with unchanged():
            assert operate(call, of(BOB, OTHER)).code == NO_PARTY

    @every_operation
    @pytest.mark.parametrize("client_id", [CLIENT, OTHER])
    def test_is_that_of_every_client_with_a_device(
        self, requests: Requests, operate: Any, client_id: str
    ) -> None:
        has_device(BOB, OTHER)
        call = a_call("Initial")
        requests.clear()

        assert operate(call, of(BOB, client_id)).status in DONE
        assert "GetItem" not in names(requests)

    @pytest.mark.parametrize("client_id", [CLIENT, OTHER])
    def test_is_declined_by_any_of_them(self, client_id: str) -> None:
        has_device(BOB, OTHER)
        call = a_call()

        assert delete(None, call, context=of(BOB, client_id)).status == 204
        assert status(call, of(ALICE)) == "Declined"

    def test_ended_through_one_client_is_ended_for_the_other(self) -> None:
        has_device(BOB, OTHER)
        call = a_call()
        delete(BOB, call, correlator="one")

        assert get(None, call, context=of(BOB, OTHER)).code == NOT_FOUND
        again = delete(None, call, context=of(BOB, OTHER), correlator="one")
        assert again.status == 204

    @every_operation
    def test_stays_that_of_a_client_whose_device_has_gone(self, operate: Any) -> None:
        call = a_call("Initial")
        deregister(BOB)

        assert operate(call, of(BOB)).status in DONE

    @every_operation
    def test_had_no_device_when_one_had_expired(self, clock: FakeClock, operate: Any) -> None:
        has_device(BOB, OTHER, expires_at=NOW + 60)
        clock.now += 60
        call = a_call("Initial")

        assert operate(call, of(BOB, OTHER)).code == NO_PARTY


class TestATokenWithoutAClient:
    """It is a client of its own."""

    @every_operation
    def test_has_the_leg_that_it_placed_the_call_from(self, operate: Any) -> None:
        device = has_device(ALICE, None)
        call = post(context=of(ALICE, None), headers=on(device)).body["mediaSessionId"]

        assert operate(call, of(ALICE)).code == NO_PARTY
        assert operate(call, of(ALICE, None)).status in DONE

    @every_operation
    def test_receives_where_it_has_registered(self, operate: Any) -> None:
        before = a_call("Initial")
        assert operate(before, of(BOB, None)).code == NO_PARTY
        has_device(BOB, None)

        for call in (before, a_call("Initial")):
            assert operate(call, of(BOB, None)).status in DONE


class TestNobody:
    """No party, and no device: there is nothing that the token leads to."""

    @every_operation
    def test_without_a_device(self, requests: Requests, operate: Any) -> None:
        call = a_call("Initial")
        requests.clear()

        with unchanged():
            assert operate(call, of(NOBODY)).code == NO_DEVICE
            assert names(requests)[1:] == ["GetItem"]

    @every_operation
    def test_with_one_that_has_expired(self, clock: FakeClock, operate: Any) -> None:
        register(NOBODY, expires_at=NOW + 60)
        call = a_call("Initial")

        clock.now += 59
        assert operate(call, of(NOBODY)).code == NO_PARTY
        clock.now += 1
        assert operate(call, of(NOBODY)).code == NO_DEVICE

    @every_operation
    def test_with_one_that_was_deleted(self, operate: Any) -> None:
        register(NOBODY)
        deregister(NOBODY)

        assert operate(a_call("Initial"), of(NOBODY)).code == NO_DEVICE

    @every_operation
    def test_but_with_one_is_told_that_it_is_no_party(
        self, requests: Requests, operate: Any
    ) -> None:
        call = a_call("Initial")
        requests.clear()

        assert operate(call, of(EVE)).code == NO_PARTY
        assert names(requests)[1:] == ["GetItem"]

    @every_operation
    def test_finds_no_unknown_session(self, requests: Requests, operate: Any) -> None:
        assert operate("unknown", of(NOBODY)).code == NOT_FOUND
        assert len(requests) == 1

    @every_operation
    def test_finds_none_after_the_retention(self, clock: FakeClock, operate: Any) -> None:
        call = a_call()
        delete(ALICE, call)

        assert operate(call, of(NOBODY)).code == NO_DEVICE
        clock.now += 3600
        assert operate(call, of(NOBODY)).code == NOT_FOUND
