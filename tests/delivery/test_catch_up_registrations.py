"""A sink that works again is told which registrations of its device have ended meanwhile."""

from dataclasses import replace

import pytest

from aws.dynamodb import dynamodb_client
from camara.identity import derive_subscriber_key
from camara.scope import EventType
from notifications.registration_notification import registration_notification
from registration.item import register_item, subscriber_owner
from registration.register import Ended, Reason, Register, Registration
from tests.support.builders import ALICE, NOW, a_registration
from tests.support.evidence import events_at, now_of
from tests.support.lambda_poller import TIME, Poller, deliver_both
from tests.support.marked import SINCE, behind, catch_up, marked
from tests.support.table import REGISTRATIONS
from tests.support.webhook import Webhook, answer

ENDS = EventType.REGISTRATION_ENDS


def ended(name: str, at: int, reason: Reason = Reason.DELETED, device: int = 1) -> Ended:
    registration: Registration = replace(a_registration(ALICE, device), registration_id=name)
    return Ended(registration, reason, at, 1)


def remember(*ends: Ended) -> None:
    """Have the register of Alice's number remember these."""
    register = Register(subscriber_owner(derive_subscriber_key(ALICE)), version=2, ended=ends)
    dynamodb_client().put_item(
        TableName=REGISTRATIONS, Item=register_item(register, "write-1", NOW)
    )


def told(webhook: Webhook) -> list[tuple[str, str]]:
    return [
        (event["data"]["registrationId"], event["data"]["terminationReason"])
        for event in events_at(webhook)
    ]


def test_those_that_have_ended_since_are_told_each_with_its_reason_and_its_time(
    poller: Poller, webhook: Webhook
) -> None:
    remember(
        ended("before", SINCE - 1),
        ended("first", SINCE),
        ended("second", NOW - 5, Reason.EXPIRED),
    )

    catch_up(poller, behind(webhook, type=ENDS))

    assert told(webhook) == [("second", "REGISTRATION_EXPIRED"), ("first", "NETWORK_TERMINATED")]
    assert events_at(webhook)[0]["time"].startswith("2027-01-15T07:59:55")


@pytest.mark.parametrize("kind", [EventType.SESSION_STATUS, EventType.SESSION_INVITATION])
def test_nobody_else_is_told_of_them(poller: Poller, webhook: Webhook, kind: EventType) -> None:
    remember(ended("somebody's", NOW, device=2), ended("alice's", NOW))

    catch_up(poller, behind(webhook, 1, type=ENDS, of=a_registration(ALICE, 3)))
    catch_up(poller, behind(webhook, 2, type=kind))

    assert webhook.received == []


@pytest.mark.usefixtures("at_once")
def test_each_is_told_and_counted_once(poller: Poller, prober: Poller, webhook: Webhook) -> None:
    ends = [ended(f"number-{number:02}", NOW - number) for number in range(12)]
    remember(*reversed(ends))
    subscription = behind(webhook, type=ENDS, max_events=13)

    catch_up(poller, subscription)
    deliver_both(poller, prober)

    assert [name for name, _ in told(webhook)] == [end.registration.registration_id for end in ends]
    after = now_of(subscription)
    assert (after.behind_since, after.delivered, after.ended) == (None, 12, None)


@pytest.mark.usefixtures("at_once")
def test_that_which_was_asked_with_is_not_told_again(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    end = ended("first", NOW)
    remember(end)
    subscription, notification = marked(
        lambda known: registration_notification(known, end, TIME), sink=webhook.url, type=ENDS
    )
    prober.put(notification)

    deliver_both(poller, prober)

    assert [name for name, _ in told(webhook)] == ["first"]
    assert now_of(subscription).behind_since is None


@pytest.mark.usefixtures("at_once")
def test_it_stops_where_the_sink_fails_and_tells_the_rest_when_it_works(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    remember(*(ended(name, NOW) for name in ("first", "second", "third")))
    subscription = behind(webhook, type=ENDS)
    webhook.then(answer(204), answer(500), answer(500))

    catch_up(poller, subscription)
    deliver_both(poller, prober)

    names = [name for name, _ in told(webhook)]
    assert names == ["third", "second", "second", "second", "first"]
    assert now_of(subscription).behind_since is None
