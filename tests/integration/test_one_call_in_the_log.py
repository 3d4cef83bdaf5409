"""The runbook's query finds everything about one call, whichever function has logged it."""

import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from camara.scope import EventType
from notifications import deliver_notification, delivery
from tests.support.api import delete, post, put
from tests.support.builders import ALICE, BOB, OFFER, a_call_request, a_location
from tests.support.lambda_poller import Poller
from tests.support.messaging import Requests, put_on_bus, subscribe
from tests.support.on_moto import Messaging
from tests.support.privacy import personal_in
from tests.support.session_events import ANSWERED, BOBS, INVITATION, publish, tell_the_bus
from tests.support.streams import Stream

RUNBOOK = Path(__file__).parents[2] / "docs" / "operate.md"
HUNG_UP = str(UUID(int=1))

type Line = dict[str, Any]


class Query:
    """The query of the runbook for a call."""

    def __init__(self, call: str) -> None:
        [text] = re.findall(r"( +filter @message like .*?)\n\n", RUNBOOK.read_text(), re.DOTALL)
        self._call = call
        [pattern] = re.findall(r"parse @message /(.*)/", text.replace("<mediaSessionId>", call))
        self._told = re.compile(pattern.replace("(?<", "(?P<"))
        [shown] = re.findall(r"fields (.*?)\n +\|", text, re.DOTALL)
        names = [
            name.strip(" `\n")
            for name in shown.replace("coalesce(version, told) as", "").split(",")
        ]
        self.fields = {name for name in names if not name.startswith("@")}

    def ask(self, log: str) -> list[Line]:
        """Return the lines that it finds, as it shows them."""
        found = []
        for text in log.splitlines():
            if self._call not in text:
                continue
            line = json.loads(text)
            told = self._told.search(text)
            line["change"] = line.get("version", told and int(told["told"]))
            found.append({name: line[name] for name in self.fields if name in line})
        return found


class Told(NamedTuple):
    """What the query finds, the whole log, and another call that is in it."""

    query: Query
    found: list[Line]
    log: str
    other: str


@pytest.fixture
def told(
    messaging: Messaging,
    session_stream: Stream,
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> Told:
    """A call that rings, is answered and ended, all of it told, and another that just begins."""
    monkeypatch.setattr(delivery, "post", lambda *_, **__: 204)
    subscribe(1, type=EventType.SESSION_STATUS)
    subscribe(2, **INVITATION)
    subscribe(3, **BOBS, type=EventType.SESSION_STATUS)
    poller = Poller(messaging.queue, deliver_notification.handler)

    def follow() -> None:
        records = session_stream.records()
        assert publish(records) == tell_the_bus(records) == []
        poller.deliver_all()

    other = post().body["mediaSessionId"]
    call = post(body=a_call_request(locationDetails=a_location())).body["mediaSessionId"]
    follow()
    put(BOB, call, {"status": "Ringing", "locationDetails": a_location()})
    follow()
    put(BOB, call, ANSWERED | {"answer": {"sdp": OFFER}})
    follow()
    delete(ALICE, call, correlator=HUNG_UP)
    follow()
    query = Query(call)
    return Told(query, query.ask(logged.getvalue()), logged.getvalue(), other)


def test_it_finds_each_step_and_which_change_that_made_or_told_of(told: Told) -> None:
    steps = Counter((line["message"], line["change"]) for line in told.found)
    assert steps == {
        ("createSession", 1): 1,
        ("updateSessionStatus", 2): 1,
        ("updateSessionStatus", 3): 1,
        ("deleteSessionById", 4): 1,
        **{("PublishEvents", version): 1 for version in range(1, 5)},
        **{("PublishToSessionsBus", version): 1 for version in range(1, 5)},
        # The invitation to the one, each change to both.
        ("DeliverNotification", 1): 1,
        **{("DeliverNotification", version): 2 for version in range(2, 5)},
    }
    delivered = [line for line in told.found if line["message"] == "DeliverNotification"]
    assert {line["outcome"] for line in delivered} == {"delivered"}
    assert len({line["subscriptionId"] for line in delivered}) == 3


def test_it_shows_what_each_request_did_and_the_ids_to_go_on_with(told: Told) -> None:
    requests = [line for line in told.found if "httpStatus" in line]

    assert [(line.get("from"), line["to"], line["httpStatus"]) for line in requests] == [
        (None, "Initial", 201),
        ("Initial", "Ringing", 200),
        ("Ringing", "Connected", 200),
        ("Connected", "Terminated", 204),
    ]
    assert len({line["requestId"] for line in requests}) == len(requests)
    assert len({line["functionRequestId"] for line in told.found}) == len(told.found)
    # Who deleted it is known by the correlator, in what follows from that as well.
    by_correlator = [line["message"] for line in told.found if line.get("correlator") == HUNG_UP]
    assert by_correlator == ["deleteSessionById", "DeliverNotification", "DeliverNotification"]


def test_each_field_that_it_shows_is_one_that_lines_have(told: Told) -> None:
    of_failures = {"code", "fault"}

    assert told.query.fields == {name for line in told.found for name in line} | of_failures


def test_what_it_does_not_find_is_of_another_call_and_no_line_names_anybody(told: Told) -> None:
    others = [line for line in told.log.splitlines() if told.other in line]

    assert len(told.found) + len(others) >= len(told.log.splitlines())
    assert personal_in(told.log) == []


def test_the_bus_names_a_change_by_the_same_two(
    messaging: Messaging, session_stream: Stream, requests: Requests
) -> None:
    del messaging
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    tell_the_bus(session_stream.records())

    details = [entry["Detail"] for entry in put_on_bus(requests)]
    assert [(each["mediaSessionId"], each["sequenceNumber"]) for each in details] == [
        (call, 1),
        (call, 2),
    ]
