"""Which sessions a device has, and whether they end with it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from call_handling.devices import held_by_none_but, sessions_placed_by, sessions_received_by
from call_handling.legs import SLOWEST_REQUEST_SECONDS
from call_handling.session_ender import LeftAlone, Transition, session_ender
from call_handling.session_key import key
from camara.errors import Unavailable
from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import (
    ALICE,
    BOB,
    BOB_KEY,
    CLIENT,
    EVE,
    EVE_KEY,
    NOBODY,
    NOW,
    a_call_request,
    a_context,
    a_registration,
    registration_id,
)
from tests.support.devices import register
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.table import TABLE, unchanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OTHER = "client-2"
ANSWER = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
FIRST, SECOND = a_registration(BOB), a_registration(BOB, 2)
THIRD = a_registration(BOB, 3, client_id=OTHER)
TERMINATED = Transition("Connected", "Terminated", "network", 4)
NO_ANSWER = Transition("Ringing", "NoAnswer", "network", 3)


@pytest.fixture
def _three_devices() -> None:
    """Bob has a first and a second one of one client, and a third of another."""
    register(BOB, 2)
    register(BOB, 3, client_id=OTHER)


def placed(device: int = 1, receiver: str = BOB) -> str:
    answer = post(
        body=a_call_request(receiverAddress=f"tel:{receiver}"),
        headers={"registrationId": registration_id(ALICE, device)},
    )
    call: str = answer.body["mediaSessionId"]
    return call


def answered(on: str | None, client_id: str = CLIENT) -> str:
    """Place a call that Bob answers on the device of that name, or on any of the client's."""
    call = a_call("Ringing")
    headers = {} if on is None else {"registrationId": on}
    context = a_context(BOB, client_id=client_id)
    assert put(None, call, ANSWER, context=context, headers=headers).status == 200
    return call


def end(call: str, gone: Any, *left: Any) -> Transition | LeftAlone:
    return session_ender().by_network(
        call, "device gone", NOW, only_if=held_by_none_but(gone, left)
    )


class TestSessions:
    def test_placed_by_a_device_live_or_over(self, table: "DynamoDBClient") -> None:
        register(ALICE, 2)
        live, over = placed(), placed()
        delete(ALICE, over)
        connected = placed()
        put(BOB, connected, ANSWER)
        placed(device=2)

        found = sessions_placed_by(table, TABLE, registration_id(ALICE))
        assert set(found) == {live, over, connected}
        assert list(sessions_placed_by(table, TABLE, registration_id(BOB))) == []

    def test_received_by_a_number_live_or_over(self, table: "DynamoDBClient") -> None:
        live, over = placed(), placed()
        delete(BOB, over)
        other = placed(receiver=EVE)

        assert set(sessions_received_by(table, TABLE, BOB_KEY, NOW, NOW)) == {live, over}
        assert set(sessions_received_by(table, TABLE, EVE_KEY, NOW, NOW)) == {other}

    @pytest.mark.parametrize(
        ("first", "last", "found"), [(-1, 1, True), (0, 0, True), (1, 2, False), (-2, -1, False)]
    )
    def test_received_when_they_were_placed(
        self, table: "DynamoDBClient", first: int, last: int, *, found: bool
    ) -> None:
        call = placed()
        received = sessions_received_by(table, TABLE, BOB_KEY, NOW + first, NOW + last)

        assert list(received) == [call] * found

    @pytest.mark.parametrize(
        "find",
        [
            lambda table: sessions_placed_by(table, TABLE, registration_id(ALICE)),
            lambda table: sessions_received_by(table, TABLE, BOB_KEY, NOW, NOW),
        ],
        ids=["placed", "received"],
    )
    def test_are_found_on_every_page(
        self, table: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, find: Any
    ) -> None:
        calls = {placed() for _ in range(7)}
        real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

        def small_pages(client: Any, name: str, arguments: dict[str, Any]) -> Any:
            return real(client, name, arguments | ({"Limit": 2} if name == "Query" else {}))

        monkeypatch.setattr(BaseClient, "_make_api_call", small_pages)

        assert set(find(table)) == calls

    def test_that_cannot_be_found_are_unavailable(
        self, table: "DynamoDBClient", dynamo: FaultyDynamoDB
    ) -> None:
        dynamo.fail(client_error("ThrottlingException"))

        with pytest.raises(Unavailable):
            list(sessions_received_by(table, TABLE, BOB_KEY, NOW, NOW))


@pytest.mark.usefixtures("_three_devices")
class TestAnAnsweredCall:
    def test_ends_with_the_device_that_answered_whichever_are_left(self) -> None:
        for left in ([], [SECOND], [SECOND, THIRD]):
            assert end(answered(FIRST.registration_id), FIRST, *left) == TERMINATED

    @pytest.mark.parametrize("left", [[], [FIRST], [FIRST, THIRD]])
    def test_does_not_end_with_another_device(self, left: list[Any]) -> None:
        call = answered(FIRST.registration_id)

        assert end(call, SECOND, *left) is LeftAlone.HELD
        assert get(ALICE, call).body["status"] == "Connected"

    def test_goes_on_while_one_is_left_that_may_have_answered(self) -> None:
        call = answered(None)

        assert end(call, FIRST, SECOND) is LeftAlone.HELD
        assert end(call, FIRST, THIRD, SECOND) is LeftAlone.HELD
        assert end(call, SECOND, FIRST, THIRD) is LeftAlone.HELD
        assert end(call, THIRD, FIRST, SECOND) is LeftAlone.HELD

    @pytest.mark.parametrize("left", [[], [THIRD]])
    def test_ends_with_the_last_that_may_have_answered(self, left: list[Any]) -> None:
        assert end(answered(None), FIRST, *left) == TERMINATED

    def test_ends_as_terminated_in_whatever_state(self) -> None:
        call = answered(FIRST.registration_id)
        put(BOB, call, "Hold")

        assert end(call, FIRST) == ("Hold", "Terminated", "network", 5)

    @pytest.mark.parametrize("made_at", [NOW, NOW + 1])
    def test_does_not_end_with_a_device_that_was_registered_since(self, made_at: int) -> None:
        assert end(answered(None), a_registration(BOB, 4, made_at=made_at)) is LeftAlone.HELD

    @pytest.mark.parametrize("left", [[], [SECOND]])
    def test_by_no_device_at_all_ends_with_none(
        self, table: "DynamoDBClient", left: list[Any]
    ) -> None:
        """As a network would store it that answers a call itself."""
        call = answered(None)
        table.update_item(
            TableName=TABLE, Key=key(call), UpdateExpression="REMOVE holders, actors, clients"
        )

        for gone in (FIRST, THIRD, a_registration(BOB, 4, made_at=NOW + 1)):
            assert end(call, gone, *left) is LeftAlone.HELD


@pytest.mark.usefixtures("_three_devices")
class TestACallThatRings:
    @pytest.mark.parametrize("gone", [FIRST, THIRD])
    def test_ends_with_the_last_device(self, gone: Any) -> None:
        call = a_call("Ringing")

        assert end(call, gone) == NO_ANSWER
        assert get(ALICE, call).body["status"] == "NoAnswer"

    @pytest.mark.parametrize("left", [[SECOND], [THIRD], [SECOND, THIRD]])
    def test_goes_on_while_one_is_left(self, left: list[Any]) -> None:
        call = a_call("Ringing")

        with unchanged():
            assert end(call, FIRST, *left) is LeftAlone.HELD

    @pytest.mark.parametrize("whose", [{}, {"client_id": "client-3"}, {"sub": "second user"}])
    @pytest.mark.parametrize("made_at", [NOW, NOW + 1])
    def test_ends_with_the_last_though_it_was_registered_since(
        self, whose: dict[str, str], made_at: int
    ) -> None:
        call = a_call("Ringing")
        since = a_registration(BOB, 4, made_at=made_at, **whose)

        assert end(call, FIRST, since) is LeftAlone.HELD
        assert end(call, since) == NO_ANSWER

    def test_was_not_held_by_a_device_that_was_none_when_it_was_placed(self) -> None:
        before = a_registration(BOB, 4, made_at=NOW - SLOWEST_REQUEST_SECONDS - 1)

        assert end(a_call("Ringing"), before) is LeftAlone.HELD

    def test_was_held_by_a_device_whose_request_it_had_overtaken(self) -> None:
        on_its_way = a_registration(BOB, 4, made_at=NOW - SLOWEST_REQUEST_SECONDS)

        assert end(a_call("Ringing"), on_its_way) == NO_ANSWER

    @pytest.mark.parametrize("made_at", [NOW - 1, NOW, NOW + 1])
    def test_to_a_receiver_without_devices_goes_on(self, made_at: int) -> None:
        call = placed(receiver=NOBODY)

        assert end(call, a_registration(NOBODY, made_at=made_at)) is LeftAlone.HELD


@pytest.mark.parametrize("left", [[], [SECOND]])
def test_what_is_over_or_unknown_is_left_alone(left: list[Any]) -> None:
    ringing, connected = a_call("Ringing"), a_call("Connected")
    for call in (ringing, connected):
        delete(ALICE, call)

    with unchanged():
        for call in (ringing, connected):
            assert end(call, FIRST, *left) is LeftAlone.OVER
        assert end("unknown", FIRST, *left) is LeftAlone.UNKNOWN


def test_a_live_item_that_lacks_the_networks_ending_is_malformed(table: "DynamoDBClient") -> None:
    key = {"mediaSessionId": {"S": "poison"}, "part": {"S": "session"}}
    table.put_item(TableName=TABLE, Item={**key, "endings": {"M": {}}})

    assert end("poison", FIRST) is LeftAlone.MALFORMED


def test_the_networks_end_whose_answer_was_lost_is_told(dynamo: FaultyDynamoDB) -> None:
    call = a_call("Ringing")
    dynamo.lose_answers(1)

    assert end(call, FIRST) == ("", "NoAnswer", "network", 3)
