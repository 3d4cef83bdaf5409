"""What a DELETE costs in write units, with SDPs of the greatest length stored, and with others.

Sizes come from the items that the real handlers store, prices from ``cost``. Both parties have
devices; a session is bound to every API client through which the receiver has one.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from camara.identity import client_key
from tests.performance.cost import Cost, costed
from tests.performance.result import Budget, Curve, Result
from tests.performance.stored_sessions import sessions_table, stored_session
from tests.performance.write_units import item_bytes, table_units
from tests.support.api import delete, post, put
from tests.support.builders import ALICE, BOB, LIMITS, a_call_request
from tests.support.devices import register
from tests.support.table import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KIB = 1024
_SDP = "v=0\r\n".ljust(64 * _KIB, "x")
_GROWTH_KIB = (0, 1, 8, 32, 64)
_CORRELATOR = "b4333c46-49c0-4f62-80d7-f0ef930f1c46"


class _Delete(NamedTuple):
    """A DELETE, and the bytes of the larger item behind its write units."""

    cost: Cost
    item_bytes: int
    one_item: int
    """Write units of the table, had the SDPs been in the item that changes state."""


def measure() -> Iterator[Result]:
    """Price the DELETE of a usual call, and of those whose items are largest."""
    with sessions_table() as client:
        usual = _delete(client, a_call_request(offer={"sdp": _SDP}), _CORRELATOR)
    with sessions_table() as client:
        register_at_all_clients(BOB)
        bound = _delete(client, a_call_request(offer={"sdp": _SDP}), _CORRELATOR)
        longest = _delete(client, _longest_request(), "c" * 256)
    yield _of_table("", "write units per DELETE", usual, Budget(1))
    yield _of_index("", usual)
    clients = f"bound to {LIMITS.per_number} clients of the receiver"
    yield _of_table(".bound", f"write units per DELETE, {clients}", bound, Budget(1))
    yield _of_index(".bound", bound)
    yield _of_table(".longest", "  and with the longest names, addresses and ids", longest)


def growth() -> Iterator[Curve]:
    """Price the DELETE of calls with shorter and longer SDPs."""
    deletes = {}
    with sessions_table() as client:
        for kib in _GROWTH_KIB:
            request = a_call_request(offer={"sdp": _SDP[: max(1, kib * _KIB)]})
            deletes[kib] = _delete(client, request, _CORRELATOR)
    yield Curve(
        name="sdp-growth",
        what="Write units of a DELETE",
        x="KiB of each SDP",
        unit="write units",
        usual=[(kib, each.one_item) for kib, each in deletes.items()],
        value=[(kib, each.cost.of_tables) for kib, each in deletes.items()],
        notes=["offer and answer are as long as each other; the usual way keeps both in the item"],
    )


def register_at_all_clients(subscriber: str) -> None:
    """Register as many devices as a number may have, each through a client of its own."""
    for device in range(2, LIMITS.per_number + 1):
        register(subscriber, device, client=client_key(f"client-{device}"))


def _of_table(suffix: str, what: str, of: _Delete, budget: Budget | None = None) -> Result:
    return Result(
        name=f"write-units-per-delete{suffix}",
        what=what,
        unit="units",
        floor=1,
        usual=of.one_item,
        value=of.cost.of_tables,
        ratio=of.cost.of_tables,
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


def _delete(client: "DynamoDBClient", request: Mapping[str, Any], correlator: str) -> _Delete:
    created = post(body=dict(request))
    assert created.status == 201, created
    call = created.body["mediaSessionId"]
    answered = put(BOB, call, {"status": "Connected", "answer": request["offer"]})
    assert answered.status == 200, answered
    before = stored_session(client, call)
    media = {
        item["part"]["S"]: item["content"]
        for item in items(client)
        if item["mediaSessionId"] == {"S": call} and "content" in item
    }
    ended, cost = costed(client, lambda: delete(ALICE, call, correlator=correlator))
    assert ended.status == 204, ended
    after = stored_session(client, call)
    return _Delete(
        cost=cost,
        item_bytes=max(item_bytes(before), item_bytes(after)),
        one_item=table_units(before | media, after | media),
    )
