"""Whose subscriptions give way to a new one, when there is room for no more."""

from dataclasses import replace

import pytest

from aws.dynamodb import dynamodb_client
from notifications import api
from notifications.audience import Limits
from notifications.store import SubscriptionStore
from notifications.subscription import Subscription, TerminationReason
from tests.support.audiences import listed, many, store_all, stored_subscriptions, to_be_listed
from tests.support.builders import ALICE, ALICE_KEY, NOW, a_context
from tests.support.devices import deregister, register
from tests.support.interleaving import every_order, race
from tests.support.messaging import taken_from
from tests.support.on_moto import Messaging
from tests.support.session_events import publish
from tests.support.streams import Stream
from tests.support.subscriptions_api import delete, get, get_all, post
from tests.support.table import SUBSCRIPTIONS

CREATED, REFUSED = (201, None), (429, "QUOTA_EXCEEDED")
FORMER, NEXT = "the former owner", "the next owner"
FEW = Limits(of_device=4, of_client=6, of_subscriber=8)


def move_in(client_id: str = "client-1") -> None:
    """Have the next owner register a device, and the former one's be registered no more."""
    deregister(ALICE)
    register(ALICE, sub=NEXT, client_id=client_id)


def subscribe_next(client_id: str = "client-1") -> tuple[int, str | None]:
    """Answer a POST of the next owner."""
    return post(context=a_context(sub=NEXT, client_id=client_id)).code


def ended() -> set[str]:
    """Return the ids of those that have given way."""
    over = [each for each in stored_subscriptions(ALICE_KEY) if each.ended is not None]
    assert all(each.ended is TerminationReason.NETWORK_TERMINATED for each in over)
    assert listed(ALICE_KEY) == to_be_listed(ALICE_KEY)
    return ids(over)


def ids(subscriptions: list[Subscription]) -> set[str]:
    return {each.subscription_id for each in subscriptions}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limits, for moto is slow with what is large."""
    store = SubscriptionStore(dynamodb_client(), SUBSCRIPTIONS, FEW)
    monkeypatch.setattr(api, "subscription_store", lambda: store)


def test_a_former_owners_hundred_keep_no_new_owner_out_and_their_sinks_are_told(
    messaging: Messaging,
) -> None:
    known = many(100, sub=FORMER)
    store_all(known)
    move_in()
    stream = Stream(SUBSCRIPTIONS)

    assert [subscribe_next() for _ in range(2)] == [CREATED] * 2
    assert ended() == ids(known[:2])
    assert len(get_all(context=a_context(sub=NEXT)).body) == 2
    assert publish(stream.records()) == []
    told = taken_from(messaging.queue)
    assert {each["subscription_id"] for each in told} == ids(known[:2])
    assert {each["data"]["terminationReason"] for each in told} == {"NETWORK_TERMINATED"}


def test_nor_do_his_four_hundred_through_four_other_clients() -> None:
    known = [
        each
        for number in (1, 2, 3, 4)
        for each in many(100, 1000 * number, client_id=f"client-{number}", sub=FORMER)
    ]
    store_all(known)
    move_in("client-5")

    assert subscribe_next("client-5") == CREATED
    over = ended()
    [gone] = [each for each in known if each.subscription_id in over]
    assert gone.starts_at == NOW - 100


@pytest.mark.usefixtures("few")
def test_the_oldest_gives_way_of_whoever_has_most_until_nobody_has_more() -> None:
    two = [replace(each, starts_at=NOW - 1000) for each in many(2, 1000, sub="a former owner")]
    four = many(4, 2000, sub="another one")
    store_all([*four[::-1], *two])
    move_in()

    assert subscribe_next() == CREATED
    assert ended() == ids(four[:1])
    assert subscribe_next() == CREATED
    assert ended() == ids(four[:2])
    assert subscribe_next() == REFUSED
    assert ended() == ids(four[:2])


@pytest.mark.usefixtures("few")
def test_a_users_own_do_not_push_out_anothers_few() -> None:
    own, others = many(5), many(1, 2000, sub="another user")
    store_all([*own, *others])

    assert post().code == REFUSED
    assert ended() == set()
    deregister(ALICE)
    register(ALICE, sub="another user")
    assert post(context=a_context(sub="another user")).code == CREATED
    assert ended() == ids(own[:1])


@pytest.mark.usefixtures("few")
def test_what_a_registered_device_has_gives_way_to_nobody() -> None:
    others = many(6, sub="another user")
    store_all(others)
    register(ALICE, 1000, sub="another user")

    assert post().code == REFUSED
    assert ended() == set()
    deregister(ALICE, 1000)
    assert post().code == CREATED
    assert ended() == ids(others[:1])


@pytest.mark.usefixtures("few")
def test_one_gives_way_for_a_client_and_a_number_that_are_both_full() -> None:
    through_one, through_two = many(6, sub=FORMER), many(2, 2000, sub=FORMER, client_id="client-2")
    store_all([*through_one, *through_two])
    move_in()

    assert subscribe_next() == CREATED
    assert ended() == ids(through_one[:1])


@pytest.mark.usefixtures("few")
def test_one_for_a_number_that_is_full_gives_way_whatever_its_client_is() -> None:
    through_one = many(5, sub=FORMER)
    store_all([*through_one, *many(3, 2000, sub=FORMER, client_id="client-2")])
    move_in("client-2")

    assert subscribe_next("client-2") == CREATED
    assert ended() == ids(through_one[:1])


@pytest.mark.usefixtures("few")
def test_who_gave_way_reads_that_it_has_ended() -> None:
    store_all(known := many(6, sub=FORMER))
    move_in()
    subscribe_next()
    context, gone = a_context(sub=FORMER), known[0].subscription_id

    assert get(None, gone, context=context).body["status"] == "EXPIRED"
    assert len(get_all(context=context).body) == 5
    assert delete(None, gone, context=context).code == (404, "NOT_FOUND")


@pytest.mark.usefixtures("few")
@every_order
def test_several_that_want_room_at_once_find_it_and_no_more_than_they_need_give_way(
    order: list[int],
) -> None:
    store_all(known := many(6, sub=FORMER))
    move_in()

    assert race([subscribe_next] * 3, order) == {CREATED: 3}
    assert ended() == ids(known[:3])


@pytest.mark.usefixtures("few")
@every_order
def test_who_gives_way_may_be_deleted_meanwhile(order: list[int]) -> None:
    store_all(known := many(6, sub=FORMER))
    move_in()
    context = a_context(sub=FORMER)
    deletes = [
        lambda gone=each.subscription_id: delete(None, gone, context=context).status
        for each in known[:2]
    ]

    outcomes = race([subscribe_next, subscribe_next, *deletes], order)

    assert outcomes[CREATED] == 2
    assert outcomes[204] + outcomes[404] == 2
    assert listed(ALICE_KEY) == to_be_listed(ALICE_KEY)
    assert 4 <= len(listed(ALICE_KEY)) <= 6
