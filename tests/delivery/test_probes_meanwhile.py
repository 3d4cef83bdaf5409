"""What has happened to a subscription while its sink was not asked, or while it was."""

from typing import Any

import pytest

from camara.scope import EventType
from notifications.subscription import TerminationReason
from tests.support.api import a_call, delete, put
from tests.support.builders import ALICE, BOB, NOW, a_subscription
from tests.support.evidence import a_credential, now_of, outcomes, states_at
from tests.support.faulty_dynamodb import client_error
from tests.support.lambda_poller import Poller, a_change_of, a_notification
from tests.support.marked import catch_ups_in, change, kept_in, marked
from tests.support.messaging import failing
from tests.support.on_moto import FakeClock, Messaging
from tests.support.races import just_before
from tests.support.session_events import ANSWERED
from tests.support.webhook import Webhook, answer

pytestmark = pytest.mark.usefixtures("at_once")

STATUS, INVITATION = EventType.SESSION_STATUS, EventType.SESSION_INVITATION


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, TerminationReason.ACCESS_TOKEN_EXPIRED),
        (403, TerminationReason.ACCESS_TOKEN_EXPIRED),
        (410, TerminationReason.NETWORK_TERMINATED),
    ],
)
def test_a_refusal_ends_the_subscription(
    prober: Poller,
    messaging: Messaging,
    webhook: Webhook,
    status: int,
    reason: TerminationReason,
    capsys: pytest.CaptureFixture[str],
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url)
    webhook.then(answer(status))
    prober.put(notification)

    assert prober.deliver()
    assert (now_of(subscription).ended, now_of(subscription).failures) == (reason, 1)
    assert catch_ups_in(messaging.queue) == []
    assert outcomes(capsys.readouterr().out) == [("registration-ends", "refused")]


@pytest.mark.parametrize("status", [401, 403, 410])
def test_who_has_a_new_credential_meanwhile_is_asked_again(
    prober: Poller, webhook: Webhook, at_once: list[int], status: int
) -> None:
    subscription, notification = marked(
        a_notification, sink=webhook.url, credential=a_credential(token="old-token")
    )
    renewed = a_credential(token="new-token")

    def refuse(exchange: Any) -> None:
        change(subscription, credential=renewed)
        answer(status)(exchange)

    webhook.then(refuse)
    prober.put(notification)

    assert [prober.deliver(), prober.deliver()] == [False, True]
    assert at_once == [10]
    sent = [received.headers["authorization"] for received in webhook.received]
    assert sent == ["Bearer old-token", "Bearer new-token"]
    assert now_of(subscription).ended is None


def test_a_credential_that_has_expired_meanwhile_ends_the_subscription(
    prober: Poller, webhook: Webhook, clock: FakeClock
) -> None:
    subscription, notification = marked(
        a_notification, sink=webhook.url, credential=a_credential(expires_at=NOW + 60)
    )
    prober.put(notification)
    clock.now = NOW + 60

    assert prober.deliver()
    assert now_of(subscription).ended is TerminationReason.ACCESS_TOKEN_EXPIRED
    assert webhook.received == []


@pytest.mark.parametrize(
    "over",
    [
        {"ended": TerminationReason.SUBSCRIPTION_DELETED, "ended_at": NOW},
        {"ends_at": NOW},
    ],
)
def test_a_subscription_that_is_over_is_asked_nothing(
    prober: Poller, webhook: Webhook, over: dict[str, Any]
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url, **over)
    prober.put(notification)

    assert prober.deliver()
    assert webhook.received == []
    assert now_of(subscription) == subscription


def test_a_subscription_that_is_gone_is_asked_nothing(
    prober: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    prober.put(a_notification(a_subscription(sink=webhook.url)))

    assert prober.deliver()
    assert (webhook.received, catch_ups_in(messaging.queue)) == ([], [])


@pytest.mark.parametrize("what", ["gone", "answered", "ended"])
def test_an_invitation_that_is_moot_is_not_sent_and_what_comes_next_asks(
    poller: Poller, prober: Poller, messaging: Messaging, webhook: Webhook, what: str
) -> None:
    call = "gone" if what == "gone" else a_call()
    subscription, moot = marked(
        lambda known: a_change_of(call, known, INVITATION),
        sink=webhook.url,
        type=INVITATION,
        failures=2,
    )
    if what == "answered":
        put(BOB, call, ANSWERED)
    elif what == "ended":
        delete(ALICE, call)
    prober.put(moot)

    assert prober.deliver()
    assert webhook.received == []
    after = now_of(subscription)
    assert (after.failing_since, after.failures, after.worked_at) == (None, 2, None)
    assert len(catch_ups_in(messaging.queue)) == 1
    webhook.then(answer(500))
    invitation = a_change_of(a_call(), subscription, INVITATION)
    poller.put(invitation)
    assert poller.deliver()
    after = now_of(subscription)
    assert (after.probe, after.failures) == (invitation.event_id, 3)


def test_an_invitation_that_is_moot_when_it_would_be_sent_has_not_been_heard(
    prober: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = a_call()
    subscription, notification = marked(
        lambda known: a_change_of(call, known, INVITATION),
        sink=webhook.url,
        type=INVITATION,
        max_events=1,
    )
    prober.put(notification)
    # The call has been read once, and is read again with what is beside it.
    just_before(monkeypatch, "Query", lambda: put(BOB, call, ANSWERED))

    assert prober.deliver()
    after = now_of(subscription)
    assert (webhook.received, after.failing_since) == ([], None)
    assert (dict(after.told), after.delivered, after.ended) == ({}, 0, None)


@pytest.mark.parametrize(
    "mark",
    [{"probe": "another"}, {"failing_since": None, "probe": "", "behind_since": None}],
)
def test_a_probe_of_an_earlier_failure_asks_nothing(
    prober: Poller,
    messaging: Messaging,
    webhook: Webhook,
    mark: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url, **mark)
    prober.put(notification)

    assert prober.deliver()
    assert (webhook.received, catch_ups_in(messaging.queue)) == ([], [])
    assert now_of(subscription) == subscription
    assert outcomes(capsys.readouterr().out) == [("registration-ends", "dropped")]


def test_who_has_cleared_the_mark_and_was_stopped_then_has_it_catch_up_all_the_same(
    prober: Poller, messaging: Messaging, webhook: Webhook, at_once: list[int]
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url)
    prober.put(notification)

    with pytest.MonkeyPatch.context() as patch:
        failing(patch, "SendMessageBatch", client_error("ServiceUnavailable"))
        assert not prober.deliver()
    assert (now_of(subscription).failing_since, at_once) == (None, [5])
    assert catch_ups_in(messaging.queue) == []
    assert prober.deliver()
    [message] = catch_ups_in(messaging.queue)
    assert message.subscription_id == subscription.subscription_id
    assert len(webhook.received) == 1


def test_a_mark_that_is_cleared_meanwhile_is_not_made_again(
    prober: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url)

    def overtaken(exchange: Any) -> None:
        change(subscription, failing_since=None, probe="")
        answer(500)(exchange)

    webhook.then(overtaken)
    prober.put(notification)

    assert prober.deliver()
    after = now_of(subscription)
    assert (after.failing_since, after.failures) == (None, 1)
    assert kept_in(messaging.probes) == []


def test_a_copy_that_asks_at_the_same_time_is_not_counted(
    prober: Poller, webhook: Webhook, at_once: list[int]
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url)
    prober.put(notification, notification)
    copy = prober.receive()
    assert copy is not None

    def overtaken(exchange: Any) -> None:
        assert not prober.invoke(copy)
        answer(500)(exchange)

    webhook.then(overtaken, answer(500))

    assert not prober.deliver()
    assert (now_of(subscription).failures, at_once) == (2, [10, 10])


@pytest.mark.parametrize("status", [204, 500])
def test_a_mark_that_is_another_one_by_now_stays(
    prober: Poller, messaging: Messaging, webhook: Webhook, status: int
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url)

    def overtaken(exchange: Any) -> None:
        change(subscription, failing_since=NOW, probe="another")
        answer(status)(exchange)

    webhook.then(overtaken)
    prober.put(notification)

    assert prober.deliver()
    after = now_of(subscription)
    assert (after.failing_since, after.probe, after.failures) == (NOW, "another", 1)
    assert kept_in(messaging.probes) == []


@pytest.mark.parametrize("operation", ["GetItem", "BatchGetItem", "Decrypt", "PutItem"])
def test_our_own_faults_are_not_counted_however_many(
    prober: Poller, webhook: Webhook, operation: str
) -> None:
    call = a_call()
    subscription, notification = marked(
        lambda known: a_change_of(call, known, STATUS),
        sink=webhook.url,
        credential=a_credential(expires_at=NOW + 3600),
    )
    # The first answer but one is not written down, with PutItem.
    webhook.then(*[answer(500)] * (14 if operation == "PutItem" else 1))
    prober.put(notification)

    for _ in range(13):
        with pytest.MonkeyPatch.context() as patch:
            failing(patch, operation, client_error("ThrottlingException"))
            assert not prober.deliver()
    assert now_of(subscription) == subscription
    assert not prober.deliver()
    assert now_of(subscription).failures == 2
    assert prober.deliver()
    assert states_at(webhook)[-1] == (call, "Ringing")
