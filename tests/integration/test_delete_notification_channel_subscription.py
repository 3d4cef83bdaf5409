"""deleteNotificationChannelSubscription: the subscription is gone at once."""

from notifications.subscription import TerminationReason
from tests.support.builders import ALICE, NOW
from tests.support.subscriptions_api import delete, get, stored, subscribed


def test_a_deleted_subscription_is_gone() -> None:
    known = subscribed()
    [before] = stored()

    answer = delete(ALICE, known)

    assert (answer.status, answer.body) == (204, None)
    assert get(ALICE, known).code == (404, "NOT_FOUND")
    assert delete(ALICE, known).code == (404, "NOT_FOUND")
    assert stored() == [before.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)]


def test_a_delete_has_no_body() -> None:
    known = subscribed()

    assert delete(ALICE, known, body={}).code == (400, "INVALID_ARGUMENT")
    assert get(ALICE, known).body["status"] == "ACTIVE"
