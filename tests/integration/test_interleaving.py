"""Clients at once, each request a point at which another may come first: all orders are tried.

However they interleave: what is over never changes again, it has ended once, and the versions have
no gaps.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from botocore.client import BaseClient
from hypothesis import HealthCheck, given, settings

from call_handling.devices import held_by_none_but
from call_handling.ending import DEADLINE_HAS_PASSED, endings
from call_handling.party import Actor
from call_handling.session import Change
from call_handling.status import OVER, Status
from call_handling.store import session_store
from camara.errors import IncompatibleState, NotFound
from camara.identity import client_key
from tests.support.api import a_call
from tests.support.builders import ALICE_ACTS, BOB, BOB_ACTS, BOB_KEY, NOW, a_registration
from tests.support.devices import register
from tests.support.interleaving import Turnstile
from tests.support.table import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Action = Callable[[str], Any]


def deletes(actor: Actor) -> Action:
    return lambda call: endings().by_party(call, actor, "", NOW + 1)


def puts(actor: Actor, status: Status) -> Action:
    change = Change(status, answer="v=0" if status is Status.CONNECTED else None)
    return lambda call: session_store().change(call, actor, change, NOW + 1)


def sweeps(call: str) -> Any:
    return endings().by_network(call, "late", NOW + 10_000_000, only_if=DEADLINE_HAS_PASSED)


ELSEWHERE = "client-2"
BOB_ELSEWHERE = Actor(BOB_KEY, client_key(ELSEWHERE))
BOB_LATE = Actor(BOB_KEY, client_key("client-3"), late=True)
ANYBODY_ELSEWHERE = Actor(None, client_key(ELSEWHERE))


def loses_its_device(call: str) -> Any:
    gone = a_registration(BOB, 2, client=client_key(ELSEWHERE))
    return endings().by_network(call, "device gone", NOW + 1, only_if=held_by_none_but(gone, []))


ACTIONS: dict[str, Action] = {
    "Alice hangs up": deletes(ALICE_ACTS),
    "Bob hangs up": deletes(BOB_ACTS),
    "Bob hangs up elsewhere": deletes(BOB_ELSEWHERE),
    "Bob hangs up as late": deletes(BOB_LATE),
    "Bob's other client hangs up": deletes(ANYBODY_ELSEWHERE),
    "the network ends it": sweeps,
    "Bob loses a device": loses_its_device,
    "Bob answers elsewhere": puts(BOB_ELSEWHERE, Status.CONNECTED),
    "Bob declines as late": puts(BOB_LATE, Status.DECLINED),
    "Bob answers": puts(BOB_ACTS, Status.CONNECTED),
    "Bob is busy": puts(BOB_ACTS, Status.BUSY),
    "Bob proceeds": puts(BOB_ACTS, Status.PROCEEDING),
    "Alice cancels": puts(ALICE_ACTS, Status.SESSION_CANCELLED),
    "Alice holds": puts(ALICE_ACTS, Status.HOLD),
    "Bob terminates": puts(BOB_ACTS, Status.TERMINATED),
}


class History:
    """The item that changes state, after every request."""

    def __init__(self, table: "DynamoDBClient", call: str) -> None:
        self._table = table
        self._key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
        self.items: list[dict[str, Any]] = []
        self.look()

    def look(self) -> None:
        self.items.append(dict(self._table.get_item(TableName=TABLE, Key=self._key)["Item"]))

    def changes(self) -> list[dict[str, Any]]:
        return [
            after
            for before, after in zip(self.items, self.items[1:], strict=False)
            if before != after
        ]


def _refused_or_done(action: Action, call: str) -> Callable[[], Any]:
    def act() -> Any:
        try:
            return action(call)
        except (NotFound, IncompatibleState):
            return None

    return act


@pytest.fixture(autouse=True)
def _two_clients() -> None:
    register(BOB, 2, client=client_key(ELSEWHERE))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    status=st.sampled_from(["Ringing", "Connected"]),
    names=st.lists(st.sampled_from(sorted(ACTIONS)), min_size=2, max_size=3),
    order=st.lists(st.integers(0, 2), min_size=1, max_size=8),
)
def test_however_they_interleave(
    table: "DynamoDBClient", status: str, names: list[str], order: list[int]
) -> None:
    call = a_call(status)
    history = History(table, call)
    turnstile = Turnstile([_refused_or_done(ACTIONS[name], call) for name in names])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", _through(turnstile))
        turnstile.let_through(order, history.look)

    changes = history.changes()
    versions = [int(item["version"]["N"]) for item in [history.items[0], *changes]]
    assert versions == list(range(versions[0], versions[0] + len(versions)))
    over = [item for item in changes if item["status"]["S"] in OVER]
    assert len(over) <= 1
    assert not over or changes[-1] is over[0]
    assert all(("endings" in item) == (item["status"]["S"] not in OVER) for item in changes)


def _through(turnstile: Turnstile) -> Callable[..., Any]:
    def request(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        return turnstile.request(client, name, arguments)

    return request
