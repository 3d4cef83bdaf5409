"""Who registers, refreshes, deletes and sweeps at once: limits hold, both registers agree."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings

from camara.errors import (
    AlreadyExists,
    MaxDevicesPerUser,
    MaxRegistrationPerMsisdn,
    MaxRegistrationPerUser,
    NotFound,
)
from camara.identity import SubscriberKey
from registration.register import Ended, Limits, Reason, Register
from registration.store import registration_store
from tests.support.builders import NOBODY, NOW, registration_id
from tests.support.interleaving import every_order, race
from tests.support.registers import (
    LATER,
    NOBODY_ACTS,
    NUMBER_OWNER,
    USER_OWNER,
    both,
    create,
    creates,
    device,
    register_of,
)
from tests.support.table import REGISTRATIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@every_order
def test_ten_clients_register_a_device_once(table: "DynamoDBClient", order: list[int]) -> None:
    attempts = [
        device(registration_id=registration_id(NOBODY, place), client_id=f"client-{place}")
        for place in range(10)
    ]

    assert race([creates(attempt) for attempt in attempts], order) == {None: 1, AlreadyExists: 9}
    of_subscriber, of_user = both(table)
    assert len(of_subscriber.registrations) == 1
    assert of_subscriber.registrations == of_user.registrations
    assert (of_subscriber.version, of_user.version) == (1, 1)


def another_number(place: int) -> SubscriberKey:
    return SubscriberKey(f"number-{place}")


LIMITED: dict[str, tuple[Callable[[int], Callable[[], None]], str, type[Exception], int]] = {
    "a number's": (
        lambda place: creates(device(place, sub=f"user-{place}")),
        NUMBER_OWNER,
        MaxRegistrationPerMsisdn,
        5,
    ),
    "a user's devices": (
        lambda place: creates(device(place), another_number(place)),
        USER_OWNER,
        MaxDevicesPerUser,
        5,
    ),
    "a user's registrations": (
        lambda place: creates(
            device(registration_id=registration_id(NOBODY, place)), another_number(place)
        ),
        USER_OWNER,
        MaxRegistrationPerUser,
        6,
    ),
}


@every_order
@pytest.mark.parametrize(("attempt", "owner", "refused", "most"), LIMITED.values(), ids=LIMITED)
def test_there_are_never_more_than_there_may_be(
    table: "DynamoDBClient",
    monkeypatch: pytest.MonkeyPatch,
    order: list[int],
    attempt: Callable[[int], Callable[[], None]],
    owner: str,
    refused: type[Exception],
    most: int,
) -> None:
    monkeypatch.setattr(
        registration_store(), "_limits", Limits(per_number=5, per_user=6, devices_per_user=5)
    )

    assert race([attempt(place) for place in range(10)], order) == {None: most, refused: 10 - most}
    assert len(register_of(table, owner).registrations) == most


ACTIONS: dict[str, Callable[[], Any]] = {
    "register 1 again": creates(device(1, registration_id=registration_id(NOBODY, 7))),
    "register 2": creates(device(2)),
    "register 3": creates(device(3)),
    "refresh 1": lambda: registration_store().refresh(
        NOBODY_ACTS, registration_id(NOBODY, 1), LATER + 50, NOW
    ),
    "delete 1": lambda: registration_store().delete(NOBODY_ACTS, registration_id(NOBODY, 1), NOW),
    "delete 2": lambda: registration_store().delete(NOBODY_ACTS, registration_id(NOBODY, 2), NOW),
    "sweep": lambda: registration_store().end_expired(NUMBER_OWNER, NOW),
}


class History:
    """Both registers after every request."""

    def __init__(self, table: "DynamoDBClient") -> None:
        self._table = table
        self.seen: list[tuple[Register, Register]] = []
        self.look()

    def look(self) -> None:
        self.seen.append(both(self._table))

    def of_subscriber(self) -> list[Register]:
        states = [of_subscriber for of_subscriber, _ in self.seen]
        return states[:1] + [after for before, after in pairwise(states) if before != after]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    names=st.lists(st.sampled_from(sorted(ACTIONS)), min_size=2, max_size=4),
    order=st.lists(st.integers(0, 3), min_size=1, max_size=8),
)
@example(names=["register 2", "delete 2"] * 2, order=[0, 0, 0, 0])
def test_however_they_interleave(
    table: "DynamoDBClient", names: list[str], order: list[int]
) -> None:
    """Both registers agree at every moment, and what was there is there or has ended once."""
    for owner in (NUMBER_OWNER, USER_OWNER):
        table.delete_item(TableName=REGISTRATIONS, Key={"owner": {"S": owner}})
    expired = device(4, expires_at=NOW)
    create(expired, now=NOW - 500)
    create(device(1), now=NOW - 500)
    history = History(table)

    outcomes = race([ACTIONS[name] for name in names], order, history.look)

    swept = (), (Ended(expired, Reason.EXPIRED, NOW, 3),)
    assert not outcomes.keys() - {None, NotFound, AlreadyExists, *swept}
    states = history.of_subscriber()
    assert [state.version for state in states] == list(range(2, 2 + len(states)))
    for of_subscriber, of_user in history.seen:
        assert of_subscriber.active(NOW) == of_user.active(NOW)
        devices = [known.device_id for known in of_subscriber.active(NOW)]
        assert len(devices) == len(set(devices))
    ended = [end.registration.registration_id for state in states[1:] for end in state.just_ended]
    assert [end.registration.registration_id for end in states[-1].ended] == ended
    made = Counter(states[0].registrations.keys())
    for before, after in pairwise(states):
        made.update(after.registrations.keys() - before.registrations.keys())
    made.subtract(states[-1].registrations.keys())
    assert Counter(ended) == +made
