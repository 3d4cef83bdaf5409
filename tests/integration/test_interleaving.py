"""Clients at once, each request a point at which another may come first: all orders are tried.

However they interleave: what is over never changes again, it has ended once, and the versions have
no gaps. One device answers, whose leg it is from then on; no offer takes another one's place; no
call is left in the hands of a device that is gone.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from botocore.client import BaseClient
from hypothesis import HealthCheck, given, settings

from call_handling.call import Call, Change
from call_handling.call_actor import LateActor
from call_handling.devices import (
    held_among,
    held_by_none_but,
    may_be_held_by,
    sessions_received_by,
)
from call_handling.legs import DEVICES_REMEMBERED
from call_handling.session_ender import DEADLINE_HAS_PASSED, session_ender
from call_handling.status import OVER, UNANSWERED, Status
from call_handling.store import session_store
from camara.actor import Actor
from camara.errors import IncompatibleState, InvalidTokenContext, NotFound
from camara.identity import UserKey
from registration.store import registration_store
from tests.support.api import a_call
from tests.support.builders import (
    ALICE_ACTS,
    BOB,
    BOB_ACTS,
    BOB_KEY,
    NOW,
    a_registration,
    an_actor,
    registration_id,
)
from tests.support.devices import register
from tests.support.interleaving import Turnstile
from tests.support.table import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Action = Callable[[str], Any]

ELSEWHERE = "client-2"
BOB_ELSEWHERE = an_actor(BOB, ELSEWHERE)
BOB_LATE = LateActor(BOB_KEY, BOB_ACTS.client, UserKey("somebody else"), registered_at=NOW)
ANYBODY_ELSEWHERE = an_actor(None, ELSEWHERE)
FIRST, SECOND = registration_id(BOB, 1), registration_id(BOB, 3)
"""Two phones of one actor; the device in between is another client's."""


def deletes(actor: Actor, by: str | None = None) -> Action:
    return lambda call: session_ender().by_party(call, actor, "", NOW + 1, registration_id=by)


def puts(actor: Actor, status: Status, seconds: int = 1, **change: str) -> Action:
    asked = Change(status, **change)  # type: ignore[arg-type]
    return lambda call: session_store().change(call, actor, asked, NOW + seconds)


def answers(actor: Actor, answer: str, by: str | None = None) -> Action:
    asked = Change(Status.CONNECTED, answer=answer, registration_id=by)
    return lambda call: session_store().change(call, actor, asked, NOW + 1)


def sweeps(call: str) -> Any:
    return session_ender().by_network(call, "late", NOW + 10_000_000, only_if=DEADLINE_HAS_PASSED)


def loses_its_device(call: str) -> None:
    """Deregister, and end what it held, as the stream would have it done."""
    gone = a_registration(BOB, 2, client_id=ELSEWHERE)
    registration_store().delete(BOB_ELSEWHERE, gone.registration_id, NOW + 1)
    left = registration_store().of_subscriber(BOB_KEY).active(NOW + 1)
    client, may_be_held = session_ender()._client, may_be_held_by(gone, left)  # noqa: SLF001
    received = sessions_received_by(client, TABLE, BOB_KEY, NOW - 1, NOW + 1)
    if call in held_among(client, TABLE, received, may_be_held, lambda: True):
        clause = held_by_none_but(gone, left)
        session_ender().by_network(call, "device gone", NOW + 1, only_if=clause)


ACTIONS: dict[str, Action] = {
    "Alice hangs up": deletes(ALICE_ACTS),
    "Bob hangs up": deletes(BOB_ACTS),
    "Bob hangs up elsewhere": deletes(BOB_ELSEWHERE),
    "Bob hangs up as late": deletes(BOB_LATE),
    "Bob hangs up on his first phone": deletes(BOB_ACTS, FIRST),
    "Bob hangs up on his second phone": deletes(BOB_ACTS, SECOND),
    "Bob's other client hangs up": deletes(ANYBODY_ELSEWHERE),
    "the network ends it": sweeps,
    "Bob loses a device": loses_its_device,
    "Bob answers elsewhere": answers(BOB_ELSEWHERE, "elsewhere"),
    "Bob answers": answers(BOB_ACTS, "somewhere"),
    "Bob answers on his first phone": answers(BOB_ACTS, "first", FIRST),
    "Bob answers on his second phone": answers(BOB_ACTS, "second", SECOND),
    "Bob answers early": puts(BOB_ACTS, Status.IN_PROGRESS, answer="early"),
    "Bob declines as late": puts(BOB_LATE, Status.DECLINED),
    "Bob is busy": puts(BOB_ACTS, Status.BUSY),
    "Bob proceeds": puts(BOB_ACTS, Status.PROCEEDING),
    "Alice cancels": puts(ALICE_ACTS, Status.SESSION_CANCELLED),
    "Alice holds": puts(ALICE_ACTS, Status.HOLD),
    "Alice offers": puts(ALICE_ACTS, Status.CONNECTED, offer="Alice's"),
    "Bob offers": puts(BOB_ACTS, Status.CONNECTED, offer="Bob's"),
    "Bob offers 32 seconds later": puts(BOB_ACTS, Status.CONNECTED, 33, offer="Bob's"),
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
        return [after for before, after in pairwise(self.items) if before != after]


def _refused_or_done(action: Action, call: str) -> Callable[[], Any]:
    def act() -> Any:
        try:
            return action(call)
        except (NotFound, IncompatibleState, InvalidTokenContext):
            return None

    return act


@pytest.fixture(autouse=True)
def _three_phones_two_clients() -> None:
    register(BOB, 2, client_id=ELSEWHERE)
    register(BOB, 3)


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
    _one_device_has_answered(turnstile.outcomes, status, changes)
    _no_offer_took_anothers_place(history.items)
    _nobody_who_is_gone_holds_it(history.items[-1])


def _one_device_has_answered(
    outcomes: list[Any], status: str, changes: list[dict[str, Any]]
) -> None:
    """Whoever was told 200 for its answer is who answered."""
    answered = {item["answeredBy"]["S"] for item in changes if "answeredBy" in item}
    assert len(answered) <= 1
    done = [
        after
        for before, after in (
            each for each in outcomes if isinstance(each, tuple) and _is_put(each)
        )
        if before.session.status in UNANSWERED and after.session.legs.answered_by
    ]
    assert len(done) <= (status == "Ringing")
    for item in changes:
        if "answeredBy" in item and "endings" in item:
            assert len(item["actors"]["SS"]) == len(item["clients"]["SS"]) == 1
            assert len(item["endings"]["M"]) <= 5
            assert len(item["devices"]["SS"]) <= DEVICES_REMEMBERED


def _is_put(outcome: Any) -> bool:
    return isinstance(outcome[0], Call)


def _no_offer_took_anothers_place(items: list[dict[str, Any]]) -> None:
    for before, after in pairwise(items):
        if {"offeredBy"} <= before.keys() & after.keys():
            waited = int(after["offeredAt"]["N"]) - int(before["offeredAt"]["N"])
            assert before["offeredBy"] == after["offeredBy"] or waited >= 32


def _nobody_who_is_gone_holds_it(item: dict[str, Any]) -> None:
    active = registration_store().of_subscriber(BOB_KEY).active(NOW + 1)
    left = {each.key for each in active}
    live_and_answered = "endings" in item and "answeredBy" in item
    assert not live_and_answered or left & {*item["holders"]["SS"]}


def _through(turnstile: Turnstile) -> Callable[..., Any]:
    def request(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        return turnstile.request(client, name, arguments)

    return request
