"""What registering a device and placing a call cost at DynamoDB: requests and write units.

There is no budget for these. Floor: one conditional put of the item that the operation is about (a
number's register, a session with its SDP in it), no index, nothing else asked or kept. Usual way:
the same reads and the same items, but each written by itself, without a transaction (a session's
SDP stays in its item): between two such writes a register may be half changed, or the device of a
call be gone. Ours and the usual way pay the same for the indexes.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

from aws import clock
from tests.performance.cost import Cost, costed
from tests.performance.result import Result
from tests.performance.stored_sessions import sessions_table
from tests.performance.write_units import item_bytes, table_units
from tests.performance.write_units_per_delete import register_devices
from tests.support.api import Answer, invoke, post
from tests.support.builders import BOB, LIMITS, NOBODY, NOW, OFFER, a_call_request, a_context

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_DEVICES = "/webrtc-registration/v0.4/sessions"
_DEVICE = _DEVICES + "/{registrationId}"
_NUMBER = "+12025550111"
_OTHER_NUMBER = "+12025550112"
_USER = "user-1"
_SECONDS_BETWEEN = 60
"""Between two requests of devices, so that each expires at a time of its own."""


class _Spent(NamedTuple):
    """Requests and write units of ours, of the usual way and of the floor."""

    cost: Cost
    usual_requests: int
    usual_units: int
    floor_units: int
    note: str


def measure() -> Iterator[Result]:
    """Register, refresh and delete, with one device and with the most; then place calls."""
    most = f"{LIMITS.per_number} devices of the number, {LIMITS.per_user} of the user"
    few, many = _devices(others=0), _devices(others=LIMITS.per_number - 1)
    for operation in few:
        yield from _results(operation, {"one device": few[operation], most: many[operation]})
    with sessions_table() as client:
        register_devices(BOB, LIMITS.per_number)
        calls = {
            "no device at the receiver": _call(client, NOBODY),
            f"{LIMITS.per_number} devices, each with a user and a client": _call(client, BOB),
        }
    yield from _results("createSession", calls)


def _results(operation: str, cases: dict[str, _Spent]) -> Iterator[Result]:
    (requests,) = {spent.cost.requests for spent in cases.values()}
    (usual,) = {spent.usual_requests for spent in cases.values()}
    (words,) = {spent.cost.in_words() for spent in cases.values()}
    yield Result(
        name=f"operations.{operation}.requests",
        what=f"DynamoDB requests per {operation}",
        unit="requests",
        floor=1,
        usual=usual,
        value=requests,
        notes=[words],
    )
    for number, (case, spent) in enumerate(cases.items()):
        yield Result(
            name=f"operations.{operation}.write-units.{number}",
            what=f"  write units, {case}",
            unit="units",
            floor=spent.floor_units,
            usual=spent.usual_units,
            value=spent.cost.write_units,
            notes=[spent.note],
        )


def _devices(others: int) -> dict[str, _Spent]:
    """Price the life of a device by operation, beside ``others`` of the number.

    With others, the user has as many devices at another number as it may.
    """
    with sessions_table() as client:
        requests = _Devices(client)
        if others:
            for device in range(LIMITS.per_number):
                requests.create(_OTHER_NUMBER, device)
        first = [requests.create(_NUMBER, device)[0] for device in range(others)]
        created, creation = requests.create(_NUMBER, others)
        # Both times the one that is the first to expire: the costliest, for the index follows it.
        all_of_number = [*first, created]
        refresh = requests.costed("PUT", _DEVICE, _NUMBER, all_of_number[0])[1]
        deletion = requests.costed("DELETE", _DEVICE, _NUMBER, all_of_number[1 if others else 0])[1]
    return {
        "createRegistration": _register(creation),
        "updateRegistrationById (refresh)": _register(refresh),
        "deleteRegistrationById": _register(deletion),
    }


class _Devices:
    """Requests to the Registration API, one after the other."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self._now = NOW

    def create(self, number: str, device: int) -> tuple[str, Cost]:
        """Register a device of the one user; return the registration's id and the cost."""
        body = {"deviceId": f"00000000-0000-4000-8000-{device:012}"}
        answer, cost = self.costed("POST", _DEVICES, number, body=body)
        return answer.body["registrationId"], cost

    def costed(
        self,
        method: str,
        resource: str,
        number: str,
        path_id: str | None = None,
        body: dict[str, str] | None = None,
    ) -> tuple[Answer, Cost]:
        """Send a request and price it."""
        self._now += _SECONDS_BETWEEN
        request = _request(method, resource, number, path_id, body)
        with patch.object(clock, "now", lambda: self._now):
            answer, cost = costed(self._client, request)
        assert answer.status < 300, answer
        return answer, cost


def _request(
    method: str, resource: str, number: str, path_id: str | None, body: dict[str, str] | None
) -> Callable[[], Answer]:
    context = a_context(number, sub=_USER)
    return lambda: invoke(method, resource, path_id, body=body, context=context)


def _register(cost: Cost) -> _Spent:
    registers = [write.after for write in cost.writes if write.after is not None]
    of_subscriber = cost.of_item("endedSome")
    (of_user,) = (register for register in registers if register is not of_subscriber.after)
    return _Spent(
        cost=cost,
        # Reads of the number's and of the user's register, and the writes.
        usual_requests=2 + len(cost.writes),
        usual_units=sum(write.units for write in cost.writes) + sum(cost.of_indexes.values()),
        floor_units=of_subscriber.units,
        note=_note(
            cost,
            f"the registers: {item_bytes(of_subscriber.after or {}):,} bytes of the number,"
            f" {item_bytes(of_user):,} of the user",
        ),
    )


def _call(client: "DynamoDBClient", receiver: str) -> _Spent:
    request = a_call_request(receiverAddress=f"tel:{receiver}")
    answer, cost = costed(client, lambda: post(body=request))
    assert answer.status == 201, answer
    session, offer = cost.of_item("endings").after, cost.of_item("invitation").after
    assert session
    assert offer
    of_offer = {name: offer[name] for name in ("content", "invitation")}
    one_item = table_units(None, {**session, **of_offer})
    return _Spent(
        cost=cost,
        # Reads of the caller's and of the receiver's devices, and the put.
        usual_requests=3,
        usual_units=one_item + sum(cost.of_indexes.values()),
        floor_units=one_item,
        note=_note(cost, f"the session {item_bytes(session):,} bytes, SDP {len(OFFER)}"),
    )


def _note(cost: Cost, sizes: str) -> str:
    indexes = ", ".join(f"{name} {units}" for name, units in cost.of_indexes.items())
    return f"tables {cost.of_tables}, indexes: {indexes or 'nothing'}; {sizes}"
