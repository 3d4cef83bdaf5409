"""In which order messages go: no request holds two of one subscription, and all keep theirs."""

from hypothesis import given
from hypothesis import strategies as st

from camara.scope import EventType
from notifications.notification import Message, Notification
from notifications.queues import _turns
from tests.support.builders import a_subscription, subscription_id


def messages(*subscriptions: int) -> list[Message]:
    """A change for each of these, in this order, all of one device."""
    return [
        Notification.to(
            a_subscription(number),
            EventType.SESSION_STATUS,
            f"call {place}",
            time="",
            data={},
        )
        for place, number in enumerate(subscriptions)
    ]


def places(*subscriptions: int) -> list[list[int]]:
    """Return the places of the messages in each turn."""
    return [[place for place, _ in turn] for turn in _turns(messages(*subscriptions))]


def test_nothing_takes_no_turn() -> None:
    assert places() == []


def test_one_each_go_in_one_turn() -> None:
    assert places(1, 2, 3) == [[0, 1, 2]]


def test_the_second_of_a_subscription_goes_in_the_second_turn() -> None:
    assert places(1, 1, 2, 1, 2, 3) == [[0, 2, 5], [1, 4], [3]]


@given(st.lists(st.integers(1, 5), max_size=30))
def test_every_message_has_one_turn_after_those_before_it(subscriptions: list[int]) -> None:
    known = messages(*subscriptions)
    turns = _turns(known)

    assert sorted(place for turn in turns for place, _ in turn) == list(range(len(known)))
    for turn in turns:
        assert turn
        assert all(message is known[place] for place, message in turn)
        assert len({message.subscription_id for _, message in turn}) == len(turn)
    for number in set(subscriptions):
        own = subscription_id(number)
        sent = [place for turn in turns for place, each in turn if each.subscription_id == own]
        assert sent == sorted(sent)
