"""Where the sink fails again catching up stops; who is stopped there leaves nobody silent."""

import pytest

from camara.scope import EventType
from notifications.notification import CatchUp
from tests.support.builders import NOW
from tests.support.evidence import now_of, outcomes, states_at
from tests.support.faulty_dynamodb import client_error
from tests.support.lambda_poller import Poller, a_change_of, deliver_both
from tests.support.marked import SINCE, behind, catch_up, catch_ups_in, kept_in
from tests.support.messaging import failing
from tests.support.on_moto import Messaging
from tests.support.stored_calls import a_call_of, store
from tests.support.webhook import Webhook, answer

pytestmark = pytest.mark.usefixtures("at_once")

STATUS = EventType.SESSION_STATUS
NAMES = ["call-5", "call-4", "call-3", "call-2", "call-1"]
"""As they are told: the newest first."""


def told(webhook: Webhook) -> list[str]:
    return [call for call, _ in states_at(webhook)]


@pytest.fixture(autouse=True)
def _calls(messaging: Messaging) -> None:
    del messaging
    store(*(a_call_of(name, at=NOW - place) for place, name in enumerate(NAMES)))


def come_again(poller: Poller, message: CatchUp) -> None:
    """Have a message handled as one that has been received before."""
    poller.put(message)
    event = poller.receive(times=2)
    assert event is not None
    assert poller.finish(event)


def test_a_sink_that_was_marked_and_no_more_is_asked_again_all_the_same(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    subscription = behind(webhook)
    poller.put(CatchUp.of(subscription))
    webhook.then(answer(204), answer(500))

    with pytest.MonkeyPatch.context() as patch:
        failing(patch, "SendMessage", client_error("ServiceUnavailable"))
        assert not poller.deliver()
    assert now_of(subscription).failing_since == NOW
    deliver_both(poller, prober)

    assert {call for call, _ in states_at(webhook)} == set(NAMES)
    after = now_of(subscription)
    assert (after.failing_since, after.behind_since) == (None, None)


def test_it_is_asked_with_what_it_has_missed_first_as_late_as_it_has_failed(
    poller: Poller, messaging: Messaging, webhook: Webhook, at_once: list[int]
) -> None:
    subscription = behind(webhook, failing_since=NOW, probe="lost", failures=4)

    come_again(poller, CatchUp.of(subscription))

    probe = a_change_of(NAMES[0], subscription, STATUS).event_id
    after = now_of(subscription)
    assert (after.probe, after.failing_since, after.failures) == (probe, NOW, 4)
    assert (kept_in(messaging.probes), at_once) == ([probe], [40])
    assert webhook.received == []


def test_with_nothing_to_ask_with_what_comes_next_asks(
    poller: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription = behind(
        webhook, failing_since=NOW, probe="lost", type=EventType.SESSION_INVITATION
    )

    come_again(poller, CatchUp.of(subscription))

    assert now_of(subscription).failing_since is None
    assert kept_in(messaging.probes) == []


def test_it_stops_where_the_sink_fails_again_and_stays_behind(
    poller: Poller,
    messaging: Messaging,
    webhook: Webhook,
    at_once: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    subscription = behind(webhook, failures=2)
    webhook.then(answer(500))
    capsys.readouterr()

    catch_up(poller, subscription)

    after = now_of(subscription)
    failed = a_change_of(NAMES[0], subscription, STATUS).event_id
    assert (after.failing_since, after.probe, after.failures) == (NOW, failed, 3)
    assert after.behind_since == SINCE
    # Neither does it go on nor is there a second look.
    assert at_once == [20]
    assert kept_in(messaging.probes) == [failed]
    assert catch_ups_in(messaging.queue) == []
    assert outcomes(capsys.readouterr().out) == [("session-status", "failed")]


def test_after_the_next_recovery_it_is_told_the_rest_and_nothing_twice(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    subscription = behind(webhook)
    webhook.then(answer(204), answer(204), answer(500), answer(500))

    catch_up(poller, subscription)
    deliver_both(poller, prober)

    assert told(webhook) == [*NAMES[:2], NAMES[2], NAMES[2], *NAMES[2:]]
    after = now_of(subscription)
    assert (after.behind_since, after.failing_since, after.failures) == (None, None, 3)


def test_what_the_sink_rejects_does_not_stop_it(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    subscription = behind(webhook)
    webhook.then(answer(413), answer(204), answer(400))

    catch_up(poller, subscription)
    deliver_both(poller, prober)

    assert told(webhook) == NAMES
    assert (now_of(subscription).failing_since, now_of(subscription).behind_since) == (None, None)


@pytest.mark.parametrize("status", [401, 410])
def test_a_sink_that_refuses_is_told_nothing_more(
    poller: Poller, messaging: Messaging, webhook: Webhook, status: int
) -> None:
    subscription = behind(webhook)
    webhook.then(answer(204), answer(status))

    catch_up(poller, subscription)

    assert told(webhook) == NAMES[:2]
    assert now_of(subscription).ended is not None
    assert (kept_in(messaging.probes), catch_ups_in(messaging.queue)) == ([], [])


def test_a_sink_that_is_marked_by_then_is_told_nothing(
    poller: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription = behind(webhook, failing_since=NOW, probe="another")

    catch_up(poller, subscription)

    assert (webhook.received, kept_in(messaging.probes)) == ([], [])
    assert now_of(subscription) == subscription
