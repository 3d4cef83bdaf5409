"""What a publisher tells late is not told after something newer, for five minutes."""

import pytest

from camara.scope import EventType
from tests.support.api import a_call, put
from tests.support.builders import BOB, NOW
from tests.support.evidence import events_at, now_of, outcomes
from tests.support.lambda_poller import Poller, a_change_of, deliver_both
from tests.support.marked import behind, catch_up, marked
from tests.support.messaging import subscribe
from tests.support.on_moto import FakeClock
from tests.support.session_events import ANSWERED, publish
from tests.support.stored_calls import a_call_of, store
from tests.support.streams import Stream
from tests.support.webhook import Webhook

pytestmark = pytest.mark.usefixtures("at_once")

STATUS, INVITATION = EventType.SESSION_STATUS, EventType.SESSION_INVITATION


def numbers_at(webhook: Webhook) -> list[int]:
    return [event["data"]["sequenceNumber"] for event in events_at(webhook)]


def test_older_changes_are_dropped_as_known_and_newer_ones_are_told(
    poller: Poller, webhook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    store(a_call_of("call", at=NOW, version=3))
    subscription = behind(webhook)
    catch_up(poller, subscription)
    capsys.readouterr()
    poller.put(*(a_change_of("call", subscription, STATUS, version) for version in (2, 3, 4, 5)))

    poller.deliver_all()

    assert numbers_at(webhook) == [3, 4, 5]
    words = [word for _, word in outcomes(capsys.readouterr().out)]
    assert words == ["known", "known", "delivered", "delivered"]


def test_an_invitation_is_known_whatever_has_come_of_the_call(
    poller: Poller, webhook: Webhook
) -> None:
    store(a_call_of("call", at=NOW, version=3))
    subscription = behind(webhook, subscriber=BOB, type=INVITATION)
    catch_up(poller, subscription)
    poller.put(a_change_of("call", subscription, INVITATION))

    poller.deliver_all()

    assert numbers_at(webhook) == [3]


@pytest.mark.parametrize(("later", "told"), [(299, [3, 4]), (300, [3, 4, 3])])
def test_it_is_remembered_for_five_minutes(
    poller: Poller, prober: Poller, webhook: Webhook, clock: FakeClock, later: int, told: list[int]
) -> None:
    store(a_call_of("call", at=NOW, version=3))
    subscription, notification = marked(
        lambda known: a_change_of("call", known, STATUS, 2), sink=webhook.url
    )
    prober.put(notification)
    deliver_both(poller, prober)
    poller.put(a_change_of("call", subscription, STATUS, 4))
    deliver_both(poller, prober)
    clock.now += later
    poller.put(a_change_of("call", subscription, STATUS, 3))

    deliver_both(poller, prober)

    assert numbers_at(webhook) == told


def test_of_all_that_has_waited_for_too_long_the_latest_state_is_told_once(
    poller: Poller, prober: Poller, webhook: Webhook, clock: FakeClock
) -> None:
    store(a_call_of("call", at=NOW, version=9))
    subscription = behind(webhook, behind_since=None)
    poller.put(*(a_change_of("call", subscription, STATUS, version) for version in range(2, 10)))
    clock.now = NOW + 60

    deliver_both(poller, prober)

    assert numbers_at(webhook) == [9]
    after = now_of(subscription)
    assert (after.failing_since, after.behind_since) == (None, None)


def test_however_often_we_are_late_a_sink_that_takes_everything_is_not_given_up(
    poller: Poller, prober: Poller, webhook: Webhook, at_once: list[int], clock: FakeClock
) -> None:
    store(a_call_of("call", at=NOW, version=99))
    subscription = behind(webhook, behind_since=None, failures=0)
    changes = [a_change_of("call", subscription, STATUS, version) for version in range(100, 115)]
    clock.now = NOW + 60
    for change in changes:
        poller.put(change)
        deliver_both(poller, prober)

    after = now_of(subscription)
    assert (after.failures, after.failing_since, after.ended) == (0, None, None)
    # It is asked after five seconds, and looked after five seconds later.
    assert set(at_once) == {5}


def test_of_what_is_told_in_the_usual_way_nothing_is_remembered(
    poller: Poller, webhook: Webhook
) -> None:
    subscription = behind(webhook, behind_since=None, worked_at=NOW)
    poller.put(a_change_of("call", subscription, STATUS, 2))

    poller.deliver_all()

    assert numbers_at(webhook) == [2]
    assert now_of(subscription) == subscription


def test_of_a_stream_that_is_read_again_each_call_is_told_once_as_it_is(
    poller: Poller,
    prober: Poller,
    webhook: Webhook,
    clock: FakeClock,
    session_stream: Stream,
) -> None:
    """As after an upgrade that moves its event source to another function."""
    subscribe(sink=webhook.url)
    for _ in range(2):
        call = a_call("Ringing")
        for status in ("Proceeding", "Waiting", ANSWERED):
            put(BOB, call, status)
    clock.now += 600

    assert publish(session_stream.records()) == []
    deliver_both(poller, prober)

    told = [(each["data"]["mediaSessionId"], each["data"]["status"]) for each in events_at(webhook)]
    assert len(told) == len(set(told)) == 2
    assert {status for _, status in told} == {"Connected"}
