"""Whatever a stream or a queue brings: it is done, set aside or comes again, and nothing breaks."""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis.strategies import SearchStrategy

from call_handling.session_key import key
from camara.scope import EventType
from notifications import (
    deliver_notification,
    probe_sink,
    publish_events,
    publish_to_sessions_bus,
)
from notifications.item import key as subscription_key
from notifications.post import NotDelivered
from notifications.subscription import Credential, Subscription, TerminationReason
from registration.item import subscriber_owner
from tests.fuzz.driven import (
    PROBE,
    changes,
    message,
    messages,
    records,
    register_images,
    session_images,
    subscription_images,
)
from tests.support.api import a_call, delete
from tests.support.audiences import listed, store_all, to_be_listed
from tests.support.builders import ALICE, ALICE_KEY, NOW, a_session, a_subscription
from tests.support.effort import effort
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import set_aside_in
from tests.support.on_moto import Messaging, clock, environment, messaging, table

__all__ = ["clock", "environment", "messaging", "table"]

KEYS = key(a_session().media_session_id)
PUBLISHERS: dict[str, tuple[Callable[..., Any], SearchStrategy[dict[str, Any]]]] = {
    "sessions": (publish_events.handler, changes(session_images(), KEYS)),
    "sessions, to the bus": (publish_to_sessions_bus.handler, changes(session_images(), KEYS)),
    "registrations": (
        publish_events.handler,
        changes(register_images(), {"owner": {"S": subscriber_owner(ALICE_KEY)}}),
    ),
    "subscriptions": (
        publish_events.handler,
        changes(
            subscription_images(a_subscription()),
            subscription_key(ALICE_KEY, a_subscription().subscription_id),
        ),
    ),
}
"""Who publishes them, with what the stream brings."""


FAILING = a_subscription().failed(PROBE, NOW - 60, NOW - 5)
STATES: SearchStrategy[Subscription] = (
    st.sampled_from(
        [
            FAILING,
            FAILING.failed_again(PROBE, 1, NOW),
            a_subscription(failures=99, failed_at=NOW).failed(PROBE, NOW, NOW),
            a_subscription(max_events=1).failed(PROBE, NOW, NOW),
        ]
    )
    | st.sampled_from(
        [FAILING.with_mark_cleared(NOW), FAILING.with_mark_cleared(NOW).caught_up(NOW, NOW)]
    )
    | st.sampled_from(
        [
            a_subscription(),
            a_subscription(max_events=1),
            a_subscription(credential=Credential((b"nothing that was sealed",), NOW + 3600)),
            a_subscription(credential=Credential((b"nothing that was sealed",), NOW)),
            a_subscription(ends_at=NOW),
            a_subscription(ended=TerminationReason.SUBSCRIPTION_DELETED, ended_at=NOW),
        ]
    )
)
"""Of a subscription, before a message for it comes."""

DRIVEN = {"DeliverNotification": deliver_notification.handler, "ProbeSink": probe_sink.handler}
ANSWERS: SearchStrategy[int | None] = st.just(204) | st.sampled_from(
    [200, 302, 401, 403, 404, 410, 429, 500, None]
)
"""Of a sink; ``None`` for one that cannot be reached."""


@pytest.fixture
def aside(monkeypatch: pytest.MonkeyPatch, messaging: Messaging) -> str:
    """Return the queue of what is set aside."""
    del messaging  # which has to be there first
    return set_aside_in(monkeypatch)


@pytest.fixture
def calls(messaging: Messaging) -> list[str]:
    """One that rings, one that is answered, and one that is over."""
    del messaging  # which has to be there first
    over = a_call()
    delete(ALICE, over)
    return [a_call(), a_call("Connected"), over]


@pytest.mark.parametrize("stream", PUBLISHERS)
@given(data=st.data())
@effort(60)
def test_any_records(aside: str, stream: str, data: st.DataObject) -> None:
    """AWS serves, so nothing comes again: it is done, or set aside."""
    del aside
    store_all([a_subscription(kind, type=each) for kind, each in enumerate(EventType)])
    handler, change = PUBLISHERS[stream]
    made = data.draw(st.lists(change, min_size=1, max_size=4))

    answer = handler({"Records": records(made)}, a_lambda_context())
    assert answer == {"batchItemFailures": []}


@pytest.mark.parametrize("function", DRIVEN)
@given(
    data=st.data(),
    state=STATES,
    answers=ANSWERS,
    times=st.integers(1, 30),
)
@effort(100)
def test_any_message(
    calls: list[str],
    function: str,
    data: st.DataObject,
    state: Subscription,
    answers: int | None,
    times: int,
) -> None:
    """It is done or comes again, and what publishing knows of a subscription is what it is."""
    store_all([state])
    body = data.draw(messages(state, calls))

    def post(*_: Any, **__: Any) -> int:
        if answers is None:
            raise NotDelivered
        return answers

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("notifications.delivery.post", post)
        answer = DRIVEN[function](message(body, times), a_lambda_context())

    assert answer["batchItemFailures"] in ([], [{"itemIdentifier": "message-1"}])
    assert listed(ALICE_KEY) == to_be_listed(ALICE_KEY)
