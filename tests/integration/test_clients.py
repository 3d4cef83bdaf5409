"""A session belongs to clients, not to numbers alone; who seems no party is looked up once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from camara.identity import client_key
from tests.integration.conftest import FakeClock
from tests.support.api import Answer, a_call, delete, get, post, put
from tests.support.builders import (
    ALICE,
    BOB,
    CLIENT,
    EVE,
    NOBODY,
    NOW,
    a_call_request,
    a_context,
    a_two_legged_context,
)
from tests.support.devices import deregister, register
from tests.support.table import TABLE, items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Context = dict[str, Any]
type Requests = list[tuple[str, dict[str, Any]]]

OTHER = "client-2"
NO_PARTY = (403, "INVALID_TOKEN_CONTEXT")
NO_DEVICE = (404, "IDENTIFIER_NOT_FOUND")
NOT_FOUND = (404, "NOT_FOUND")
ANSWER = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}

OPERATIONS: dict[str, Callable[[str, Context], Answer]] = {
    "GET": lambda call, context: get(None, call, context=context),
    "PUT": lambda call, context: put(None, call, "Initial", context=context),
    "DELETE": lambda call, context: delete(None, call, context=context),
}
every_operation = pytest.mark.parametrize("operate", OPERATIONS.values(), ids=OPERATIONS.keys())
DONE = {200, 204}


def of(subscriber: str, client_id: str | None = CLIENT) -> Context:
    return a_context(subscriber, client_id=client_id)


def has_device(subscriber: str, client_id: str | None, device: int = 2, **changes: Any) -> None:
    register(subscriber, device, client=client_key(client_id), **changes)


def a_call_between_clients() -> str:
    """Alice calls through one client, Bob has devices of another only."""
    deregister(BOB)
    has_device(BOB, OTHER)
    return a_call("Initial")


def status(call: str, context: Context) -> str:
    told: str = get(None, call, context=context).body["status"]
    return told


def names(requests: Requests) -> list[str]:
    return [name for name, _ in requests]


class TestTheOriginatingLeg:
    @every_operation
    @pytest.mark.parametrize("registered", [False, True])
    def test_is_that_of_the_client_that_placed_the_call(
        self, table: "DynamoDBClient", operate: Any, *, registered: bool
    ) -> None:
        call = a_call("Initial")
        if registered:
            has_device(ALICE, OTHER)
        before = items(table)

        assert operate(call, of(ALICE, OTHER)).code == NO_PARTY
        assert items(table) == before
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
    def test_is_nobodys_through_a_client_without_a_device(
        self, table: "DynamoDBClient", operate: Any
    ) -> None:
        call = a_call("Initial")
        before = items(table)

        assert operate(call, of(BOB, OTHER)).code == NO_PARTY
        assert items(table) == before

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
    def test_had_no_device_when_one_had_expired(
        self, time_stands_still: FakeClock, operate: Any
    ) -> None:
        has_device(BOB, OTHER, expires_at=NOW + 60)
        time_stands_still.now += 60
        call = a_call("Initial")

        assert operate(call, of(BOB, OTHER)).code == NO_PARTY


class TestADeviceThatCameLater:
    @pytest.fixture(params=["another client", "the first device"])
    def late(self, request: pytest.FixtureRequest) -> tuple[str, Context]:
        """A call, and how its receiver acts on it since it has registered a device."""
        if request.param == "another client":
            call = a_call("Initial")
            has_device(BOB, OTHER)
            return call, of(BOB, OTHER)
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

    @every_operation
    def test_is_none_when_it_has_gone_again(
        self, time_stands_still: FakeClock, operate: Any
    ) -> None:
        call = a_call("Initial")
        has_device(BOB, OTHER, expires_at=NOW + 60)
        time_stands_still.now += 60

        assert operate(call, of(BOB, OTHER)).code == NO_PARTY
        deregister(BOB)
        assert operate(call, of(BOB, OTHER)).code == NO_DEVICE

    @every_operation
    def test_is_not_that_of_a_client_alone(
        self, table: "DynamoDBClient", requests: Requests, operate: Any
    ) -> None:
        """Without a number there is no register to look at."""
        call = a_call("Initial")
        has_device(BOB, OTHER)
        before = items(table)
        requests.clear()

        assert operate(call, a_two_legged_context(OTHER)).code == NO_PARTY
        assert len(requests) == 1
        assert items(table) == before

    @every_operation
    def test_makes_nobody_else_a_party(self, table: "DynamoDBClient", operate: Any) -> None:
        call = a_call("Initial")
        has_device(EVE, OTHER)
        before = items(table)

        assert operate(call, of(EVE, OTHER)).code == NO_PARTY
        assert items(table) == before


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

        assert put(None, call, ANSWER, context=a_two_legged_context(CLIENT)).code[0] == 409
        assert put(None, call, "Busy", context=a_two_legged_context(OTHER)).status == 200

    @every_operation
    def test_acts_for_none_when_its_client_has_both(
        self, table: "DynamoDBClient", requests: Requests, operate: Any
    ) -> None:
        has_device(BOB, OTHER)
        call = a_call("Initial")
        before = items(table)
        requests.clear()

        assert operate(call, a_two_legged_context(CLIENT)).code == NO_PARTY
        assert "GetItem" not in names(requests)
        assert items(table) == before
        assert operate(call, a_two_legged_context(OTHER)).status in DONE

    @every_operation
    def test_acts_for_none_when_its_client_has_none(
        self, table: "DynamoDBClient", requests: Requests, operate: Any
    ) -> None:
        call = a_call_between_clients()
        has_device(BOB, "client-3", device=3)
        before = items(table)
        requests.clear()

        assert operate(call, a_two_legged_context("client-3")).code == NO_PARTY
        assert len(requests) == 1
        assert items(table) == before

    @every_operation
    def test_finds_no_unknown_session(self, operate: Any) -> None:
        assert operate("unknown", a_two_legged_context()).code == NOT_FOUND

    @every_operation
    @pytest.mark.parametrize("unknown", [False, True])
    def test_or_a_client_leads_to_no_device(
        self, requests: Requests, operate: Any, *, unknown: bool
    ) -> None:
        call = "unknown" if unknown else a_call("Initial")
        requests.clear()

        assert operate(call, a_two_legged_context(None)).code == NO_DEVICE
        assert requests == []

    @pytest.mark.parametrize("client_id", [CLIENT, OTHER])
    @pytest.mark.parametrize("first_with", ["subscriber", "client"])
    def test_is_the_same_party_as_one_with(
        self, table: "DynamoDBClient", client_id: str, first_with: str
    ) -> None:
        call = a_call_between_clients()
        legs = {CLIENT: of(ALICE), OTHER: of(BOB, OTHER)}
        first, second = legs[client_id], a_two_legged_context(client_id)
        if first_with == "client":
            first, second = second, first
        delete(None, call, context=first, correlator="one")
        before = items(table)

        assert delete(None, call, context=second, correlator="one").status == 204
        assert delete(None, call, context=second, correlator="two").code == NOT_FOUND
        assert get(None, call, context=second).code == NOT_FOUND
        other = OTHER if client_id == CLIENT else CLIENT
        for context in (legs[other], a_two_legged_context(other)):
            assert delete(None, call, context=context, correlator="one").code == NOT_FOUND
            assert get(None, call, context=context).status == 200
        assert items(table) == before

    def test_places_no_call(self, table: "DynamoDBClient") -> None:
        assert post(context=a_two_legged_context()).code == NO_DEVICE
        assert items(table) == []


class TestATokenWithoutAClient:
    """It is a client of its own."""

    @every_operation
    def test_has_the_leg_that_it_placed_the_call_from(self, operate: Any) -> None:
        call = post(context=of(ALICE, None)).body["mediaSessionId"]

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
    def test_without_a_device(
        self, table: "DynamoDBClient", requests: Requests, operate: Any
    ) -> None:
        call = a_call("Initial")
        before = items(table)
        requests.clear()

        assert operate(call, of(NOBODY)).code == NO_DEVICE
        assert names(requests)[1:] == ["GetItem"]
        assert items(table) == before

    @every_operation
    def test_with_one_that_has_expired(self, time_stands_still: FakeClock, operate: Any) -> None:
        register(NOBODY, expires_at=NOW + 60)
        call = a_call("Initial")

        time_stands_still.now += 59
        assert operate(call, of(NOBODY)).code == NO_PARTY
        time_stands_still.now += 1
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
    def test_finds_none_after_the_retention(
        self, time_stands_still: FakeClock, operate: Any
    ) -> None:
        call = a_call()
        delete(ALICE, call)

        assert operate(call, of(NOBODY)).code == NO_DEVICE
        time_stands_still.now += 3600
        assert operate(call, of(NOBODY)).code == NOT_FOUND


def test_what_is_stored_says_who_has_ended_it_whatever_the_token(table: "DynamoDBClient") -> None:
    call = a_call_between_clients()
    delete(None, call, context=a_two_legged_context(OTHER))

    key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
    item = table.get_item(TableName=TABLE, Key=key)["Item"]
    assert item["endedBy"] == {"S": f".{client_key(OTHER)}"}
