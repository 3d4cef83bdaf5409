"""Catching up takes several messages: one for each ten calls, and a second look."""

from dataclasses import replace
from typing import Any

import pytest

from call_handling.legs import CallingDevice, Legs
from call_handling.status import Status
from camara.scope import EventType
from notifications import catch_up as module
from notifications.delivery import Outcome
from notifications.notification import CatchUp, Notification
from tests.support.builders import ALICE, ALICE_KEY, BOB, BOB_ACTS, NOW, a_registration
from tests.support.evidence import now_of, outcomes, states_at
from tests.support.faulty_dynamodb import client_error
from tests.support.lambda_poller import Poller, deliver_both
from tests.support.marked import SINCE, behind, catch_up, catch_ups_in, change, kept_in
from tests.support.messaging import failing
from tests.support.on_moto import FakeClock, Messaging
from tests.support.races import just_before
from tests.support.stored_calls import a_call_of, over, store
from tests.support.webhook import Webhook, answer

pytestmark = pytest.mark.usefixtures("at_once")

STATUS = EventType.SESSION_STATUS
NAMES = ["call-5", "call-4", "call-3", "call-2", "call-1"]
"""As they are told: the newest first."""


def store_calls(names: list[str] = NAMES, **changes: Any) -> None:
    """Store calls with these names, the last one the oldest."""
    store(*(a_call_of(name, at=NOW - place, **changes) for place, name in enumerate(names)))


def told(webhook: Webhook) -> list[str]:
    return [call for call, _ in states_at(webhook)]


def test_a_second_look_comes_in_five_seconds_and_ends_it(
    poller: Poller, prober: Poller, webhook: Webhook, at_once: list[int]
) -> None:
    store_calls()
    subscription = behind(webhook)

    catch_up(poller, subscription)
    assert (at_once, now_of(subscription).behind_since) == ([5], SINCE)
    deliver_both(poller, prober)

    assert at_once == [5]
    after = now_of(subscription)
    assert (after.behind_since, after.told_until) == (None, NOW + 5 + 300)
    assert told(webhook) == NAMES


def test_what_waits_for_the_second_look_is_queued_in_the_devices_own_order(
    poller: Poller, prober: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription = behind(webhook)
    first = CatchUp.of(subscription)
    catch_up(poller, subscription)

    assert prober.deliver()
    [second] = catch_ups_in(messaging.queue)
    assert (second.subscriber_key, second.subscription_id) == (
        first.subscriber_key,
        first.subscription_id,
    )
    assert (second.device, second.cleared_at) == (subscription.device, NOW)
    assert second.is_last
    assert second.deduplication_id != first.deduplication_id
    assert kept_in(messaging.probes) == []


def test_the_second_look_finds_what_an_index_had_not_shown(
    poller: Poller, prober: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"call-{number}" for number in range(10, 23)]
    store_calls(names)
    real = module.newest_received_by  # type: ignore[attr-defined]
    late = names[0], names[-2]

    def lagging(*arguments: Any) -> list[tuple[int, str]]:
        return [each for each in real(*arguments) if each[1] not in late]

    subscription = behind(webhook, subscriber=BOB)
    with monkeypatch.context() as patch:
        patch.setattr(module, "newest_received_by", lagging)
        catch_up(poller, subscription)
        assert poller.deliver()
    shown = [name for name in names if name not in late]
    assert told(webhook) == shown
    deliver_both(poller, prober)

    assert told(webhook) == [*shown, *late]
    assert now_of(subscription).behind_since is None


def test_a_call_that_changes_between_the_looks_is_told_again_as_it_is(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    store_calls()
    catch_up(poller, behind(webhook))
    store(over(a_call_of("call-3", Status.CONNECTED, at=NOW - 2), NOW))
    deliver_both(poller, prober)

    assert states_at(webhook)[len(NAMES) :] == [("call-3", "Terminated")]


@pytest.mark.parametrize("times", [1, 2])
def test_ten_are_told_for_a_message_and_then_others_have_their_turn(
    poller: Poller,
    prober: Poller,
    messaging: Messaging,
    webhook: Webhook,
    capsys: pytest.CaptureFixture[str],
    times: int,
) -> None:
    names = [f"call-{number}" for number in range(10, 10 + 10 * times)]
    store_calls(names)
    subscription = behind(webhook)

    catch_up(poller, subscription)
    assert told(webhook) == names[:10]
    [rest] = catch_ups_in(messaging.queue)
    assert rest.before == (NOW - 9, names[9])
    poller.put(rest)
    poller.deliver_all()
    assert told(webhook) == names
    # Nothing has been looked at twice until the second look.
    assert {word for _, word in outcomes(capsys.readouterr().out)} == {"delivered"}
    deliver_both(poller, prober)

    assert told(webhook) == names
    assert now_of(subscription).behind_since is None


def test_the_newest_hundred_are_told_of_those_placed_and_of_those_received(
    poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    bobs, alices = a_registration(BOB), a_registration(ALICE)
    bob_calls = CallingDevice(BOB_ACTS, bobs.registration_id, bobs.device)
    received = [f"received-{number}" for number in range(102)]
    placed = [f"placed-{number}" for number in range(103)]
    store_calls(received, legs=Legs.between(bob_calls, ALICE_KEY, [alices]))
    store_calls(placed)
    told: list[str | None] = []

    def deliver(notification: Notification) -> Outcome:
        told.append(notification.media_session_id)
        return Outcome.DELIVERED

    monkeypatch.setattr(module, "deliver", deliver)
    monkeypatch.setattr(module, "TOLD_AT_ONCE", 1000)
    catch_up(poller, behind(webhook))

    assert sorted(told, key=str) == sorted(received[:100] + placed[:100])
    assert told.index("placed-50") < told.index("received-51")


def test_however_slow_a_sink_is_it_is_told_each_once(
    poller: Poller, prober: Poller, webhook: Webhook, clock: FakeClock
) -> None:
    names = [f"call-{number:02}" for number in range(35)]
    store_calls(names)
    subscription = behind(webhook)

    def slowly(exchange: Any) -> None:
        clock.now += 60
        answer(204)(exchange)

    webhook.always(slowly)
    poller.put(CatchUp.of(subscription))
    deliver_both(poller, prober)

    assert told(webhook) == names
    assert now_of(subscription).behind_since is None


def test_a_fault_of_ours_has_it_begin_again_and_tell_the_rest(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    store_calls()
    subscription = behind(webhook)
    poller.put(CatchUp.of(subscription))

    with pytest.MonkeyPatch.context() as patch:
        failing(patch, "SendMessage", client_error("ServiceUnavailable"))
        assert not poller.deliver()
    for operation in ("GetItem", "BatchGetItem", "Query"):
        with pytest.MonkeyPatch.context() as patch:
            failing(patch, operation, client_error("InternalServerError"))
            assert not poller.deliver()
    deliver_both(poller, prober)

    assert told(webhook) == NAMES
    assert (now_of(subscription).failing_since, now_of(subscription).behind_since) == (None, None)


@pytest.mark.parametrize("meanwhile", [{"cleared_at": NOW + 3}, {"failing_since": NOW}])
def test_who_has_failed_again_meanwhile_stays_behind(
    poller: Poller,
    prober: Poller,
    webhook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: dict[str, Any],
) -> None:
    subscription = behind(webhook)
    catch_up(poller, subscription)
    assert prober.deliver()
    just_before(monkeypatch, "Query", lambda: change(subscription, **meanwhile))
    assert poller.deliver()

    assert now_of(subscription).behind_since == SINCE


def test_a_look_that_was_for_an_earlier_recovery_ends_nothing(
    poller: Poller, webhook: Webhook
) -> None:
    subscription = behind(webhook)
    earlier = replace(CatchUp.of(subscription), cleared_at=NOW - 60, is_last=True)
    poller.put(earlier)

    assert poller.deliver()
    assert now_of(subscription).behind_since == SINCE
