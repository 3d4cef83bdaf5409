"""A whole call, played on moto and counted: placed, rings, answered, ended, both ends told.

The real handlers, one invocation at a time, each change alone in its batch, as in a quiet hour:
what several share is cheaper. One device on either side; each has a subscription to its status, the
receiver's one to invitations, too. Requests, units and what is logged are counted; of time only
what is assumed of AWS and of sinks (``assumptions.toml``).
"""

import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import partial
from itertools import count
from typing import Any
from unittest.mock import patch

from aws import clock, log
from notifications.publish_events import handler as publish
from notifications.publish_to_sessions_bus import handler as put_on_bus
from tests.performance.capacity import read
from tests.performance.capacity.browser_sdp import browser_sdp
from tests.performance.capacity.system_lines import access_line, system_lines
from tests.performance.cost import Cost, costed
from tests.performance.result import Step, WholeCall
from tests.performance.stand_ins import Subscribed, delivered, handled, subscribed
from tests.support.api import Answer, delete, post, put
from tests.support.builders import ALICE, BOB, NOW, a_call_request
from tests.support.emf import metrics_in
from tests.support.streams import Record, Stream, meant_for
from tests.support.table import TABLE
from tests.support.template import function_property, template

CREATE, RING, ANSWER, END = (
    "createSession",
    "updateSessionStatus, Ringing",
    "updateSessionStatus, Connected",
    "deleteSessionById",
)
AUTHORIZER, PUBLISH, BUS, DELIVER = "authorizer", "publishing", "the bus", "delivering"
_FUNCTIONS = {
    CREATE: "CreateSession",
    RING: "UpdateSessionStatus",
    ANSWER: "UpdateSessionStatus",
    END: "DeleteSessionById",
    AUTHORIZER: "JwtAuthorizer",
    PUBLISH: "PublishEvents",
    BUS: "PublishToSessionsBus",
    DELIVER: "DeliverNotification",
}
_MB_OF_A_PROCESSOR = 1769
"""AWS, "Configure Lambda function memory"."""

_ENVIRONMENT = {
    "EVENT_SOURCE": "https://abcdefghij.execute-api.us-east-1.amazonaws.com/camara",
    "LOOPBACK_SINKS": "false",
    "POWERTOOLS_SERVICE_NAME": "webrtc-call-handling",
}
_BYTES_OF_A_LOG_EVENT = 26
"""Beside its text; CloudWatch Logs, "PutLogEvents"."""

_QUEUE_REQUESTS_OF_A_MESSAGE = 2
"""Received and deleted, alone; those by which Lambda finds a queue empty are not of a call."""

_services = count()


def play() -> WholeCall:
    """Play a call; return what it has spent."""
    with _played() as call:
        call.step(CREATE, 0, lambda: post(body=a_call_request(offer={"sdp": browser_sdp("offer")})))
        call.step(RING, 2, lambda: put(BOB, call.id, "Ringing"))
        answer = {"status": "Connected", "answer": {"sdp": browser_sdp("answer")}}
        call.step(ANSWER, 8, lambda: put(BOB, call.id, answer))
        talk = call.assumed["conversation_seconds"]
        call.step(END, 8 + talk, lambda: delete(ALICE, call.id))
        call.authorize()
        return call.whole()


class _PlayedCall:
    """A call as far as it has been played, and what it has spent."""

    def __init__(self, devices: Subscribed, posted: list[int]) -> None:
        self.assumed = read("assumptions")
        self.id = ""
        self._client, self._queue, self._bus = devices
        self._posted = posted
        self._stream = Stream(TABLE)
        self._spent: dict[str, list[Step]] = defaultdict(list)
        self._of_indexes: dict[str, int] = defaultdict(int)
        self._emitted = ""

    def step(self, name: str, seconds: int, request: Callable[[], Answer]) -> None:
        """Make a request, and play what follows from it."""
        with patch.object(clock, "now", lambda: NOW + seconds):
            answer = self._invoked(
                name,
                request,
                api_requests=1,
                log_bytes=len(access_line()) + _BYTES_OF_A_LOG_EVENT,
                bytes_out=self.assumed["bytes_of_heads"],
            )
            assert answer.status < 300, answer
            out = len(json.dumps(answer.body)) if answer.body else 0
            self._spent[name].append(Step(name, 0, 0, bytes_out=out))
            self.id = self.id or answer.body["mediaSessionId"]
            self._tell(meant_for("PublishEvents", self._stream.records()))

    def authorize(self) -> None:
        """Add what the authorizer does; of tokens that are good it logs nothing."""
        for _ in range(self.assumed["authorizer_calls"]):
            self._invoked(AUTHORIZER, lambda: None, waits=["verification"])

    def whole(self) -> WholeCall:
        """Return what has been spent."""
        functions = [
            name
            for name, resource in template()["Resources"].items()
            if resource["Type"] == "AWS::Serverless::Function"
        ]
        memory = sum(function_property(name, "MemorySize") for name in functions)
        alarms = [
            resource
            for resource in template()["Resources"].values()
            if resource["Type"] in {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"}
        ]
        return WholeCall(
            steps=[_sum(name, steps) for name, steps in self._spent.items()],
            index_units=max(self._of_indexes.values()),
            metrics=len({metric[:3] for metric in metrics_in(self._emitted)}),
            alarms=len(alarms),
            cached_gb=memory / 1024,
        )

    def _tell(self, records: list[Record]) -> None:
        """Play what follows from a change: each message has an invocation of its own."""
        # Each change has somebody to tell, so each time one batch of messages is sent.
        self._invoked(
            PUBLISH, partial(handled, publish, records), waits=["queue"], queue_requests=1
        )
        assert self._queue
        told = len(self._bus)
        self._invoked(BUS, partial(handled, put_on_bus, records), waits=["bus"])
        self._spent[BUS].append(Step(BUS, 0, 0, bus_events=len(self._bus) - told))
        for message in self._queue.take():
            sent = sum(self._posted)
            self._invoked(
                DELIVER,
                partial(delivered, message),
                waits=["sink"],
                queue_requests=_QUEUE_REQUESTS_OF_A_MESSAGE,
                bytes_out=self.assumed["bytes_of_heads"] + self.assumed["bytes_of_handshake"],
            )
            self._spent[DELIVER].append(Step(DELIVER, 0, 0, bytes_out=sum(self._posted) - sent))

    def _invoked[Answered](
        self,
        name: str,
        act: Callable[[], Answered],
        *,
        waits: list[str] | None = None,
        log_bytes: int = 0,
        **spent: int,
    ) -> Answered:
        """Invoke a function once; note what it has asked for, written and logged."""
        logged = io.StringIO()
        # Each has a logger of its own: one that exists keeps the stream that it has.
        logger = log.new_logger(f"webrtc-call-handling-{next(_services)}", logged)
        with redirect_stdout(logged), patch.object(log, "logger", lambda: logger):
            answer, cost = costed(self._client, act)
        for index, units in cost.of_indexes.items():
            self._of_indexes[index] += units
        lines = [line for line in logged.getvalue().splitlines() if line]
        self._emitted += logged.getvalue()
        lines += system_lines()
        memory_gb = function_property(_FUNCTIONS[name], "MemorySize") / 1024
        seconds = self._seconds(memory_gb, "own", *_names(cost), *(waits or []))
        size = sum(len(line.encode()) + 1 + _BYTES_OF_A_LOG_EVENT for line in lines)
        self._spent[name].append(
            Step(
                name,
                invocations=1,
                seconds=seconds,
                gb_seconds=seconds * memory_gb,
                memory_gb=memory_gb,
                write_units=cost.write_units,
                read_units=cost.read_units,
                log_bytes=size + log_bytes,
                **spent,
            )
        )
        return answer

    def _seconds(self, memory_gb: float, *spent: str) -> float:
        """Return how long all this takes, one after the other."""
        processors = memory_gb * 1024 / _MB_OF_A_PROCESSOR
        worked = sum(self.assumed["processor_milliseconds"].get(name, 0) for name in spent)
        waited = sum(self.assumed["milliseconds"].get(name, 0) for name in spent)
        return float(worked / processors + waited) / 1000


@contextmanager
def _played() -> Iterator[_PlayedCall]:
    posted = list[int]()

    def post_to_sink(_sink: Any, body: bytes, *_: Any, **__: Any) -> int:
        posted.append(len(body))
        return 204

    with subscribed(post_to_sink, **_ENVIRONMENT) as devices:
        yield _PlayedCall(devices, posted)


def _names(cost: Cost) -> list[str]:
    return [request.name for request in cost.sent]


def _sum(name: str, steps: list[Step]) -> Step:
    return Step(
        name,
        **{
            field: sum(getattr(step, field) for step in steps)
            for field in Step.__dataclass_fields__
            if field != "name"
        },
    )
