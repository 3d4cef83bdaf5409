"""The registers in DynamoDB: races, limits, lost answers, and what a write leaves behind."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from botocore.client import BaseClient
from hypothesis import HealthCheck, given, settings

from camara.errors import (
    AlreadyExists,
    CamaraError,
    InvalidTokenContext,
    MaxDevicesPerUser,
    MaxRegistrationPerMsisdn,
    MaxRegistrationPerUser,
    NotFound,
    Unavailable,
)
from camara.identity import subscriber_key
from registration.item import number_owner, register_from, user_owner
from registration.register import Limits, Reason, Register, Registration
from registration.store import RegistrationStore, registration_store
from tests.integration.faulty_dynamodb import FaultyDynamoDB
from tests.support.builders import NOBODY, NOW, a_registration, registration_id
from tests.support.interleaving import Turnstile
from tests.support.registration_api import device_id, get_by_device, post
from tests.support.table import REGISTRATIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NUMBER = subscriber_key(NOBODY)
USER = a_registration(NOBODY).user
NUMBER_OWNER, USER_OWNER = number_owner(NUMBER), user_owner(USER)
LATER = NOW + 100
ORDERS = ([0], [9, 0], [3, 1, 4, 1, 5, 9, 2, 6], list(range(10)))
every_order = pytest.mark.parametrize("order", ORDERS, ids=str)


def device(number: int = 1, **changes: Any) -> Registration:
    return a_registration(NOBODY, number, **{"expires_at": LATER} | changes)


def create(registration: Registration, number: str = NUMBER, now: int = NOW) -> None:
    registration_store().create(number, registration, now)


def stored(table: "DynamoDBClient", owner: str) -> dict[str, Any]:
    found = table.get_item(TableName=REGISTRATIONS, Key={"owner": {"S": owner}})
    return dict(found.get("Item", {}))


def register(table: "DynamoDBClient", owner: str) -> Register:
    return register_from(owner, stored(table, owner))


def both(table: "DynamoDBClient") -> tuple[Register, Register]:
    return register(table, NUMBER_OWNER), register(table, USER_OWNER)


def outcome_of(action: Callable[[], Any]) -> Callable[[], Any]:
    def act() -> Any:
        try:
            return action()
        except CamaraError as refusal:
            return type(refusal)

    return act


def race(
    actions: Sequence[Callable[[], Any]],
    order: Sequence[int],
    after_each: Callable[[], None] = lambda: None,
) -> Counter[Any]:
    """Let all act at once, request by request in this order; count what becomes of them."""
    turnstile = Turnstile([outcome_of(action) for action in actions])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", _through(turnstile))
        turnstile.let_through(order, after_each)
    return Counter(turnstile.outcomes)


def _through(turnstile: Turnstile) -> Callable[..., Any]:
    def request(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        return turnstile.request(client, name, arguments)

    return request


# ----------------------------------------------------------------------- races


def creates(registration: Registration, number: str = NUMBER) -> Callable[[], None]:
    return lambda: create(registration, number)


@every_order
def test_ten_clients_register_a_device_once(table: "DynamoDBClient", order: list[int]) -> None:
    attempts = [
        device(registration_id=registration_id(NOBODY, place), client=f"client-{place}")
        for place in range(10)
    ]

    assert race([creates(attempt) for attempt in attempts], order) == {None: 1, AlreadyExists: 9}
    of_number, of_user = both(table)
    assert len(of_number.registrations) == 1
    assert of_number.registrations == of_user.registrations
    assert (of_number.version, of_user.version) == (1, 1)


@every_order
def test_ten_requests_register_a_device_once(order: list[int]) -> None:
    answers = race([lambda: post(NOBODY).code] * 10, order)

    assert answers == {(201, None): 1, (409, "ALREADY_EXISTS"): 9}
    assert len(get_by_device(NOBODY, device_id()).body) == 1


@every_order
def test_a_number_never_has_more_than_it_may_have(
    table: "DynamoDBClient", order: list[int]
) -> None:
    attempts = [creates(device(place, user=f"user-{place}")) for place in range(10)]

    assert race(attempts, order) == {None: 5, MaxRegistrationPerMsisdn: 5}
    assert len(register(table, NUMBER_OWNER).registrations) == 5


@every_order
def test_a_user_never_has_more_devices_than_it_may_have(
    table: "DynamoDBClient", order: list[int]
) -> None:
    attempts = [creates(device(place), f"number-{place}") for place in range(10)]

    assert race(attempts, order) == {None: 5, MaxDevicesPerUser: 5}
    assert len(register(table, USER_OWNER).registrations) == 5


@every_order
def test_a_user_never_has_more_registrations_than_it_may_have(
    table: "DynamoDBClient", order: list[int]
) -> None:
    store = RegistrationStore(table, REGISTRATIONS, Limits(per_user=3))

    def attempt(place: int) -> Callable[[], None]:
        new = device(registration_id=registration_id(NOBODY, place))
        return lambda: store.create(f"number-{place}", new, NOW)

    assert race([attempt(place) for place in range(10)], order) == {
        None: 3,
        MaxRegistrationPerUser: 7,
    }
    assert len(register(table, USER_OWNER).registrations) == 3


ACTIONS: dict[str, Callable[[], Any]] = {
    "register 1 again": creates(device(1, registration_id=registration_id(NOBODY, 7))),
    "register 2": creates(device(2)),
    "register 3": creates(device(3)),
    "refresh 1": lambda: registration_store().refresh(
        NUMBER, registration_id(NOBODY, 1), LATER + 50, NOW
    ),
    "delete 1": lambda: registration_store().delete(NUMBER, registration_id(NOBODY, 1), NOW),
    "delete 2": lambda: registration_store().delete(NUMBER, registration_id(NOBODY, 2), NOW),
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

    def of_number(self) -> list[Register]:
        states = [of_number for of_number, _ in self.seen]
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

    swept = (), ((expired, Reason.EXPIRED),)
    assert not outcomes.keys() - {None, NotFound, AlreadyExists, *swept}
    states = history.of_number()
    assert [state.version for state in states] == list(range(2, 2 + len(states)))
    for of_number, of_user in history.seen:
        assert of_number.active(NOW) == of_user.active(NOW)
        devices = [known.device_id for known in of_number.active(NOW)]
        assert len(devices) == len(set(devices))
    ended = [end.registration.registration_id for state in states[1:] for end in state.ended]
    there = {known for state in states for known in state.registrations}
    assert Counter(ended) == Counter(there - states[-1].registrations.keys())


# --------------------------------------------------------- what a write leaves


def test_what_is_created_is_in_both_registers(table: "DynamoDBClient") -> None:
    create(device())
    create(device(2, expires_at=LATER - 50))

    of_number, of_user = both(table)
    known = [device(), device(2, expires_at=LATER - 50)]
    assert registration_store().of_number(NUMBER) == of_number
    assert list(of_number.registrations.values()) == known
    assert list(of_user.registrations.values()) == known
    item = stored(table, NUMBER_OWNER)
    assert item["version"] == {"N": "2"}
    assert item["staleAt"] == {"N": str(LATER - 50)}
    assert item["endedSome"] == {"BOOL": False}
    assert item["writeId"] == stored(table, USER_OWNER)["writeId"]


def test_a_refresh_moves_the_expiry_in_both_registers(table: "DynamoDBClient") -> None:
    create(device())
    registration_store().refresh(NUMBER, device().registration_id, LATER + 50, NOW)

    for found in both(table):
        assert list(found.registrations.values()) == [device(expires_at=LATER + 50)]
        assert found.version == 2
    item = stored(table, NUMBER_OWNER)
    assert item["staleAt"] == {"N": str(LATER + 50)}
    assert item["endedSome"] == {"BOOL": False}


def test_a_delete_says_what_it_has_ended(table: "DynamoDBClient") -> None:
    create(device())
    registration_store().delete(NUMBER, device().registration_id, NOW)

    of_number, of_user = both(table)
    assert of_number.registrations == of_user.registrations == {}
    assert of_number.ended == ((device(), Reason.DELETED),)
    item = stored(table, NUMBER_OWNER)
    assert item["endedSome"] == {"BOOL": True}
    assert not {"staleAt", "staleShard"} & item.keys()

    create(device(2))
    assert stored(table, NUMBER_OWNER)["endedSome"] == {"BOOL": False}


def test_what_has_expired_goes_with_the_next_write_and_does_not_stand_in_the_way(
    table: "DynamoDBClient",
) -> None:
    create(device())
    anew = device(registration_id=registration_id(NOBODY, 7), expires_at=LATER + 100)

    create(anew, now=LATER)

    of_number, of_user = both(table)
    assert list(of_number.registrations.values()) == [anew]
    assert list(of_user.registrations.values()) == [anew]
    assert of_number.ended == ((device(), Reason.EXPIRED),)
    assert stored(table, NUMBER_OWNER)["endedSome"] == {"BOOL": True}


@pytest.mark.parametrize("now", [NOW, LATER])
def test_only_what_is_active_is_refreshed_or_deleted(table: "DynamoDBClient", now: int) -> None:
    create(device())
    other = device(2).registration_id if now == NOW else device().registration_id
    before = both(table)

    with pytest.raises(NotFound):
        registration_store().refresh(NUMBER, other, LATER + 50, now)
    with pytest.raises(NotFound):
        registration_store().delete(NUMBER, other, now)
    assert both(table) == before


def test_a_refresh_and_a_delete_find_the_user_that_registered(table: "DynamoDBClient") -> None:
    create(device(user="user-2"))
    registration_store().delete(NUMBER, device().registration_id, NOW)

    assert register(table, user_owner("user-2")).registrations == {}
    assert register(table, user_owner("user-2")).version == 2


def test_a_sweep_ends_what_has_expired_and_no_more(table: "DynamoDBClient") -> None:
    create(device())
    create(device(2, expires_at=LATER + 1))
    owner = NUMBER_OWNER

    assert registration_store().end_expired(owner, LATER - 1) == ()
    assert register(table, owner).version == 2
    assert registration_store().end_expired(owner, LATER) == ((device(), Reason.EXPIRED),)
    assert registration_store().end_expired(owner, LATER) == ()
    swept = register(table, owner)
    assert list(swept.registrations.values()) == [device(2, expires_at=LATER + 1)]
    assert swept.ended == ((device(), Reason.EXPIRED),)
    assert stored(table, owner)["staleAt"] == {"N": str(LATER + 1)}


def test_a_sweep_leaves_alone_what_has_changed_meanwhile(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient"
) -> None:
    create(device())
    store = registration_store()
    stale = store.of_number(NUMBER)
    create(device(2, expires_at=LATER + 100), now=LATER)
    before = both(table)
    monkeypatch.setattr(store, "_read", lambda _: stale)

    assert store.end_expired(NUMBER_OWNER, LATER) == ()
    assert both(table) == before


# ------------------------------------------------- for others' transactions


def holds(table: "DynamoDBClient", condition: dict[str, Any]) -> bool:
    try:
        table.transact_write_items(TransactItems=[condition])  # type: ignore[list-item]
    except table.exceptions.TransactionCanceledException:
        return False
    return True


def test_a_transaction_may_require_an_active_registration(table: "DynamoDBClient") -> None:
    create(device())
    store = registration_store()
    known = device().registration_id

    assert holds(table, store.require_active(NUMBER, known, LATER - 1))
    assert not holds(table, store.require_active(NUMBER, known, LATER))
    assert not holds(table, store.require_active(NUMBER, registration_id(NOBODY, 2), NOW))
    assert not holds(table, store.require_active("another", known, NOW))
    store.delete(NUMBER, known, NOW)
    assert not holds(table, store.require_active(NUMBER, known, NOW))


@pytest.mark.parametrize("text", ["", "registration-1", "a.expiresAt", "#registration"])
def test_what_cannot_be_a_registration_is_not_asked_for(text: str) -> None:
    with pytest.raises(InvalidTokenContext):
        registration_store().require_active(NUMBER, text, NOW)


# ---------------------------------------------------------------------- faults

CHANGES: dict[str, Callable[[], None]] = {
    "create": creates(device(2)),
    "refresh": lambda: registration_store().refresh(
        NUMBER, device().registration_id, LATER + 50, NOW, user=USER
    ),
    "delete": lambda: registration_store().delete(NUMBER, device().registration_id, NOW, user=USER),
}
every_change = pytest.mark.parametrize("name", CHANGES)


@every_change
@pytest.mark.parametrize("lost", [1, 2])
def test_a_write_whose_answer_was_lost_is_its_own_success(
    dynamo: FaultyDynamoDB, table: "DynamoDBClient", name: str, lost: int
) -> None:
    create(device())
    dynamo.lose_answers(lost, after=1)

    CHANGES[name]()

    assert dynamo.requests == 2 + lost
    for found in both(table):
        assert found.version == 2
        assert len(found.registrations) == {"create": 2, "refresh": 1, "delete": 0}[name]


@every_change
def test_a_write_whose_answers_are_all_lost_is_unavailable(
    dynamo: FaultyDynamoDB, table: "DynamoDBClient", name: str
) -> None:
    create(device())
    dynamo.lose_answers(3, after=1)

    with pytest.raises(Unavailable):
        CHANGES[name]()
    assert [found.version for found in both(table)] == [2, 2]


def test_a_client_finds_what_it_has_registered_though_it_was_not_told(
    dynamo: FaultyDynamoDB,
) -> None:
    dynamo.lose_answers(3, after=1)

    assert post(NOBODY).code == (503, "UNAVAILABLE")
    assert post(NOBODY).code == (409, "ALREADY_EXISTS")
    assert len(get_by_device(NOBODY, device_id()).body) == 1


@pytest.mark.parametrize("lost", [1, 2])
def test_a_sweep_whose_answer_was_lost_has_ended_what_it_has(
    dynamo: FaultyDynamoDB, table: "DynamoDBClient", lost: int
) -> None:
    create(device())
    dynamo.lose_answers(lost, after=1)

    ended = registration_store().end_expired(NUMBER_OWNER, LATER)

    assert ended == ((device(), Reason.EXPIRED),)
    assert register(table, NUMBER_OWNER).version == 2


def test_a_lost_answer_never_makes_a_refusal_a_success(dynamo: FaultyDynamoDB) -> None:
    create(device())
    dynamo.lose_answers(1)

    with pytest.raises(AlreadyExists):
        create(device(registration_id=registration_id(NOBODY, 7)))


class Conflicts:
    """Transactions that meet another one: cancelled, so many times."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, times: int, reason: str = "TransactionConflict"
    ) -> None:
        self.tokens: list[str] = []
        real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

        def meet(client: Any, name: str, arguments: dict[str, Any]) -> Any:
            if name == "TransactWriteItems":
                self.tokens.append(arguments["ClientRequestToken"])
                if len(self.tokens) <= times:
                    error = {
                        "Error": {"Code": "TransactionCanceledException"},
                        "CancellationReasons": [{"Code": "None"}, {"Code": reason}],
                    }
                    raise client.exceptions.TransactionCanceledException(error, name)
            return real(client, name, arguments)

        monkeypatch.setattr(BaseClient, "_make_api_call", meet)


@every_change
def test_whoever_meets_another_tries_again(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient", name: str
) -> None:
    create(device())
    conflicts = Conflicts(monkeypatch, 9)

    CHANGES[name]()

    assert [found.version for found in both(table)] == [2, 2]
    # DynamoDB takes a token that it knows, with another content, for a mistake.
    assert len(set(conflicts.tokens)) == 10


@every_change
def test_conflicts_without_end_are_unavailable(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient", name: str
) -> None:
    create(device())
    Conflicts(monkeypatch, 1000)

    with pytest.raises(Unavailable):
        CHANGES[name]()
    assert [found.version for found in both(table)] == [1, 1]


@pytest.mark.parametrize(
    "code", ["ConditionalCheckFailedException", "TransactionConflictException"]
)
def test_a_sweep_that_meets_another_leaves_it_to_that(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    create(device())
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def meet(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        if name == "PutItem":
            raise getattr(client.exceptions, code)({"Error": {"Code": code}}, name)
        return real(client, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", meet)

    assert registration_store().end_expired(NUMBER_OWNER, LATER) == ()


def test_reads_see_every_write_before_them(
    requests: list[tuple[str, dict[str, Any]]],
) -> None:
    create(device())
    registration_store().of_number(NUMBER)

    [both_at_once, _, one] = [arguments for _, arguments in requests]
    assert both_at_once["RequestItems"][REGISTRATIONS]["ConsistentRead"]
    assert one["ConsistentRead"]


@every_change
def test_a_change_takes_a_read_and_a_write(
    requests: list[tuple[str, dict[str, Any]]], name: str
) -> None:
    create(device())
    requests.clear()

    CHANGES[name]()

    assert [name for name, _ in requests] == ["BatchGetItem", "TransactWriteItems"]


@every_change
def test_what_dynamodb_does_not_get_to_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    create(device())
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def half_served(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        answer = real(client, operation, arguments)
        if operation == "BatchGetItem":
            answer["UnprocessedKeys"] = arguments["RequestItems"]
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", half_served)

    with pytest.raises(Unavailable):
        CHANGES[name]()


@every_change
@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_transaction_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    create(device())
    conflicts = Conflicts(monkeypatch, 1, reason)

    with pytest.raises(Unavailable):
        CHANGES[name]()
    assert len(conflicts.tokens) == 1


@pytest.mark.parametrize("gone", [{NUMBER_OWNER}, {USER_OWNER}, {NUMBER_OWNER, USER_OWNER}])
def test_it_does_not_matter_which_registers_time_to_live_has_removed(
    table: "DynamoDBClient", gone: set[str]
) -> None:
    create(device())
    for owner in gone:
        table.delete_item(TableName=REGISTRATIONS, Key={"owner": {"S": owner}})
    anew = device(registration_id=registration_id(NOBODY, 7), expires_at=LATER + 100)

    create(anew, now=LATER)

    for owner in (NUMBER_OWNER, USER_OWNER):
        found = register(table, owner)
        assert list(found.registrations.values()) == [anew]
        assert found.version == (1 if owner in gone else 2)


def test_a_refresh_repairs_a_users_register_that_is_gone(table: "DynamoDBClient") -> None:
    create(device())
    table.delete_item(TableName=REGISTRATIONS, Key={"owner": {"S": USER_OWNER}})

    registration_store().refresh(NUMBER, device().registration_id, LATER + 50, NOW)

    assert [found.active(NOW) for found in both(table)] == [[device(expires_at=LATER + 50)]] * 2
