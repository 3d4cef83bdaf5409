"""A token that names a client alone acts for the leg of that client, the first if it has both."""

from typing import TYPE_CHECKING, Any

import pytest

from camara.identity import derive_client_key
from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB, CLIENT, a_two_legged_context
from tests.support.clients import (
    ANSWER,
    DONE,
    FORBIDDEN_BY_THE_STATE,
    NO_DEVICE,
    NO_PARTY,
    NOT_FOUND,
    OTHER,
    every_operation,
    has_device,
    names,
    of,
    on,
    sdp,
    status,
)
from tests.support.devices import deregister
from tests.support.messaging import Requests
from tests.support.table import TABLE, items, unchanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def a_call_between_clients() -> str:
    """Alice calls through one client, Bob has devices of another only."""
    deregister(BOB)
    has_device(BOB, OTHER)
    return a_call("Initial")


class TestATokenWithoutASubscriber:
    @every_operation
    @pytest.mark.parametrize("client_id", [CLIENT, OTHER])
    def test_acts_for_the_leg_of_its_client(
        self, requests: Requests, operate: Any, client_id: str
    ) -> None:
        call = a_call_between_clients()
        requests.clear()

        assert operate(call, a_two_legged_context(client_id)).status in DONE
        assert "GetItem" not in names(requests)

    @pytest.mark.parametrize(
        ("client_id", "outcome"), [(CLIENT, "SessionCancelled"), (OTHER, "Declined")]
    )
    @pytest.mark.parametrize("answered", [False, True])
    def test_cancels_declines_or_terminates(
        self, client_id: str, outcome: str, *, answered: bool
    ) -> None:
        call = a_call_between_clients()
        if answered:
            assert put(None, call, ANSWER, context=a_two_legged_context(OTHER)).status == 200
        reader = of(BOB, OTHER) if client_id == CLIENT else of(ALICE)

        assert delete(None, call, context=a_two_legged_context(client_id)).status == 204
        assert status(call, reader) == ("Terminated" if answered else outcome)

    def test_changes_what_its_leg_may_change(self) -> None:
        call = a_call_between_clients()

        told = put(None, call, ANSWER, context=a_two_legged_context(CLIENT))
        assert told.code == FORBIDDEN_BY_THE_STATE
        assert put(None, call, "Busy", context=a_two_legged_context(OTHER)).status == 200

    @pytest.mark.parametrize("first_with", ["subscriber", "client"])
    @pytest.mark.parametrize("body", [ANSWER, sdp(), sdp(offer="offer 2")])
    def test_goes_on_with_a_call_that_the_other_has_answered(
        self, first_with: str, body: dict[str, Any]
    ) -> None:
        call = a_call_between_clients()
        first, second = of(BOB, OTHER), a_two_legged_context(OTHER)
        if first_with == "client":
            first, second = second, first
        put(None, call, ANSWER, context=first)

        assert put(None, call, body, context=second).status == 200

    @every_operation
    def test_acts_when_its_client_has_both(self, requests: Requests, operate: Any) -> None:
        call = a_call("Initial")
        requests.clear()

        assert operate(call, a_two_legged_context(CLIENT)).status in DONE
        assert "GetItem" not in names(requests)

    @pytest.mark.parametrize("elsewhere", [False, True])
    @pytest.mark.parametrize(
        ("current", "outcome"), [("Initial", "SessionCancelled"), ("Connected", "Terminated")]
    )
    def test_acts_for_the_originator_when_its_client_has_both(
        self, current: str, outcome: str, *, elsewhere: bool
    ) -> None:
        if elsewhere:
            has_device(BOB, OTHER)
        call = a_call(current)
        alone = a_two_legged_context(CLIENT)

        assert put(None, call, "Busy", context=alone).code == FORBIDDEN_BY_THE_STATE
        assert delete(None, call, context=alone, correlator="one").status == 204
        assert status(call, of(BOB)) == outcome
        assert get(None, call, context=alone).code == NOT_FOUND
        assert delete(ALICE, call, correlator="one").status == 204
        assert delete(BOB, call, correlator="one").code == NOT_FOUND

    @every_operation
    def test_acts_for_none_when_its_client_has_none(self, requests: Requests, operate: Any) -> None:
        call = a_call_between_clients()
        has_device(BOB, "client-3", device=3)
        requests.clear()

        with unchanged():
            assert operate(call, a_two_legged_context("client-3")).code == NO_PARTY
            assert len(requests) == 1

    @every_operation
    def test_finds_no_unknown_session(self, operate: Any) -> None:
        assert operate("unknown", a_two_legged_context()).code == NOT_FOUND

    @every_operation
    @pytest.mark.parametrize("client_id", [None, ""])
    @pytest.mark.parametrize("call", ["unknown", "known", "placed without a client"])
    def test_or_a_client_leads_to_no_device(
        self, requests: Requests, operate: Any, client_id: str | None, call: str
    ) -> None:
        match call:
            case "known":
                call = a_call("Initial")
            case "placed without a client":
                device = has_device(ALICE, None)
                context = of(ALICE, client_id)
                call = post(context=context, headers=on(device)).body["mediaSessionId"]
                assert get(None, call, context=context).status == 200
        requests.clear()

        assert operate(call, a_two_legged_context(client_id)).code == NO_DEVICE
        assert requests == []

    @pytest.mark.parametrize("client_id", [CLIENT, OTHER])
    @pytest.mark.parametrize("first_with", ["subscriber", "client"])
    def test_is_the_same_party_as_one_with(self, client_id: str, first_with: str) -> None:
        call = a_call_between_clients()
        legs = {CLIENT: of(ALICE), OTHER: of(BOB, OTHER)}
        first, second = legs[client_id], a_two_legged_context(client_id)
        if first_with == "client":
            first, second = second, first
        delete(None, call, context=first, correlator="one")

        with unchanged():
            assert delete(None, call, context=second, correlator="one").status == 204
            assert delete(None, call, context=second, correlator="two").code == NOT_FOUND
            assert get(None, call, context=second).code == NOT_FOUND
            other = OTHER if client_id == CLIENT else CLIENT
            for context in (legs[other], a_two_legged_context(other)):
                assert delete(None, call, context=context, correlator="one").code == NOT_FOUND
                assert get(None, call, context=context).status == 200

    def test_places_no_call(self) -> None:
        assert post(context=a_two_legged_context()).code == NO_DEVICE
        assert items() == []


def test_what_is_stored_says_who_has_ended_it_whatever_the_token(table: "DynamoDBClient") -> None:
    call = a_call_between_clients()
    delete(None, call, context=a_two_legged_context(OTHER))

    key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
    item = table.get_item(TableName=TABLE, Key=key)["Item"]
    assert item["endedBy"] == {"S": derive_client_key(OTHER)}
