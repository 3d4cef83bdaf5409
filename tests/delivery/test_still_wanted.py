"""Whether there is still somebody to tell of an event, and something to tell."""

from typing import Any

import pytest

from camara.scope import EventType
from notifications.subscription import TerminationReason
from tests.support.api import a_call, delete
from tests.support.builders import ALICE, BOB, NOW, a_subscription
from tests.support.evidence import TOKEN, a_credential, events_at, ids_at, now_of, outcomes
from tests.support.lambda_poller import HAPPENED, Poller, a_change_of, a_notification, an_ending
from tests.support.messaging import subscribe
from tests.support.on_moto import FakeClock
from tests.support.stored_calls import a_call_of, store
from tests.support.webhook import Webhook, answer

INVITATION, STATUS = EventType.SESSION_INVITATION, EventType.SESSION_STATUS
OVER: list[dict[str, Any]] = [
    {"ended": TerminationReason.SUBSCRIPTION_DELETED, "ended_at": NOW},
    {"ends_at": NOW},
    {"ends_at": NOW - 1},
]


@pytest.mark.parametrize("changes", OVER)
def test_a_subscription_that_is_over_hears_nothing_else(
    poller: Poller, webhook: Webhook, changes: dict[str, Any]
) -> None:
    subscription = subscribe(sink=webhook.url, **changes)
    poller.put(a_notification(subscription))

    assert poller.deliver()
    assert webhook.received == []
    assert now_of(subscription) == subscription


def test_a_subscription_that_is_gone_hears_nothing(
    poller: Poller, webhook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    poller.put(a_notification(a_subscription(sink=webhook.url)))

    assert poller.deliver()
    assert webhook.received == []
    assert outcomes(capsys.readouterr().out) == [("registration-ends", "dropped")]


@pytest.mark.parametrize("credential", [True, False])
@pytest.mark.parametrize(
    "reason", [TerminationReason.SUBSCRIPTION_DELETED, TerminationReason.ACCESS_TOKEN_EXPIRED]
)
def test_the_end_is_told_with_the_credential_if_there_is_one(
    poller: Poller,
    webhook: Webhook,
    reason: TerminationReason,
    credential: bool,  # noqa: FBT001
) -> None:
    subscription = subscribe(
        sink=webhook.url,
        ended=reason,
        ended_at=NOW,
        ends_at=NOW,
        credential=a_credential(expires_at=NOW - 1) if credential else None,
    )
    poller.put(an_ending(subscription))

    assert poller.deliver()
    assert [event["type"] for event in events_at(webhook)] == [EventType.SUBSCRIPTION_ENDED]
    expected = f"Bearer {TOKEN}" if credential else None
    assert webhook.received[0].headers.get("authorization") == expected


@pytest.mark.parametrize("status", [401, 403, 410])
def test_a_sink_that_does_not_want_to_hear_of_the_end_is_left_alone(
    poller: Poller, webhook: Webhook, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    subscription = subscribe(sink=webhook.url, **OVER[0])
    webhook.then(answer(status))
    poller.put(an_ending(subscription))

    assert poller.deliver()
    assert now_of(subscription) == subscription
    assert outcomes(capsys.readouterr().out) == [("subscription-ended", "refused")]


def test_as_many_as_were_wanted_are_delivered_and_then_it_has_ended(
    poller: Poller, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url, max_events=2)
    sent = [a_notification(subscription, number) for number in (1, 2, 3)]
    poller.put(*sent)

    assert poller.deliver_all() == 3
    after = now_of(subscription)
    assert (after.ended, after.ended_at) == (TerminationReason.MAX_EVENTS_REACHED, NOW)
    assert (after.delivered, after.last_event_id) == (2, sent[1].event_id)
    poller.put(an_ending(after))
    assert poller.deliver()
    assert ids_at(webhook) == [*(each.event_id for each in sent[:2]), an_ending(after).event_id]
    assert now_of(subscription).ended is TerminationReason.MAX_EVENTS_REACHED


@pytest.mark.parametrize("status", ["Initial", "Ringing"])
def test_to_a_call_that_rings_its_receiver_is_invited(
    poller: Poller, webhook: Webhook, status: str
) -> None:
    subscription = subscribe(subscriber=BOB, sink=webhook.url, type=INVITATION)
    invitation = a_change_of(a_call(status), subscription, INVITATION)
    poller.put(invitation)

    assert poller.deliver()
    assert ids_at(webhook) == [invitation.event_id]


@pytest.mark.parametrize("what", ["gone", "answered", "ended"])
def test_to_a_call_that_does_not_ring_any_more_nobody_is_invited(
    poller: Poller, webhook: Webhook, what: str
) -> None:
    call = "gone" if what == "gone" else a_call("Connected" if what == "answered" else "Ringing")
    if what == "ended":
        delete(ALICE, call)
    subscription = subscribe(subscriber=BOB, sink=webhook.url, type=INVITATION)
    poller.put(a_change_of(call, subscription, INVITATION))

    assert poller.deliver()
    assert webhook.received == []
    assert now_of(subscription) == subscription


@pytest.mark.parametrize(("waited", "outcome"), [(30, "delivered"), (31, "late")])
@pytest.mark.parametrize("kind", [STATUS, INVITATION])
def test_of_a_call_that_had_to_wait_the_latest_state_is_told_in_a_moment(
    poller: Poller,
    webhook: Webhook,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    waited: int,
    outcome: str,
    kind: EventType,
) -> None:
    """As if the sink had failed, so that what else has waited is not sent either."""
    store(a_call_of("call", at=NOW, version=3))
    subscription = subscribe(subscriber=BOB, sink=webhook.url, type=kind)
    change = a_change_of("call", subscription, kind)
    poller.put(change)
    clock.now = HAPPENED + waited
    capsys.readouterr()

    assert poller.deliver()
    assert len(webhook.received) == (outcome == "delivered")
    assert [word for _, word in outcomes(capsys.readouterr().out)] == [outcome]
    assert now_of(subscription).is_probed_by(change.event_id, NOW) == (outcome == "late")


def test_the_end_of_a_registration_may_wait(
    poller: Poller, webhook: Webhook, clock: FakeClock
) -> None:
    poller.put(a_notification(subscribe(sink=webhook.url, type=EventType.REGISTRATION_ENDS)))
    clock.now = NOW + 3600

    assert poller.deliver()
    assert len(webhook.received) == 1


def test_how_a_call_ended_is_told_though_it_is_stored_no_more(
    poller: Poller, webhook: Webhook
) -> None:
    poller.put(a_change_of("gone", subscribe(sink=webhook.url), STATUS))

    assert poller.deliver()
    [event] = events_at(webhook)
    assert event["data"]["mediaSessionId"] == "gone"
    assert "originatorAddress" not in event["data"]
