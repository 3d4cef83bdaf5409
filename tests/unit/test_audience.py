"""The audience of a number: what is listed of its subscriptions, and who hears of what."""

from functools import reduce

from camara.scope import EventType
from notifications.audience import Audience, Listener
from notifications.subscription import Subscription, TerminationReason
from registration.register import Registration
from tests.support.builders import (
    ALICE_KEY,
    NOW,
    a_registration,
    a_subscription,
    subscription_id,
)

STATUS, INVITATION = EventType.SESSION_STATUS, EventType.SESSION_INVITATION
PHONE, TABLET = a_registration(device=1), a_registration(device=2)
LATER = NOW + 100


def audience(*subscriptions: Subscription) -> Audience:
    """All of them, active at ``NOW`` or not."""
    return reduce(lambda known, new: known.after(new, 0), subscriptions, Audience(ALICE_KEY))


def test_what_is_listed_is_what_publishing_has_to_know() -> None:
    subscription = a_subscription(type=INVITATION, ends_at=LATER, sink="https://example.com/")
    listener = Listener.of(subscription)

    assert listener == Listener(
        subscriber_key=ALICE_KEY,
        subscription_id=subscription_id(),
        type=INVITATION,
        device=PHONE.device,
        client=PHONE.client,
        starts_at=NOW,
        ends_at=LATER,
        failing=False,
    )
    assert listener is not None
    assert listener.actor == PHONE.actor


def test_one_that_has_ended_is_not_listed() -> None:
    over = a_subscription().ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)

    assert Listener.of(over) is None


def test_an_audience_changes_with_its_subscriptions() -> None:
    first, second = a_subscription(1), a_subscription(2)
    both = audience(first, second)
    prolonged = both.after(first.updated(None, LATER), NOW)
    one = both.after(first.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW), NOW)

    assert both.subscriber_key == one.subscriber_key == ALICE_KEY
    assert (both.version, prolonged.version, one.version) == (2, 3, 3)
    assert both.listeners.keys() == {subscription_id(1), subscription_id(2)}
    assert prolonged.listeners[subscription_id(1)].ends_at == LATER
    assert prolonged.listeners[subscription_id(2)] == both.listeners[subscription_id(2)]
    assert one.listeners.keys() == {subscription_id(2)}


def test_an_audience_forgets_what_has_expired_when_something_changes() -> None:
    known = audience(a_subscription(1, ends_at=LATER), a_subscription(2, ends_at=LATER + 1))

    after = known.after(a_subscription(3), LATER)
    assert after.listeners.keys() == {subscription_id(2), subscription_id(3)}


def test_active_are_those_whose_time_is_not_up() -> None:
    known = audience(a_subscription(1, ends_at=NOW), a_subscription(2, ends_at=NOW + 1))

    assert [each.subscription_id for each in known.active(NOW)] == [subscription_id(2)]


def test_an_event_is_heard_by_those_devices_that_want_to_hear_of_it() -> None:
    known = audience(
        a_subscription(1, of=PHONE),
        a_subscription(2, of=PHONE, type=INVITATION),
        a_subscription(3, of=TABLET),
        a_subscription(4, of=PHONE, ends_at=NOW),
        a_subscription(5, of=PHONE),
    )

    def subscribed_to(kind: EventType, *devices: Registration) -> list[str]:
        keys = {each.device for each in devices}
        return [each.subscription_id for each in known.subscribed_to(kind, keys, NOW)]

    assert subscribed_to(STATUS, PHONE) == [subscription_id(1), subscription_id(5)]
    assert subscribed_to(STATUS, TABLET, PHONE) == [subscription_id(n) for n in (1, 3, 5)]
    assert subscribed_to(INVITATION, PHONE, TABLET) == [subscription_id(2)]
    assert subscribed_to(EventType.REGISTRATION_ENDS, PHONE, TABLET) == []
    assert subscribed_to(STATUS, a_registration(sub="another user")) == []
    assert subscribed_to(STATUS) == []


def test_one_whose_sink_fails_is_told_nothing_until_it_works_again() -> None:
    failing = a_subscription().failed("event-1", NOW, NOW)
    known = audience(failing)
    working = known.after(failing.with_mark_cleared(NOW), NOW)

    assert known.active(NOW)
    assert known.subscribed_to(STATUS, {PHONE.device}, NOW) == []
    assert len(working.subscribed_to(STATUS, {PHONE.device}, NOW)) == 1
