"""The handlers beside a model of a few lines: whatever is done in whatever order, both agree."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from camara import clock
from camara.dynamodb import dynamodb_client
from camara.identity import client_key
from events import publish_session_events
from events.subscription import EventType
from tests.support.api import delete, get, post, put
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB,
    BOB_KEY,
    CLIENT,
    EVE,
    NOBODY,
    NOW,
    a_context,
    registration_id,
    subscription_id,
)
from tests.support.devices import deregister, register, register_each
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import Message, subscribe, taken_from
from tests.support.streams import Record, Stream, meant_for
from tests.support.sweep import sweep
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE, create_tables, items

RING, SETUP, LEASE, RETENTION = 120, 180, 43_200, 3_600
PROGRESS = {"InProgress", "Ringing", "Proceeding", "Waiting"}
UNANSWERED = PROGRESS | {"Initial"}
ANSWERED = {"Connected", "Hold", "Resume"}
OVER = {"Terminated", "SessionCancelled", "Declined", "Failed"} | {
    "NoAnswer",
    "NotReachable",
    "Busy",
}
BY_RECEIVER = PROGRESS | {"Connected", "Busy", "NoAnswer", "NotReachable", "Declined", "Failed"}
AFTER = {"Connected": {"Hold"}, "Hold": {"Resume"}, "Resume": {"Hold", "Connected"}}
CALLER, INVITED, CALLED = (subscription_id(number) for number in (1, 2, 3))
"""Subscriptions: Alice's and Bob's to the status, and between them Bob's to invitations."""
DONE: dict[str, Any] = {"batchItemFailures": []}
DEVICES = {CLIENT: 1, "client-2": 2, "client-3": 3}
"""Bob's, each registered through a client of its own."""


class Who(NamedTuple):
    """Whose token it is, and which client's; without a number it is the client's alone."""

    number: str | None
    client: str

    def context(self) -> dict[str, Any]:
        return a_context(self.number, client_id=self.client)


@dataclass
class Model:
    """What a session must be, by the rules alone."""

    created: int
    stale: int
    called: frozenset[str]
    statuses: list[str] = field(default_factory=lambda: ["Initial"])
    """One for each version."""
    answer: bool = False
    answered_on: str | None = None
    ended: int = 0
    told: int = 0
    """How many versions have been told."""
    deleted_by: str = ""
    correlator: str = ""

    @property
    def status(self) -> str:
        return self.statuses[-1]

    def gone(self, now: int) -> bool:
        return self.status in OVER and now >= self.ended + RETENTION

    def end(self, status: str, now: int) -> None:
        self.statuses.append(status)
        self.ended = now

    def party(self, who: Who, registered: set[str]) -> str | int:
        """Return whose leg this is, or how whoever has none is refused."""
        match who:
            case (None, client):
                legs = [ALICE] * (client == CLIENT) + [BOB] * (client in self.called)
                return legs[0] if len(legs) == 1 else 403
            case (number, _) if number == NOBODY:
                return 404
            case (number, client) if number == ALICE and client == CLIENT:
                return ALICE
            case (number, client) if number == BOB:
                if client in self.called | registered:
                    return BOB
                return 403 if registered else 404
        return 403

    def refusal(self, party: str | int, now: int) -> int | None:
        if self.gone(now):
            return 404
        return party if isinstance(party, int) else None

    def get(self, party: str | int, now: int) -> int:
        return self.refusal(party, now) or (404 if party == self.deleted_by else 200)

    def delete(self, party: str | int, correlator: str, now: int) -> int:
        if refused := self.refusal(party, now):
            return refused
        assert isinstance(party, str)
        if self.status in OVER:
            repeated = party == self.deleted_by and correlator == self.correlator != ""
            return 204 if repeated else 404
        unanswered = "SessionCancelled" if party == ALICE else "Declined"
        self.end(unanswered if self.status in UNANSWERED else "Terminated", now)
        self.deleted_by, self.correlator = party, correlator
        return 204

    def put(self, party: str | int, status: str, now: int, *, answer: bool, on: str | None) -> int:
        if refused := self.refusal(party, now):
            return refused
        if self.status in OVER:
            return 404
        counts = party == BOB or self.status in ANSWERED
        answer = self.answer or (answer and counts and status not in OVER)
        if self.status in UNANSWERED:
            may = BY_RECEIVER if party == BOB else {"SessionCancelled", "Failed"}
        else:
            may = AFTER[self.status] | {"Terminated", "Failed"}
        if status not in may | {self.status} or (status in ANSWERED and not answer):
            return 409
        if status in OVER:
            self.end(status, now)
            return 200
        if self.status in UNANSWERED and status in ANSWERED:
            self.answered_on = on
        self.statuses.append(status)
        self.answer = answer
        renewed = now + LEASE if status in ANSWERED else min(now + RING, self.created + SETUP)
        self.stale = renewed if status in ANSWERED else max(self.stale, renewed)
        return 200

    def sweep(self, now: int) -> bool:
        if self.status in OVER or self.stale > now:
            return False
        self.end("NoAnswer" if self.status in UNANSWERED else "Terminated", now)
        return True

    def tell(self, registered: set[str]) -> Iterator[tuple[str, str, int]]:
        """Yield who hears what since last asked: a subscription, the status, its version."""
        for version, status in enumerate(self.statuses[self.told :], self.told + 1):
            if version > 1:
                yield CALLER, status, version
            if CLIENT in registered and version == 1:
                yield INVITED, status, version
            if CLIENT in self.called | registered and version > 1:
                yield CALLED, status, version
        self.told = len(self.statuses)


class CallHandling(RuleBasedStateMachine):
    """Steps, each taken by the handlers and by the model."""

    calls: Bundle[str] = Bundle("calls")
    who = st.sampled_from(
        [
            *(Who(ALICE, CLIENT), Who(BOB, CLIENT)) * 3,
            *(Who(number, client) for number in (ALICE, BOB, None) for client in DEVICES),
            *(Who(EVE, CLIENT), Who(NOBODY, CLIENT)),
        ]
    )
    statuses = st.sampled_from(sorted(UNANSWERED | ANSWERED | OVER))
    correlators = st.sampled_from(["", "one", "two"])

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.registered = {CLIENT}
        self.models: dict[str, Model] = {}
        # The test's own table and clock serve all runs of the machine, each from its beginning.
        clock.now = lambda: self.now
        for name in (TABLE, REGISTRATIONS, SUBSCRIPTIONS):
            dynamodb_client().delete_table(TableName=name)
        create_tables(dynamodb_client())
        register_each(ALICE, BOB, EVE)
        always = {"ends_at": NOW + 10**9}
        subscribe(1, number=ALICE_KEY, **always)
        subscribe(2, number=BOB_KEY, type=EventType.SESSION_INVITATION, **always)
        subscribe(3, number=BOB_KEY, **always)
        self.stream = Stream(TABLE)

    @initialize(target=calls)
    def first_call(self) -> str:
        return self._place()

    @rule(target=calls)
    def another_call(self) -> str:
        return self._place()

    def _place(self) -> str:
        call: str = post().body["mediaSessionId"]
        self.models[call] = Model(self.now, self.now + RING, frozenset(self.registered))
        return call

    @rule(client=st.sampled_from(sorted(DEVICES)))
    def register_or_deregister(self, client: str) -> None:
        if client in self.registered:
            deregister(BOB, DEVICES[client])
        else:
            register(BOB, DEVICES[client], client=client_key(client))
        self.registered ^= {client}

    @rule(call=calls, who=who, status=statuses, answer=st.booleans())
    def change(self, call: str, who: Who, status: str, *, answer: bool) -> None:
        body: dict[str, Any] = {"status": status} | ({"answer": {"sdp": "x"}} if answer else {})
        model = self.models[call]
        party = model.party(who, self.registered)
        on = registration_id(BOB, DEVICES[who.client]) if who.client in self.registered else None
        expected = model.put(party, status, self.now, answer=answer, on=on)
        assert put(None, call, body, context=who.context()).status == expected

    @rule(call=calls, who=who, correlator=correlators)
    def hang_up(self, call: str, who: Who, correlator: str) -> None:
        model = self.models[call]
        expected = model.delete(model.party(who, self.registered), correlator, self.now)
        answer = delete(None, call, context=who.context(), correlator=correlator)
        assert answer.status == expected

    @rule(call=calls, who=who)
    def look(self, call: str, who: Who) -> None:
        model, answer = self.models[call], get(None, call, context=who.context())
        assert answer.status == model.get(model.party(who, self.registered), self.now)
        assert answer.status != 200 or answer.body["status"] == model.status

    @rule(seconds=st.sampled_from([1, 60, 119, 120, 3599, 3600, 43_200]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def sweep(self) -> None:
        expected = sum([model.sweep(self.now) for model in self.models.values()])
        assert sweep()["ended"] == expected

    @invariant()
    def what_is_written_is_what_had_to_be_and_each_change_is_told_once(self) -> None:
        records = self.stream.records()
        if records:
            self._check_what_is_stored()
        told = self._told(meant_for("PublishSessionEvents", records))
        to_be_told = [
            (call, *news)
            for call, model in self.models.items()
            for news in model.tell(self.registered)
        ]
        assert sorted(told) == sorted(to_be_told)

    def _check_what_is_stored(self) -> None:
        """Every write is counted, and the index has just the live."""
        stored = {
            item["mediaSessionId"]["S"]: item
            for item in items(dynamodb_client())
            if item["part"]["S"] == "session"
        }
        for call, model in self.models.items():
            item = stored[call]
            version = str(len(model.statuses))
            assert (item["status"]["S"], item["version"]["N"]) == (model.status, version)
            live = model.status not in OVER
            assert ("endings" in item, "staleShard" in item) == (live, live)
            assert not live or item["staleAt"]["N"] == str(model.stale)
            on = [model.answered_on] if model.answered_on else []
            assert item.get("answeredOn", {"SS": []})["SS"] == on

    def _told(self, records: list[Record]) -> list[tuple[str, str, str, int]]:
        if not records:
            return []
        assert publish_session_events.handler({"Records": records}, a_lambda_context()) == DONE
        return [
            (message["media_session_id"], message["subscription_id"], *_status_in(message))
            for message in taken_from(os.environ["NOTIFICATIONS_QUEUE"])
        ]


def _status_in(message: Message) -> tuple[str, int]:
    return message["data"]["status"], message["data"]["sequenceNumber"]


TestCallHandling = pytest.mark.usefixtures("messaging")(CallHandling.TestCase)
TestCallHandling.settings = settings(
    max_examples=80,
    stateful_step_count=30,
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
