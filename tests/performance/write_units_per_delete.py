"""What a DELETE costs in write units, with SDPs of the greatest length stored, and with others.

Sizes come from the items that the real handlers store, prices from ``write_units``.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.performance.result import Budget, Curve, Result
from tests.performance.stored_sessions import sessions_table, stored_session
from tests.performance.write_units import index_units, item_bytes, table_units
from tests.support.api import delete, post, put
from tests.support.builders import ALICE, BOB, a_call_request
from tests.support.table import items
from tests.support.template import table_properties

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KIB = 1024
_SDP = "v=0\r\n".ljust(64 * _KIB, "x")
_GROWTH_KIB = (0, 1, 8, 32, 64)
_CORRELATOR = "b4333c46-49c0-4f62-80d7-f0ef930f1c46"


class _Cost(NamedTuple):
    """Write units of a DELETE, and the bytes of the larger item behind those of the table."""

    of_table: int
    of_index: int
    item_bytes: int
    one_item: int
    """Write units of the table, had the SDPs been in the item that changes state."""


def measure() -> Iterator[Result]:
    """Price the DELETE of a usual call, and of one with the longest names that are accepted."""
    with sessions_table() as client:
        usual = _delete(client, a_call_request(offer={"sdp": _SDP}), "registration-1", _CORRELATOR)
        longest = _delete(client, _longest_request(), "r" * 256, "c" * 256)
    yield _result("", usual)
    yield Result(
        name="write-units-per-delete.index",
        what="  and of the index of live sessions",
        unit="units",
        value=usual.of_index,
        budget=Budget(1),
    )
    yield _result(".longest", longest)


def growth() -> Iterator[Curve]:
    """Price the DELETE of calls with shorter and longer SDPs."""
    costs = {}
    with sessions_table() as client:
        for kib in _GROWTH_KIB:
            request = a_call_request(offer={"sdp": _SDP[: max(1, kib * _KIB)]})
            costs[kib] = _delete(client, request, "registration-1", _CORRELATOR)
    yield Curve(
        name="sdp-growth",
        what="Write units of a DELETE",
        x="KiB of each SDP",
        unit="write units",
        usual=[(kib, cost.one_item) for kib, cost in costs.items()],
        value=[(kib, cost.of_table) for kib, cost in costs.items()],
        notes=["offer and answer are as long as each other; the usual way keeps both in the item"],
    )


def _result(suffix: str, cost: _Cost) -> Result:
    longest = bool(suffix)
    return Result(
        name=f"write-units-per-delete{suffix}",
        what="  longest names, addresses and ids" if longest else "write units per DELETE",
        unit="units",
        floor=1,
        usual=cost.one_item,
        value=cost.of_table,
        ratio=cost.of_table,
        budget=None if longest else Budget(1),
        notes=[f"the item that changes state: {cost.item_bytes:,} bytes"],
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


def _delete(
    client: "DynamoDBClient", request: Mapping[str, Any], registration_id: str, correlator: str
) -> _Cost:
    created = post(body=dict(request), headers={"registrationId": registration_id})
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
    assert delete(ALICE, call, correlator=correlator).status == 204
    after = stored_session(client, call)
    return _Cost(
        of_table=table_units(before, after),
        of_index=index_units(_index_entry(before), _index_entry(after)),
        item_bytes=max(item_bytes(before), item_bytes(after)),
        one_item=table_units(before | media, after | media),
    )


def _index_entry(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the item's entry in the index: the keys of both, if it has them all."""
    (index,) = table_properties()["GlobalSecondaryIndexes"]
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    keys = [key["AttributeName"] for key in table_properties()["KeySchema"] + index["KeySchema"]]
    return {name: item[name] for name in keys} if item.keys() >= set(keys) else None
