"""The webhook of the tour, and what the tour makes of what comes to it."""

import json
from collections.abc import Iterator

import pytest

from infra.local.inbox import Heard, Inbox
from infra.local.loopback_http import call
from infra.local.people import ALICE, BOB, Person
from infra.local.subscriptions import EVENTS
from infra.local.webhook import Webhook, serving

SOON = 0.2


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with serving() as served:
        yield served


@pytest.fixture
def shown() -> list[Heard]:
    return []


@pytest.fixture
def inbox(webhook: Webhook, shown: list[Heard], monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """Alice's and Bob's, which waits for no more than a moment."""
    monkeypatch.setattr("infra.local.inbox._SECONDS", SOON)
    monkeypatch.setattr("infra.local.inbox._STRAY_SECONDS", SOON)
    made = Inbox(webhook, shown.append)
    made.sink(ALICE)
    made.sink(BOB)
    return made


def _tell(
    webhook: Webhook, person: Person, number: int, event_id: str, event: str = "session-status"
) -> int:
    data = {"mediaSessionId": "call", "sequenceNumber": number, "reason": f"Change {number}"}
    body = {"id": event_id, "type": f"{EVENTS}.{event}", "data": {"subscriptionId": "1"} | data}
    return call("POST", webhook.sink(person.name), {}, json.dumps(body)).status


def _change(person: Person, number: int, event: str = "session-status") -> Heard:
    return Heard(person, event, number, f"Change {number}")


def test_answers_as_it_is_told_and_remembers_by_sink(webhook: Webhook) -> None:
    webhook.answer("Alice", 500, 410)

    answers = [_tell(webhook, ALICE, number, str(number)) for number in range(3)]

    assert answers == [500, 410, 204]
    assert [each.status for each in webhook.attempts("Alice")] == answers
    assert [each.event["id"] for each in webhook.taken("Alice")] == ["2"]
    assert not webhook.attempts("Bob")


def test_fails_until_it_is_told_to_work(webhook: Webhook) -> None:
    webhook.fail("Alice")

    answers = [_tell(webhook, ALICE, number, str(number)) for number in range(3)]
    webhook.work("Alice")

    assert answers == [500, 500, 500]
    assert _tell(webhook, ALICE, 3, "3") == 204
    assert _tell(webhook, BOB, 1, "4") == 204


def test_keeps_headers_by_names_in_lower_case(webhook: Webhook) -> None:
    call("POST", webhook.sink("Alice"), {"X-Correlator": "One"}, "{}")

    assert webhook.attempts("Alice")[0].headers["x-correlator"] == "One"


def test_what_was_to_come_has_come(webhook: Webhook, inbox: Inbox, shown: list[Heard]) -> None:
    _tell(webhook, ALICE, 2, "a2")
    _tell(webhook, BOB, 2, "b2")
    _tell(webhook, BOB, 1, "b1", "session-invitation")

    # Of different types, and to different people, in any order.
    expected = [_change(BOB, 1, "session-invitation"), _change(BOB, 2), _change(ALICE, 2)]
    assert inbox.hear("call", expected) == []
    assert inbox.strays() == []
    assert shown == [_change(ALICE, 2), _change(BOB, 2), _change(BOB, 1, "session-invitation")]
    assert str(shown[0]) == "        -> Alice  session-status       2  Change 2"


@pytest.mark.parametrize("came", [[], [1], [2, 1], [1, 1], [1, 2, 3]])
def test_what_has_come_is_not_what_was_to_come(
    webhook: Webhook, inbox: Inbox, came: list[int]
) -> None:
    for place, number in enumerate(came):
        _tell(webhook, ALICE, number, str(place))

    assert inbox.hear("call", [_change(ALICE, 1), _change(ALICE, 2)])


def test_what_comes_twice_or_for_nobody_is_a_stray(webhook: Webhook, inbox: Inbox) -> None:
    _tell(webhook, ALICE, 1, "same")
    assert inbox.hear("call", [_change(ALICE, 1)]) == []

    _tell(webhook, ALICE, 1, "same")

    assert len(inbox.strays()) == 2
