"""Ids in a path that cannot be one, whatever is to be done to whatever they name."""

from collections.abc import Callable

import pytest

from tests.support import registration_api, subscriptions_api
from tests.support.api import SESSIONS, Answer, invoke
from tests.support.builders import ALICE

OF_ONE: dict[str, Callable[..., Answer]] = {
    f"{name} {thing}": send
    for thing, operations in {
        "a registration": registration_api.OF_ONE,
        "a subscription": subscriptions_api.OF_ONE,
    }.items()
    for name, send in operations.items()
}


@pytest.mark.parametrize("send", OF_ONE.values(), ids=OF_ONE)
@pytest.mark.parametrize(
    ("path_id", "code"),
    [
        (None, "INVALID_ARGUMENT"),
        ("", "INVALID_ARGUMENT"),
        ("a b", "INVALID_ARGUMENT"),
        ("a/b", "INVALID_ARGUMENT"),
        ("{registrationId}", "INVALID_ARGUMENT"),
        ("{subscriptionId}", "INVALID_ARGUMENT"),
        ("\u00e9", "INVALID_ARGUMENT"),
        ("x" * 257, "OUT_OF_RANGE"),
    ],
)
def test_a_malformed_id(send: Callable[..., Answer], path_id: str | None, code: str) -> None:
    assert send(ALICE, path_id).code == (400, code)


def test_a_list_has_no_final_slash() -> None:
    assert invoke("GET", subscriptions_api.SUBSCRIPTIONS).status == 200
    assert invoke("GET", f"{subscriptions_api.SUBSCRIPTIONS}/").code == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("sessions", [SESSIONS, "/webrtc-call-handling/v0.4/sessions"])
def test_a_status_without_an_id(method: str, sessions: str) -> None:
    assert invoke(method, f"{sessions}/status").code == (400, "INVALID_ARGUMENT")
