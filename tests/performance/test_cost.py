"""What operations cost, on moto: the figures of the page that no machine changes."""

from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from aws import clock
from call_handling.session_key import key
from registration.store import registration_store
from tests.performance.capacity.browser_sdp import browser_sdp
from tests.performance.cost import Cost, costed, costed_reads
from tests.performance.deregistration import measure as deregistration
from tests.performance.operations import measure as operations
from tests.performance.requests_per_delete import measure as requests_per_delete
from tests.performance.result import Result
from tests.performance.sent import in_words, sent_by
from tests.performance.stored_sessions import sessions_table
from tests.performance.sweep_index import measure as sweep_index
from tests.performance.write_units_per_delete import measure as write_units_per_delete
from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import (
    ALICE,
    BOB,
    NOBODY,
    NOW,
    a_call_request,
    an_actor,
    registration_id,
)
from tests.support.clients import ANSWER
from tests.support.devices import register
from tests.support.table import REGISTRATIONS, TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEXES = ("StaleSessions", "SessionsOfRegistration", "SessionsOfReceiver")


def cost_of_post(client: "DynamoDBClient", sdp: str) -> Cost:
    answer, cost = costed(client, lambda: post(body=a_call_request(offer={"sdp": sdp})))
    assert answer.status == 201
    return cost


def test_requests_are_counted_by_name_and_no_longer_than_the_context() -> None:
    with sessions_table() as client:
        with sent_by(client) as sent:
            client.get_item(TableName=TABLE, Key=key("one"))
            client.get_item(TableName=TABLE, Key=key("two"))
            a_call("Initial")
        client.get_item(TableName=TABLE, Key=key("three"))

    assert in_words(sent) == "2 GetItem, 1 BatchGetItem, 1 TransactWriteItems"
    assert sent[1].body["Key"] == key("two")


def test_a_transaction_doubles_what_it_writes_and_what_it_checks_but_no_index() -> None:
    with sessions_table() as client:
        short, long = cost_of_post(client, "v=0"), cost_of_post(client, browser_sdp("offer"))

    # The check, the session and the offer.
    assert [(write.units, write.factor) for write in short.writes] == [(1, 2)] * 3
    assert [write.only_checked for write in short.writes] == [True, False, False]
    assert short.of_tables == 6
    assert short.of_indexes == dict.fromkeys(INDEXES, 1)
    assert short.write_units == 9
    # Compressed: as it is sent it would take three.
    assert long.of_tables == 2 + 2 + 2 * 2


def test_a_change_costs_the_indexes_in_which_something_changes() -> None:
    with sessions_table() as client:
        call = a_call("Initial")
        with patch.object(clock, "now", lambda: NOW + 5):
            renewed = costed(client, lambda: put(BOB, call, "Ringing"))[1]
            same = costed(client, lambda: put(BOB, call, "Ringing"))[1]
            answered = costed(client, lambda: put(BOB, call, ANSWER))[1]
        ended = costed(client, lambda: delete(ALICE, call))[1]

    assert renewed.of_indexes == {}
    assert answered.of_indexes == {"StaleSessions": 2}
    assert same.of_indexes == {}
    assert ended.of_indexes == {"StaleSessions": 1}
    assert (ended.of_tables, ended.write_units, ended.requests) == (1, 2, 1)


def test_what_is_refused_is_billed_as_well() -> None:
    with sessions_table() as client:
        answer, cost = costed(client, lambda: delete(NOBODY, a_call()))

    assert answer.status == 404
    assert cost.write_units >= 1


def test_a_read_is_billed_whether_it_finds_anything_or_not() -> None:
    with sessions_table() as client:
        found = costed(client, post)[1]
        nothing = costed(client, lambda: post(body=a_call_request(receiverAddress="tel:+123456")))[
            1
        ]

    assert found.read_units == nothing.read_units == 2
    assert found.in_words() == "1 BatchGetItem, 1 TransactWriteItems; 2 read units"


@pytest.mark.parametrize(
    ("consistent", "items", "units"), [(True, 0, 1), (True, 3, 2), (False, 0, 0.5), (False, 3, 1)]
)
def test_a_query_is_billed_for_all_that_it_reads_together(
    *, consistent: bool, items: int, units: float
) -> None:
    with sessions_table() as client:
        for number in range(items):
            item = {"mediaSessionId": {"S": "call"}, "part": {"S": str(number)}}
            client.put_item(TableName=TABLE, Item=item | {"content": {"S": "x" * 2_000}})
        cost = costed_reads(client, lambda: _query(client, consistent=consistent))[1]

    assert (cost.requests, cost.read_units, cost.write_units) == (1, units, 0)


def _query(client: "DynamoDBClient", *, consistent: bool) -> None:
    client.query(
        TableName=TABLE,
        ConsistentRead=consistent,
        KeyConditionExpression="mediaSessionId = :call",
        ExpressionAttributeValues={":call": {"S": "call"}},
    )


def test_reads_alone_are_priced_as_among_writes() -> None:
    with sessions_table() as client:
        call = a_call()
        _, among_writes = costed(client, partial(get, ALICE, call))
        _, alone = costed_reads(client, partial(get, ALICE, call))

    assert alone.in_words() == among_writes.in_words()
    assert alone.read_units > 0


def test_what_writes_is_not_only_a_read() -> None:
    with sessions_table() as client, pytest.raises(AssertionError):
        costed_reads(client, post)


def test_registering_writes_two_registers_and_one_entry_of_an_index() -> None:
    with sessions_table() as client:
        first = costed(client, lambda: register(NOBODY))[1]
        # It expires when the first one does, so what is first to expire stays the same.
        second = costed(client, lambda: register(NOBODY, 2))[1]
        gone = [costed(client, partial(_end, device))[1] for device in (1, 2)]

    for cost in (first, second, *gone):
        assert (cost.requests, cost.read_units, cost.of_tables) == (2, 2, 4)
        assert {write.table for write in cost.writes} == {REGISTRATIONS}
    assert [cost.of_indexes for cost in (first, second)] == [{"StaleRegisters": 1}, {}]
    assert [cost.of_indexes for cost in gone] == [{}, {"StaleRegisters": 1}]


def _end(device: int) -> None:
    registration_store().delete(an_actor(NOBODY), registration_id(NOBODY, device), NOW)


def by_name(results: list[Result]) -> dict[str, Result]:
    found = {result.name: result for result in results}
    assert len(found) == len(results)
    return found


def test_a_delete_is_one_request_and_one_unit_but_for_the_documented_looks() -> None:
    requests = by_name([*requests_per_delete()])
    units = by_name([*write_units_per_delete()])

    more = {name: result.value for name, result in requests.items() if result.value != 1}
    assert more == {
        "requests-per-delete.not-a-party": 2,
        "requests-per-delete.not-a-party-no-device": 2,
        "requests-per-delete.a-device-named-that-does-not-hold-the-leg": 2,
        "requests-per-delete.receiver-through-a-client-new-since-the-call-began": 3,
    }
    assert {result.value for result in units.values() if result.unit != "bytes"} == {1}
    assert all(result.met is not False for result in (*requests.values(), *units.values()))


def test_finished_calls_cost_no_write_when_their_device_is_deregistered() -> None:
    write_units, requests = deregistration()

    assert (write_units.floor, write_units.value, write_units.usual) == (0, 0, 200)
    assert (requests.floor, requests.value, requests.usual) == (2, 2, 200)
    assert write_units.met
    assert requests.met


def test_every_operation_stands_beside_its_floor_and_the_usual_way() -> None:
    results = by_name([*operations()])

    assert len(results) == 4 * 3
    for result in results.values():
        assert result.budget is None
        assert result.floor is not None
        assert result.usual is not None
        assert result.floor <= result.usual
        assert result.floor <= result.value
        assert result.ratio == result.value / result.floor


def test_the_index_of_live_sessions_is_priced_by_itself() -> None:
    result = sweep_index()

    assert result.value == 1 + 0 + 2 + 1
    assert result.notes[0].startswith("tables + index: POST 6 + 1, Ringing 1 + 0, Connected 6 + 2")
