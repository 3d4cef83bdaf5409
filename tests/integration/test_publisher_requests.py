"""What publishing costs: few requests for many records, and nothing for what is over."""

from collections import Counter
from typing import Any

import pytest
from botocore.client import BaseClient

from camara.scope import EventType
from notifications.item import key, subscription_item
from notifications.store import subscription_store
from notifications.subscription import Subscription, TerminationReason
from tests.support.api import post, put
from tests.support.audiences import store_all, stored_subscriptions
from tests.support.builders import ALICE_KEY, BOB, NOW, a_registration, a_subscription
from tests.support.configured import configure
from tests.support.devices import deregister, register
from tests.support.messaging import Requests, subscribe
from tests.support.on_moto import FakeClock
from tests.support.session_events import ANSWERED, FUNCTION, publish
from tests.support.session_records import of_calls
from tests.support.streams import Stream, meant_for
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS

pytestmark = pytest.mark.usefixtures("messaging")


def caller(call: int) -> str:
    return f"+1202556{call:04}"


def receiver(call: int) -> str:
    return f"+1202557{call:04}"


def names(requests: Requests) -> Counter[str]:
    return Counter(name for name, _ in requests)


def keys_read(requests: Requests) -> list[int]:
    """Return how many keys are read in each request."""
    wanted = [arguments["RequestItems"] for name, arguments in requests if name == "BatchGetItem"]
    return [len(of["Keys"]) for each in wanted for of in each.values()]


def of_many_devices(how_many: int) -> list[Subscription]:
    return [a_subscription(place, of=a_registration(device=place)) for place in range(how_many)]


def ended(subscription: Subscription) -> Subscription:
    return subscription.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)


def test_a_hundred_calls_cost_three_reads_and_a_request_for_ten_messages(
    requests: Requests,
) -> None:
    store_all(a_subscription(call, subscriber=caller(call)) for call in range(45))
    calls = [*range(100), *range(100)]
    records = of_calls(calls, lambda call: (caller(call), receiver(call)))[100:]
    requests.clear()

    assert publish(records) == []
    assert names(requests) == {"BatchGetItem": 3, "SendMessageBatch": 5}
    assert keys_read(requests) == [100, 100, 100]


def test_what_a_hundred_changes_have_in_common_is_read_once(requests: Requests) -> None:
    assert publish(of_calls([1, 2] * 50)) == []
    assert names(requests) == {"BatchGetItem": 2}
    assert keys_read(requests) == [2, 1]


def test_of_an_answered_call_no_register_is_read(
    session_stream: Stream, requests: Requests
) -> None:
    put(BOB, post().body["mediaSessionId"], ANSWERED)
    [_, answered] = meant_for(FUNCTION, session_stream.records())
    requests.clear()

    assert publish([answered]) == []
    assert keys_read(requests) == [2]


def test_what_makes_no_sense_is_not_read_for(
    monkeypatch: pytest.MonkeyPatch, requests: Requests
) -> None:
    configure(monkeypatch, EVENTS_NOT_PUBLISHED="https://sqs.eu-central-1.amazonaws.com/1/none")
    records = of_calls([1, 2])
    for record in records:
        del record["dynamodb"]["NewImage"]["receiver"]
    publish(records)

    assert names(requests) == {"SendMessage": 2}


def test_what_has_ended_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    subscribe(0)
    store_all([a_subscription(0), *(ended(a_subscription(number)) for number in range(1, 301))])

    assert len(stored_subscriptions(ALICE_KEY)) == 301
    assert listeners_read(monkeypatch) == [1]


def test_what_ends_leaves_the_audience_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert listeners_read(monkeypatch) == []
    for number in range(3):
        subscribe(number)
    assert listeners_read(monkeypatch) == [3]
    for number in range(3):
        subscription_store().change(ALICE_KEY, a_subscription(number).subscription_id, ended)

    assert listeners_read(monkeypatch) == [0]


def test_what_expires_leaves_the_audience_with_its_next_change(
    monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    for number in range(3):
        subscribe(number, ends_at=NOW + 60)
    clock.now += 60
    assert listeners_read(monkeypatch) == [3]
    subscribe(3)

    assert listeners_read(monkeypatch) == [1]


def listeners_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Publish a change of Alice's call; return how many subscriptions are in each item read."""
    real = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001
    read: list[int] = []

    def look(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        answer = real(client, name, arguments)
        items = answer.get("Responses", {}).get(SUBSCRIPTIONS, [])
        read.extend(len(item["listeners"]["M"]) for item in items)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", look)
        assert publish(of_calls([1, 1])) == []
    return read


def test_many_ends_of_registrations_cost_one_read(requests: Requests) -> None:
    stream = Stream(REGISTRATIONS)
    store_all(
        a_subscription(number, subscriber=receiver(number), type=EventType.REGISTRATION_ENDS)
        for number in range(12)
    )
    for number in range(12):
        register(receiver(number))
        deregister(receiver(number))
    records = stream.records()
    requests.clear()

    assert publish(records) == []
    assert names(requests) == {"BatchGetItem": 1, "SendMessageBatch": 2}
    assert keys_read(requests) == [12]


def test_many_ends_of_subscriptions_cost_no_read(requests: Requests) -> None:
    records = [
        {
            "eventName": "MODIFY",
            "dynamodb": {
                "ApproximateCreationDateTime": NOW,
                "Keys": key(subscription.subscriber_key, subscription.subscription_id),
                "NewImage": subscription_item(ended(subscription)),
                "OldImage": subscription_item(subscription),
                "SequenceNumber": str(number),
            },
        }
        for number, subscription in enumerate(of_many_devices(100))
    ]
    requests.clear()

    assert publish(records) == []
    assert names(requests) == {"SendMessageBatch": 10}
