"""The handlers beside a model of the rules: whatever is done in whatever order, both agree."""

import os
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from aws import clock
from aws.dynamodb import dynamodb_client
from call_handling import end_sessions_of_registration
from camara.identity import derive_subscriber_key
from camara.scope import EventType
from notifications import publish_events, publishing
from notifications.notification import Notification
from registration.store import registration_store
from tests.support.api import delete, get, post, put
from tests.support.builders import (
    ALICE,
    BOB,
    CLIENT,
    EVE,
    NOBODY,
    NOW,
    UNKNOWN,
    a_call_request,
    a_context,
    a_registration,
    an_actor,
    sub_of,
)
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import subscribe
from tests.support.model import (
    ANSWERED,
    CHANGES,
    OVER,
    UNANSWERED,
    Device,
    Devices,
    Model,
    Registered,
    Sent,
    Who,
)
from tests.support.streams import Record, Stream, meant_for
from tests.support.sweep import sweep
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE, create_tables, items

MOST_CALLS = 2
DONE: dict[str, Any] = {"batchItemFailures": []}
ELSEWHERE, NEW_OWNER = "client-2", "the number's new owner"
PHONE = Device(1, Who(ALICE, CLIENT, sub_of(ALICE)))
"""What Alice calls with; her other one never takes part."""
OTHER_PHONE = Device(2, Who(ALICE, CLIENT, sub_of(ALICE)))
BOBS = [
    Device(1, Who(BOB, CLIENT, sub_of(BOB))),
    Device(2, Who(BOB, CLIENT, sub_of(BOB))),
    Device(3, Who(BOB, ELSEWHERE, sub_of(BOB))),
    Device(1, Who(BOB, CLIENT, NEW_OWNER)),
]
"""Two of one actor, one through another client, and the first of them in somebody else's hands."""
ENDS = [PHONE.actor, BOBS[0].actor]
ACTORS = [
    *(PHONE.actor, BOBS[0].actor) * 3,
    *(BOBS[2].actor, BOBS[3].actor) * 2,
    Who(ALICE, ELSEWHERE, sub_of(ALICE)),
    *(Who(None, client) for client in (CLIENT, ELSEWHERE, "client-3")),
    *(Who(number, CLIENT, sub_of(number)) for number in (EVE, NOBODY)),
]


def context(who: Who) -> dict[str, Any]:
    return a_context(who.number, client_id=who.client, sub=who.sub or None)


class NotificationQueue:
    """Stands in for the queue: keeps what is put into it, in order."""

    def __init__(self) -> None:
        self.notifications: list[Notification] = []

    def put_each(self, notifications: Iterable[Notification]) -> set[int]:
        self.notifications.extend(notifications)
        return set()


OUTBOX = NotificationQueue()


@pytest.fixture
def _outbox_without_a_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "notification_queue", lambda: OUTBOX)


class CallHandling(RuleBasedStateMachine):
    """Steps, each taken by the handlers and by the model."""

    calls: Bundle[str] = Bundle("calls")
    who = st.sampled_from(ACTORS)
    device = st.one_of(st.just(0), st.just(0), st.integers(0, 20))
    """No registration; or, counted round, one that there is or was, or an unknown one."""
    statuses = st.sampled_from(sorted(UNANSWERED | ANSWERED | OVER) + ["Connected"] * 12)
    correlators = st.sampled_from(["", "one", "two"])

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.serial = 0
        self.hurried = False
        self.heard: dict[str, int] = {}
        """How many versions of each call have been told."""
        self.models: dict[str, Model] = {}
        self.devices = {number: Devices() for number in (ALICE, BOB, EVE, NOBODY)}
        self.names: list[str | None] = [None, UNKNOWN]
        # The test's own table and clock serve all runs of the machine, each from its beginning.
        clock.now = lambda: self.now
        for name in (TABLE, REGISTRATIONS, SUBSCRIPTIONS):
            dynamodb_client().delete_table(TableName=name)
        create_tables(dynamodb_client())
        self._subscribe()
        self.sessions, self.registrations = Stream(TABLE), Stream(REGISTRATIONS)
        for device in (PHONE, *BOBS[:3], Device(1, Who(EVE, CLIENT, sub_of(EVE)))):
            self._register(device)

    def _subscribe(self) -> None:
        self.subscriptions: dict[str, tuple[Device, EventType]] = {}
        for device in (PHONE, OTHER_PHONE, *BOBS):
            for kind in (EventType.SESSION_STATUS, EventType.SESSION_INVITATION):
                made = subscribe(
                    len(self.subscriptions),
                    subscriber=device.actor.number,
                    of=self._registration(device, ""),
                    type=kind,
                    ends_at=NOW + 10**9,
                )
                self.subscriptions[made.subscription_id] = (device, kind)

    def _registration(self, device: Device, name: str) -> Any:
        number, client, sub = device.actor
        return a_registration(
            number or "",
            device.name,
            client_id=client,
            sub=sub,
            registration_id=name,
            made_at=self.now,
            expires_at=NOW + 10**9,
        )

    def _register(self, device: Device) -> None:
        self.serial += 1
        name = str(uuid.UUID(int=self.serial))
        number = device.actor.number or ""
        registration_store().create(
            derive_subscriber_key(number), self._registration(device, name), self.now
        )
        self.devices[number].add(Registered(name, device, self.now), self.now)
        self.names.append(name)

    def _deregister(self, old: Registered) -> None:
        """Its calls end, since the stream tells of it."""
        number, client, sub = old.device.actor
        self.registrations.records()
        registration_store().delete(an_actor(number, client, sub), old.name, self.now)
        self.devices[number or ""].remove(old, self.now)
        records = meant_for("EndSessionsOfRegistration", self.registrations.records())
        event = {"Records": records}
        assert end_sessions_of_registration.handler(event, a_lambda_context()) == DONE
        for model in self.models.values():
            if number == model.receiver or old.name == model.caller_registration:
                model.lose(old, self.now)

    def _others(self, who: Who) -> list[Registered]:
        return self.devices[who.number].active if who.number else []

    @initialize(target=calls)
    def first_call(self) -> str:
        return self._place()

    @precondition(lambda self: len(self.models) < MOST_CALLS)
    @rule(target=calls)
    def another_call(self) -> str:
        return self._place()

    def _place(self) -> str:
        phone = self.devices[ALICE].active[0]
        answer = post(
            body=a_call_request(offer={"sdp": "offer"}), headers={"registrationId": phone.name}
        )
        call: str = answer.body["mediaSessionId"]
        self.models[call] = Model(PHONE, phone.name, BOB, self.devices[BOB], self.now)
        return call

    @rule(device=st.sampled_from(BOBS))
    def register_or_deregister(self, device: Device) -> None:
        """The same device is registered for a number once, whoever's it is: it is handed over."""
        known = [each for each in self.devices[BOB].active if each.device.name == device.name]
        for each in known:
            self._deregister(each)
        if device not in [each.device for each in known]:
            self._register(device)
            for call in self.models:
                self.everybody_looks(call)

    @rule()
    def replace_the_calling_device(self) -> None:
        self._deregister(self.devices[ALICE].active[0])
        self._register(PHONE)

    @rule(
        call=calls,
        who=who,
        status=statuses,
        offer=st.sampled_from([None, None, "offer", "offer-2", "offer-3"]),
        answer=st.sampled_from([None, "answer", "answer", "answer-2"]),
        device=device,
    )
    def change(
        self, call: str, who: Who, status: str, offer: str | None, answer: str | None, device: int
    ) -> None:
        self._put(call, who, Sent(status, offer, answer, self._name(device)))

    @rule(
        call=calls,
        early=st.sampled_from([None, *BOBS]),
        devices=st.permutations(BOBS),
        answers=st.lists(st.sampled_from([None, "1", "2"]), min_size=len(BOBS), max_size=len(BOBS)),
        named=st.booleans(),
    )
    def pick_up(
        self,
        call: str,
        early: Device | None,
        devices: list[Device],
        answers: list[str | None],
        *,
        named: bool,
    ) -> None:
        """Answer on one device after the other, one of them early; each may say which one it is."""
        if early:
            self._answer(call, early, "Ringing", "early", named=named)
        for device, answer in zip(devices, answers, strict=True):
            self._answer(call, device, "Connected", answer, named=named)

    def _answer(
        self, call: str, device: Device, status: str, answer: str | None, *, named: bool
    ) -> None:
        known = [each.name for each in self.devices[BOB].active if each.device == device]
        name = known[0] if named and known else None
        self._put(call, device.actor, Sent(status, None, answer, name))

    @rule(
        call=calls,
        sends=st.lists(
            st.tuples(st.sampled_from(ENDS), st.sampled_from(["offer", "answer", "both"])),
            min_size=2,
            max_size=3,
        ),
        seconds=st.sampled_from([0, 1, 31, 32]),
    )
    def negotiate(self, call: str, sends: list[tuple[Who, str]], seconds: int) -> None:
        """Offer and answer, whatever the status, so many seconds apart."""
        for who, what in sends:
            self.serial += 1
            offer, answer = (
                f"{kind} {self.serial}" if what in (kind, "both") else None
                for kind in ("offer", "answer")
            )
            self._put(call, who, Sent(self.models[call].status, offer, answer, None))
            self.now += seconds

    @precondition(lambda self: not self.hurried)
    @rule(call=calls, who=st.sampled_from(ENDS))
    def change_very_often(self, call: str, who: Who) -> None:
        self.hurried = True
        for number in range(CHANGES + 2):
            sent = Sent(self.models[call].status, f"offer {number}", f"answer {number}", None)
            self._put(call, who, sent)

    def _put(self, call: str, who: Who, sent: Sent) -> None:
        body: dict[str, Any] = {"status": sent.status}
        body |= {"offer": {"sdp": sent.offer}} if sent.offer else {}
        body |= {"answer": {"sdp": sent.answer}} if sent.answer else {}
        headers = {"registrationId": sent.named} if sent.named else {}
        expected = self.models[call].put(who, sent, self.now, self._others(who))
        answer = put(None, call, body, context=context(who), headers=headers)
        assert answer.status == expected
        if expected == 200:
            self._check_shown(call, answer.body)

    def _name(self, device: int) -> str | None:
        return self.names[device % len(self.names)]

    @rule(call=calls, who=who, correlator=correlators, device=device)
    def hang_up(self, call: str, who: Who, correlator: str, device: int) -> None:
        model, named = self.models[call], self._name(device)
        over = model.status in OVER and model.leg(who)
        party = model.party(who, self.now, self._others(who), None if over else named)
        expected = model.delete(party, correlator, self.now)
        headers = {"registrationId": named} if named else {}
        answer = delete(None, call, context=context(who), correlator=correlator, headers=headers)
        assert answer.status == expected

    @rule(call=calls)
    def everybody_looks(self, call: str) -> None:
        model = self.models[call]
        for who in dict.fromkeys(ACTORS):
            answer = get(None, call, context=context(who))
            assert answer.status == model.get(model.party(who, self.now, self._others(who)))
            if answer.status == 200:
                self._check_shown(call, answer.body)

    def _check_shown(self, call: str, body: dict[str, Any]) -> None:
        model = self.models[call]
        shown = (body["status"], body["offer"].get("sdp"), body.get("answer", {}).get("sdp"))
        media = (None, None) if model.status in OVER else (model.offer, model.answer)
        assert shown == (model.status, *media)

    @rule(seconds=st.sampled_from([1, 12, 31, 32, 60, 119, 120, 299, 301, 3599, 3600, 43_200]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def sweep(self) -> None:
        expected = sum([model.sweep(self.now) for model in self.models.values()])
        assert sweep()["ended"] == expected

    @invariant()
    def what_is_written_is_what_had_to_be_and_each_change_is_told_once(self) -> None:
        records = self.sessions.records()
        if records:
            self._check_what_is_stored()
        told = self._told(meant_for("PublishEvents", records))
        assert sorted(told) == sorted(self._to_be_told())

    def _to_be_told(self) -> Iterator[tuple[str, str, str, int]]:
        """Yield who hears what since last asked."""
        for call, model in self.models.items():
            for version, status, devices in model.told[self.heard.get(call, 0) :]:
                invites = EventType.SESSION_INVITATION if version == 1 else EventType.SESSION_STATUS
                for subscription, (device, kind) in self.subscriptions.items():
                    if kind is invites and device in devices:
                        yield call, subscription, status, version
            self.heard[call] = model.version

    def _check_what_is_stored(self) -> None:
        """Every change is counted, and the index has just the live."""
        stored = {
            item["mediaSessionId"]["S"]: item for item in items() if item["part"]["S"] == "session"
        }
        for call, model in self.models.items():
            item = stored[call]
            assert (item["status"]["S"], item["version"]["N"]) == (
                model.status,
                str(model.version),
            )
            live = model.status not in OVER
            assert ("endings" in item, "staleShard" in item) == (live, live)
            deadline = item.get("deadline", item.get("staleAt"))
            assert not live or deadline == {"N": str(model.stale)}
            assert ("answeredBy" in item) == (model.answered)

    def _told(self, records: list[Record]) -> list[tuple[str, str, str, int]]:
        if not records:
            return []
        OUTBOX.notifications.clear()
        assert publish_events.handler({"Records": records}, a_lambda_context()) == DONE
        return [
            (each.media_session_id or "", each.subscription_id, *_status_in(each))
            for each in OUTBOX.notifications
        ]


def _status_in(told: Notification) -> tuple[str, int]:
    return told.data["status"], told.data["sequenceNumber"]


TestCallHandling = pytest.mark.usefixtures("_outbox_without_a_queue")(CallHandling.TestCase)
TestCallHandling.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
