"""The one write that ends a session, without a handler around it: what it tells, and when."""

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from call_handling.call_actor import LateActor
from call_handling.session_ender import (
    DEADLINE_HAS_PASSED,
    Clause,
    LeftAlone,
    Transition,
    session_ender,
)
from camara.actor import Actor
from camara.errors import InvalidTokenContext
from camara.identity import derive_client_key, derive_user_key
from tests.support.api import a_call, delete, put
from tests.support.builders import ALICE, ALICE_ACTS, BOB, BOB_ACTS, BOB_KEY, CLIENT, NOW, an_actor
from tests.support.clients import OTHER, has_device
from tests.support.devices import deregister
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.table import TABLE, items, unchanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RING = 120
BOB_LATE = LateActor(
    BOB_KEY, derive_client_key(OTHER), derive_user_key("second user"), registered_at=NOW
)


def by_network(call: str, now: int = NOW, *, only_if: Clause | None = None) -> Any:
    return session_ender().by_network(call, "because", now, only_if=only_if)


@pytest.mark.parametrize(
    ("party", "status", "told"),
    [
        (ALICE_ACTS, "Ringing", ("Ringing", "SessionCancelled", "originator", 3)),
        (BOB_ACTS, "Ringing", ("Ringing", "Declined", "receiver", 3)),
        (BOB_ACTS, "Hold", ("Hold", "Terminated", "receiver", 4)),
        (BOB_LATE, "Ringing", ("Ringing", "Declined", "receiver", 3)),
    ],
)
def test_an_end_tells_what_was_what_is_who_and_the_version(
    party: Actor, status: str, told: tuple[str, str, str, int]
) -> None:
    assert session_ender().by_party(a_call(status), party, "", NOW) == told


def test_a_late_actor_ends_nothing_that_is_answered() -> None:
    call = a_call("Hold")

    with unchanged(), pytest.raises(InvalidTokenContext):
        session_ender().by_party(call, BOB_LATE, "", NOW)


@pytest.mark.parametrize(
    ("client_id", "told"),
    [
        (CLIENT, ("Initial", "SessionCancelled", "originator", 2)),
        (OTHER, ("Initial", "Declined", "receiver", 2)),
    ],
)
def test_an_end_by_a_client_alone_tells_whose_it_is(
    client_id: str, told: tuple[str, str, str, int]
) -> None:
    deregister(BOB)
    has_device(BOB, OTHER)

    assert session_ender().by_party(a_call("Initial"), an_actor(None, client_id), "", NOW) == told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("Ringing", ("Ringing", "SessionCancelled", "originator", 3)),
        ("Connected", ("Connected", "Terminated", "originator", 3)),
    ],
)
def test_an_end_by_a_client_alone_that_has_both_legs_is_the_originators(
    status: str, told: tuple[str, str, str, int]
) -> None:
    assert session_ender().by_party(a_call(status), an_actor(None), "", NOW) == told


@pytest.mark.parametrize(
    ("party", "told"),
    [
        (ALICE_ACTS, ("", "SessionCancelled", "originator", 3)),
        (BOB_ACTS, ("", "Declined", "receiver", 3)),
        (BOB_LATE, ("", "Declined", "receiver", 3)),
    ],
)
def test_an_end_whose_answer_was_lost_is_told_but_for_what_was(
    dynamo: FaultyDynamoDB, party: Actor, told: tuple[str, str, str, int]
) -> None:
    call = a_call()
    dynamo.lose_answers(1)

    assert session_ender().by_party(call, party, "", NOW) == told


@pytest.mark.parametrize(
    ("status", "outcome", "version"), [("Ringing", "NoAnswer", 3), ("Hold", "Terminated", 4)]
)
def test_the_networks_end_whose_answer_was_lost_is_told_but_for_what_was(
    dynamo: FaultyDynamoDB, status: str, outcome: str, version: int
) -> None:
    call = a_call(status)
    dynamo.lose_answers(1)

    assert by_network(call) == ("", outcome, "network", version)


@pytest.mark.parametrize(
    ("status", "outcome", "version"), [("Ringing", "NoAnswer", 3), ("Hold", "Terminated", 4)]
)
def test_the_networks_end_tells_what_was_and_what_is(
    status: str, outcome: str, version: int
) -> None:
    assert by_network(a_call(status)) == (status, outcome, "network", version)


def test_a_sweep_ends_nothing_before_its_deadline_and_all_at_it() -> None:
    call = a_call()

    with unchanged():
        assert by_network(call, NOW + RING - 1, only_if=DEADLINE_HAS_PASSED) is LeftAlone.RENEWED
    assert isinstance(by_network(call, NOW + RING, only_if=DEADLINE_HAS_PASSED), Transition)


@pytest.mark.parametrize("how", ["by a party", "by a PUT", "by the network"])
def test_what_is_over_is_left_alone(how: str) -> None:
    call = a_call()
    match how:
        case "by a party":
            delete(ALICE, call)
        case "by a PUT":
            put(BOB, call, "Busy")
        case _:
            by_network(call)

    with unchanged():
        assert by_network(call, NOW + RING) is LeftAlone.OVER
        assert by_network(call, NOW + RING, only_if=DEADLINE_HAS_PASSED) is LeftAlone.OVER


def test_what_is_unknown_is_left_alone_and_does_not_appear() -> None:
    assert by_network("unknown") is LeftAlone.UNKNOWN
    assert items() == []


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({}, id="nothing but keys"),
        pytest.param({"endings": {"M": {"network": {"S": "NoAnswer"}}}}, id="no deadline"),
        pytest.param({"endings": {"M": {}}, "staleAt": {"N": "9999999999"}}, id="no ending"),
        pytest.param(
            {"endings": {"M": {}}, "endedBy": {"S": "x"}, "staleAt": {"N": "9999999999"}},
            id="both over and live",
        ),
    ],
)
def test_a_malformed_item_is_never_taken_for_a_session(
    table: "DynamoDBClient", attributes: dict[str, Any]
) -> None:
    key = {"mediaSessionId": {"S": "poison"}, "part": {"S": "session"}}
    table.put_item(TableName=TABLE, Item={**key, **attributes})

    with unchanged():
        assert by_network("poison", only_if=DEADLINE_HAS_PASSED) is LeftAlone.MALFORMED


def test_an_item_without_a_status_ends_all_the_same(table: "DynamoDBClient") -> None:
    key = {"mediaSessionId": {"S": "odd"}, "part": {"S": "session"}}
    rest: dict[str, Any] = {"endings": {"M": {"network": {"S": "NoAnswer"}}}, "version": {"N": "1"}}
    table.put_item(TableName=TABLE, Item={**key, **rest})

    assert by_network("odd") == ("", "NoAnswer", "network", 2)


def test_the_log_is_told_in_these_words() -> None:
    assert Transition("Ringing", "Declined", "receiver", 3).facts() == {
        "from": "Ringing",
        "to": "Declined",
        "endedBy": "receiver",
        "version": 3,
    }


def test_a_write_that_is_not_permitted_is_no_malformed_item(dynamo: FaultyDynamoDB) -> None:
    call = a_call()
    dynamo.fail(client_error("AccessDeniedException"))

    with pytest.raises(ClientError, match="AccessDeniedException"):
        by_network(call)
