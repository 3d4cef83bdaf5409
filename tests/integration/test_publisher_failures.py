"""A publisher whose requests fail: all comes again, nothing is lost, and nothing overtakes."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import pytest
from botocore.client import BaseClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aws.retry import ATTEMPTS
from camara.errors import Unavailable
from camara.identity import SubscriberKey, derive_subscriber_key
from camara.scope import EventType
from notifications import publish_session_events, publishing
from notifications.audience import Audience
from notifications.item import audience_item
from notifications.queues import NotificationQueue
from registration.item import register_item, subscriber_owner
from registration.register import Register
from tests.support.audiences import store_all
from tests.support.builders import ALICE, BOB, EVE, NOW, a_registration, a_subscription
from tests.support.configured import configure
from tests.support.fake_sqs import FakeSqs, Fate
from tests.support.messaging import taken_from
from tests.support.on_moto import Messaging
from tests.support.races import waiting
from tests.support.session_events import numbers, publish
from tests.support.session_records import media_session_id, of_calls
from tests.support.stream_reader import read_stream
from tests.support.table import REGISTRATIONS as REGISTRATIONS_TABLE
from tests.support.table import SUBSCRIPTIONS as SUBSCRIPTIONS_TABLE

STATUS, INVITATION = EventType.SESSION_STATUS, EventType.SESSION_INVITATION
SUBSCRIPTIONS = [
    a_subscription(place, subscriber=subscriber, type=kind)
    for place, (subscriber, kind) in enumerate(
        [(ALICE, STATUS), (BOB, STATUS), (EVE, STATUS)] * 3
        + [(BOB, INVITATION), (EVE, INVITATION)] * 2
    )
]
KEYS = {derive_subscriber_key(number): number for number in (ALICE, BOB, EVE)}
RECEIVERS = {1: BOB, 2: EVE, 3: BOB, 4: EVE}
"""Whom Alice calls."""

type Told = dict[str, list[tuple[str, int]]]
"""Call and number of each change, by subscription."""


class Tables:
    """Stands in for the stores: serves, or does not."""

    def __init__(self, served: Iterable[bool]) -> None:
        self._served = iter(served)
        audiences = {number: Audience(number) for number in KEYS}
        for subscription in SUBSCRIPTIONS:
            number = subscription.subscriber_key
            audiences[number] = audiences[number].after(subscription, NOW)
        self._audiences = {number: audience_item(each, NOW) for number, each in audiences.items()}

    def audience_items(self, numbers: list[SubscriberKey]) -> dict[str, Any]:
        self._serve()
        return {number: self._audiences[number] for number in numbers}

    def items_of(self, numbers: list[SubscriberKey]) -> dict[str, Any]:
        self._serve()
        return {
            number: register_item(
                Register(subscriber_owner(number)).with_(a_registration(KEYS[number]), NOW),
                "1",
                NOW,
            )
            for number in numbers
        }

    def _serve(self) -> None:
        if not next(self._served, True):
            raise Unavailable


def to_be_told(calls: list[int], senseless: set[int]) -> Told:
    """Return what each subscription is to hear, in order."""
    told: Told = {}
    versions = dict.fromkeys(RECEIVERS, 0)
    for place, call in enumerate(calls):
        versions[call] += 1
        for subscription in SUBSCRIPTIONS:
            invites = versions[call] == 1
            ends = {RECEIVERS[call]} if invites else {ALICE, RECEIVERS[call]}
            kind = INVITATION if invites else STATUS
            concerned = subscription.subscriber_key in set(map(derive_subscriber_key, ends))
            if place not in senseless and concerned and subscription.type is kind:
                known = told.setdefault(subscription.subscription_id, [])
                known.append((media_session_id(call), versions[call]))
    return told


def heard(sqs: FakeSqs) -> Told:
    """Return what each subscription hears, in the order of the queue."""
    told: Told = {}
    for body in chain.from_iterable(sqs.queued.values()):
        known = told.setdefault(body["subscription_id"], [])
        known.append((body["media_session_id"], body["data"]["sequenceNumber"]))
    return told


def stand_in(monkeypatch: pytest.MonkeyPatch, sqs: FakeSqs, tables: Tables) -> None:
    """Have the publisher use these instead of AWS."""
    client: Any = sqs
    configure(monkeypatch, EVENTS_NOT_PUBLISHED="not-published")
    monkeypatch.setattr(
        publishing, "notification_queue", lambda: NotificationQueue(client, "notifications")
    )
    monkeypatch.setattr(publishing, "sqs_client", lambda: client)
    monkeypatch.setattr(publish_session_events, "subscription_store", lambda: tables)
    monkeypatch.setattr(publish_session_events, "registration_store", lambda: tables)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    calls=st.lists(st.sampled_from(sorted(RECEIVERS)), min_size=1, max_size=30),
    senseless=st.sets(st.integers(0, 29), max_size=2),
    size=st.sampled_from([1, 3, 10, 100]),
    served=st.lists(st.booleans(), max_size=6),
    fates=st.lists(st.sampled_from(Fate), max_size=6),
    stopped=st.lists(st.booleans(), max_size=3),
)
@example([1] * 12, set(), 100, [], [Fate.REFUSED, Fate.TAKEN], [])
@example([1, 2, 1, 2], {1}, 100, [True, False], [Fate.DENIED, Fate.LOST], [True])
def test_whatever_fails_all_is_told_in_order_and_known_again(
    monkeypatch: pytest.MonkeyPatch,
    calls: list[int],
    senseless: set[int],
    size: int,
    served: list[bool],
    fates: list[Fate],
    stopped: list[bool],
) -> None:
    sqs, tables = FakeSqs(fates), Tables(served)
    stand_in(monkeypatch, sqs, tables)
    records = of_calls(calls, lambda call: (ALICE, RECEIVERS[call]))
    senseless &= set(range(len(records)))
    for place in senseless:
        del records[place]["dynamodb"]["NewImage"]["receiver"]

    read_stream(publish, records, size, iter(stopped))

    assert heard(sqs) == to_be_told(calls, senseless)
    assert all(len(ids) == 1 for ids in sqs.ids.values())
    assert len(set().union(*sqs.ids.values())) == sum(map(len, sqs.queued.values()))
    for bodies in sqs.requests:
        assert len({body["subscription_id"] for body in bodies}) == len(bodies) <= 10
    aside = {each["DDBStreamBatchInfo"]["startSequenceNumber"] for each in sqs.set_aside}
    assert aside == {records[place]["dynamodb"]["SequenceNumber"] for place in senseless}


@pytest.mark.parametrize("table_name", [SUBSCRIPTIONS_TABLE, REGISTRATIONS_TABLE])
@pytest.mark.parametrize("times", [1, 9, 10])
def test_keys_that_dynamodb_leaves_out_are_asked_for_again(
    messaging: Messaging, monkeypatch: pytest.MonkeyPatch, table_name: str, times: int
) -> None:
    store_all(SUBSCRIPTIONS)
    records = of_calls([1, 2, 1, 2], lambda call: (ALICE, RECEIVERS[call]))
    real = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001
    left_out: list[Any] = []

    def leave_one_out(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        wanted = arguments.get("RequestItems", {}).get(table_name)
        if name != "BatchGetItem" or not wanted or len(left_out) == times:
            return real(client, name, arguments)
        left_out.append(wanted["Keys"][-1])
        some = {table_name: wanted | {"Keys": wanted["Keys"][:-1]}}
        rest = {table_name: wanted | {"Keys": wanted["Keys"][-1:]}}
        nothing: dict[str, Any] = {"Responses": {}}
        answer = real(client, name, {"RequestItems": some}) if wanted["Keys"][:-1] else nothing
        return answer | {"UnprocessedKeys": rest}

    waits = waiting(monkeypatch)
    monkeypatch.setattr(BaseClient, "_make_api_call", leave_one_out)
    assert publish(records) == ([numbers(records)[0]] if times == ATTEMPTS else [])
    assert len(waits) == min(times, ATTEMPTS - 1)
    assert len({str(key) for key in left_out}) == 1
    if times == ATTEMPTS:
        assert taken_from(messaging.queue) == []
        assert publish(records) == []

    told = taken_from(messaging.queue)
    expected = to_be_told([1, 2, 1, 2], set())
    assert len(told) == sum(map(len, expected.values()))
    assert {each["subscription_id"] for each in told} == expected.keys()
