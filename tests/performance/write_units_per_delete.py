"""What a DELETE costs in write units, with SDPs of the greatest length stored, and with others.

Sizes come from the items that the real handlers store, prices from ``cost``. Both parties have
devices. The item is largest while a call rings on as many devices of the receiver as there can be,
each an actor's of its own through a client of its own; a client alone is put in beside them, for
the operator's network may have a part in the receiving leg, too (ADR 5).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from aws import clock
from call_handling.item import session_from, session_item
from call_handling.stored_text import text_from
from camara.identity import derive_client_key
from tests.performance.cost import Cost, costed
from tests.performance.result import Budget, Curve, Result
from tests.performance.stored_sessions import sessions_table, stored_session
from tests.performance.write_units import BYTES_PER_UNIT, Item, item_bytes, table_units
from tests.support.api import delete, post, put
from tests.support.builders import ALICE, BOB, NOW, a_call_request, registration_id
from tests.support.devices import register
from tests.support.table import TABLE, items
from tests.support.template import template

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KIB = 1024
_SDP = "v=0\r\n".ljust(64 * _KIB, "x")
_GROWTH_KIB = (0, 1, 8, 32, 64)
_CORRELATOR = "b4333c46-49c0-4f62-80d7-f0ef930f1c46"


_A_TIME = NOW + 1_234_567
"""A number is stored without the zeros at its end; this one has none."""

_MOST_DEVICES = template()["Parameters"]["MaxRegistrationsPerNumber"]["MaxValue"]
_OF_THE_NETWORK = derive_client_key("the client of a network")


class _Delete(NamedTuple):
    """A DELETE, and the bytes of the larger item behind its write units."""

    cost: Cost
    item_bytes: int
    one_item: Item
    """The same item, had the SDPs been in it."""

    @property
    def of_one_item(self) -> int:
        """Write units of the table for that one."""
        return table_units(self.one_item, self.one_item)


def measure() -> Iterator[Result]:
    """Price the DELETE of a usual call, and of those whose items are largest."""
    request = a_call_request(offer={"sdp": _SDP})
    with _sessions_table() as client:
        usual = _delete(client, _answered(request))
    with _sessions_table(MAX_REGISTRATIONS_PER_NUMBER=str(_MOST_DEVICES)) as client:
        register_devices(BOB, _MOST_DEVICES)
        ringing = _delete(client, _ringing(client, request), by=BOB, names_its_device=True)
        longest = _delete(client, _ringing(client, _longest_request()), correlator="c" * 256)
    yield _of_table("", "write units per DELETE", usual, Budget(1))
    yield _of_index("", usual)
    many = f"bound to {_MOST_DEVICES} actors and {_MOST_DEVICES + 1} clients of the receiver"
    yield _of_table(".bound", f"write units per DELETE, {many}", ringing, Budget(1))
    yield _of_index(".bound", ringing)
    yield _requests(".bound", ringing)
    yield _bytes(".bound", ringing)
    yield _of_table(".longest", "  and with the longest names, addresses and ids", longest)


def growth() -> Iterator[Curve]:
    """Price the DELETE of calls with shorter and longer SDPs."""
    deletes = {}
    with _sessions_table() as client:
        for kib in _GROWTH_KIB:
            request = a_call_request(offer={"sdp": _SDP[: max(1, kib * _KIB)]})
            deletes[kib] = _delete(client, _answered(request))
    yield Curve(
        name="sdp-growth",
        what="Write units of a DELETE",
        x="KiB of each SDP",
        unit="write units",
        usual=[(kib, each.of_one_item) for kib, each in deletes.items()],
        value=[(kib, each.cost.of_tables) for kib, each in deletes.items()],
        notes=["offer and answer are as long as each other; the usual way keeps both in the item"],
    )


@contextmanager
def _sessions_table(**variables: str) -> Iterator["DynamoDBClient"]:
    with sessions_table(**variables) as client, patch.object(clock, "now", lambda: _A_TIME):
        yield client


def register_devices(subscriber: str, count: int) -> None:
    """Register devices until there are so many, each by a user and through a client of its own."""
    for device in range(2, count + 1):
        register(subscriber, device, client_id=f"client-{device}", sub=f"user-{device}")


def _of_table(suffix: str, what: str, of: _Delete, budget: Budget | None = None) -> Result:
    return Result(
        name=f"write-units-per-delete{suffix}",
        what=what,
        unit="units",
        floor=1,
        usual=of.of_one_item,
        value=of.cost.of_tables,
        budget=budget,
        notes=[f"the item that changes state: {of.item_bytes:,} bytes"],
    )


def _of_index(suffix: str, of: _Delete) -> Result:
    return Result(
        name=f"write-units-per-delete{suffix}.index",
        what="  and of all indexes",
        unit="units",
        value=sum(of.cost.of_indexes.values()),
        budget=Budget(1),
        notes=[", ".join(f"{name} {units}" for name, units in of.cost.of_indexes.items())],
    )


def _requests(suffix: str, of: _Delete) -> Result:
    return Result(
        name=f"write-units-per-delete{suffix}.requests",
        what="  and requests",
        unit="requests",
        floor=1,
        value=of.cost.requests,
        budget=Budget(1),
        notes=[f"{of.cost.in_words()}, by a device that is named"],
    )


def _bytes(suffix: str, of: _Delete) -> Result:
    return Result(
        name=f"write-units-per-delete{suffix}.bytes",
        what="  and bytes of the item that changes state",
        unit="bytes",
        usual=item_bytes(of.one_item),
        value=of.item_bytes,
        budget=Budget(BYTES_PER_UNIT),
    )


def _longest_request() -> dict[str, Any]:
    name = "\U0001f4de" * 256
    return a_call_request(
        originatorAddress=f"sip:{ALICE}@{'o' * 234}.example.com"[:256],
        originatorName=name,
        receiverAddress=f"sip:{BOB}@{'r' * 234}.example.com"[:256],
        receiverName=name,
        offer={"sdp": _SDP},
        callType="REGULAR",
    )


def _answered(request: Mapping[str, Any]) -> str:
    """Place a call that is answered."""
    call = _placed(request)
    answered = put(BOB, call, {"status": "Connected", "answer": request["offer"]})
    assert answered.status == 200, answered
    return call


def _ringing(client: "DynamoDBClient", request: Mapping[str, Any]) -> str:
    """Place a call that has an early answer and rings, and put in a client alone."""
    call = _placed(request)
    early = {"status": "InProgress", "answer": request["offer"]}
    device = {"registrationId": registration_id(BOB)}
    answered = put(BOB, call, early, headers=device)
    assert answered.status == 200, answered
    session = session_from(stored_session(client, call))
    assert len(session.legs.actors) == len(session.legs.clients) == _MOST_DEVICES
    legs = replace(session.legs, clients=session.legs.clients | {_OF_THE_NETWORK})
    client.put_item(TableName=TABLE, Item=session_item(replace(session, legs=legs)))
    return call


def _placed(request: Mapping[str, Any]) -> str:
    created = post(body=dict(request))
    assert created.status == 201, created
    return str(created.body["mediaSessionId"])


def _delete(
    client: "DynamoDBClient",
    call: str,
    *,
    by: str = ALICE,
    names_its_device: bool = False,
    correlator: str = _CORRELATOR,
) -> _Delete:
    before = stored_session(client, call)
    media = {
        item["part"]["S"]: {"S": text_from(item["content"])}
        for item in items()
        if item["mediaSessionId"] == {"S": call} and "content" in item
    }
    device = {"registrationId": registration_id(by)} if names_its_device else {}
    ended, cost = costed(client, lambda: delete(by, call, correlator=correlator, headers=device))
    assert ended.status == 204, ended
    after = stored_session(client, call)
    larger = max(before, after, key=item_bytes)
    return _Delete(cost=cost, item_bytes=item_bytes(larger), one_item=larger | media)
