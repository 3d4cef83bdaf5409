"""A call from Alice to Bob among devices that come and go, and the one rule of who hears of it.

What happens is told in steps: ``+bob``, ``-bob`` and ``~bob`` are that a device is registered, is
deregistered and expires; ``call:alice`` and ``answer:bob`` are by a device; by the caller are
``change`` (nothing but where it is) and ``end``; ``wait`` is until no register remembers anything.
Each takes a second, all those in one that are joined by ``&``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Protocol
from uuid import uuid4

from aws.dynamodb import dynamodb_client
from camara.identity import derive_subscriber_key
from registration.register import KEPT_AFTER_ITS_END
from registration.store import registration_store
from tests.support.api import delete, post, put
from tests.support.builders import ALICE, BOB, NOW
from tests.support.listeners import DEVICES, KINDS, LISTENERS
from tests.support.messaging import taken_from
from tests.support.session_events import ANSWERED, publish
from tests.support.streams import Record, Stream
from tests.support.table import REGISTRATIONS

type Heard = list[tuple[str, str, int]]
"""Of each notification the device, the type and the number of the change, sorted."""


class Clock(Protocol):
    now: int


@dataclass
class Scene:
    """What happens; what is written is published at once, or ``late``: when all is over."""

    clock: Clock
    stream: Stream
    queue: str
    late: bool
    caller: str = ""
    placed: float = inf
    answered: float = inf
    over: bool = False
    changes: list[int] = field(default_factory=list)
    """When the call was changed; placing it is the first change."""
    periods: dict[str, list[tuple[int, float]]] = field(
        default_factory=lambda: {name: [] for name in DEVICES}
    )
    """From when until when each device has been registered."""
    _call: str = ""
    _registered_as: dict[str, str] = field(default_factory=dict)
    _records: list[Record] = field(default_factory=list)
    _heard: Heard = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin without any registration, and with nothing left of another scene."""
        self.clock.now = NOW
        self.stream.records()
        taken_from(self.queue)
        database = dynamodb_client()
        for item in database.scan(TableName=REGISTRATIONS)["Items"]:
            database.delete_item(TableName=REGISTRATIONS, Key={"owner": item["owner"]})

    def hears(self, device: str, change: int) -> bool:
        """Tell whether a device is to hear of a change (the first is 1). This is the rule.

        The device that placed the call hears of all but the invitation. A device of the receiver
        hears of it that was registered between the placing and the change, if only for a moment,
        and not only after the answer. Nobody else does.
        """
        if device == self.caller:
            return change > 1
        until = min(self.changes[change - 1], self.answered)
        return DEVICES[device].subscriber == BOB and any(
            made <= until and ended > self.placed for made, ended in self.periods[device]
        )

    def who_should_hear(self) -> Heard:
        """Return what is to be told."""
        return sorted(
            (device, KINDS[change > 1].value, change)
            for change in range(1, 1 + len(self.changes))
            for device in DEVICES
            if self.hears(device, change)
        )

    def who_hears(self) -> Heard:
        """Return what has been told."""
        self._publish()
        return sorted(self._heard)

    def play(self, steps: str) -> None:
        """Take these steps, all of them possible."""
        for second in steps.split():
            self.clock.now += 1
            for step in second.split("&"):
                assert step in self.possible()
                self._take(step)

    def possible(self) -> list[str]:
        """Return the steps that can be taken now."""
        active = [name for name in DEVICES if self._is_registered(name)]
        taken = {DEVICES[name].place for name in active}
        steps = [f"+{name}" for name, device in DEVICES.items() if device.place not in taken]
        steps += [f"{verb}{name}" for verb in "-~" for name in active]
        callers = [name for name in active if DEVICES[name].subscriber == ALICE]
        answerers = [name for name in active if DEVICES[name].subscriber == BOB]
        if not self.changes:
            steps += [f"call:{name}" for name in callers]
        elif not self.over:
            ringing = self.answered == inf
            steps += [f"answer:{name}" for name in answerers] if ringing else ["wait"]
            steps += ["change", "end"]
        return steps

    def _take(self, step: str) -> None:
        steps: dict[str, Callable[[str], None]] = {
            "+": self._register,
            "-": self._deregister,
            "~": self._expire,
            "call:": self._place,
            "answer:": self._answer,
            "change": self._change,
            "end": self._end,
            "wait": self._wait,
        }
        [verb] = [verb for verb in steps if step.startswith(verb)]
        steps[verb](step.removeprefix(verb))
        if verb in {"call:", "answer:", "change", "end"}:
            self.changes.append(self.clock.now)
        for record in self.stream.records():
            record["dynamodb"]["ApproximateCreationDateTime"] = self.clock.now
            self._records.append(record)
        if not self.late:
            self._publish()

    def _is_registered(self, name: str) -> bool:
        return any(ended == inf for _, ended in self.periods[name])

    def _register(self, name: str) -> None:
        device, now = DEVICES[name], self.clock.now
        new = replace(device.registration, registration_id=str(uuid4()), made_at=now)
        registration_store().create(derive_subscriber_key(device.subscriber), new, now)
        self._registered_as[name] = new.registration_id
        self.periods[name].append((now, inf))

    def _deregister(self, name: str) -> None:
        known, now = self._registered_as[name], self.clock.now
        registration_store().delete(DEVICES[name].actor, known, now)
        self._no_longer_registered(name)

    def _expire(self, name: str) -> None:
        known, now = self._registered_as[name], self.clock.now
        registration_store().refresh(DEVICES[name].actor, known, now, now)
        self._no_longer_registered(name)

    def _no_longer_registered(self, name: str) -> None:
        made, _ = self.periods[name].pop()
        self.periods[name].append((made, self.clock.now))

    def _place(self, name: str) -> None:
        answer = post(None, **self._as(name))
        assert answer.status == 201
        self.caller, self._call = name, answer.body["mediaSessionId"]
        self.placed = self.clock.now

    def _answer(self, name: str) -> None:
        assert put(None, self._call, ANSWERED, **self._as(name)).status == 200
        self.answered = self.clock.now

    def _change(self, _: str) -> None:
        status = "Initial" if self.answered == inf else "Connected"
        # Where it was a second ago is another location.
        body = {"status": status, "locationDetails": {"method": "GPS"}}
        context = DEVICES[self.caller].context
        assert put(None, self._call, body, context=context).status == 200

    def _end(self, _: str) -> None:
        assert delete(None, self._call, context=DEVICES[self.caller].context).status == 204
        self.over = True

    def _wait(self, _: str) -> None:
        self._publish()
        self.clock.now += KEPT_AFTER_ITS_END

    def _as(self, name: str) -> dict[str, Any]:
        return {
            "headers": {"registrationId": self._registered_as[name]},
            "context": DEVICES[name].context,
        }

    def _publish(self) -> None:
        assert publish(self._records) == []
        self._records = []
        for message in taken_from(self.queue):
            name, _ = LISTENERS[message["subscription_id"]]
            self._heard.append((name, message["type"], message["data"]["sequenceNumber"]))
