"""How a path is shown: its ids cut to what tells them apart, its names whole."""

import pytest

from infra.local.shown import shortened

SUBSCRIPTIONS = "/webrtc-events-subscriptions/v0.3/subscriptions"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (SUBSCRIPTIONS, SUBSCRIPTIONS),
        (f"{SUBSCRIPTIONS}/293c3e39-5a1d-4c3b-8e7f-6d5c4b3a2918", f"{SUBSCRIPTIONS}/293c3e39.."),
        (f"/webrtc/sessions/{'5f3c0d9e' * 5}/status", "/webrtc/sessions/5f3c0d9e../status"),
        (
            "/sessions?deviceId=7ce9b2a4-4d05-4cf5-9a9c-0a5b0c2f6d11",
            "/sessions?deviceId=7ce9b2a4..",
        ),
        (f"/webrtc/sessions/{'a' * 257}", "/webrtc/sessions/aaaaaaaa.."),
        ("/webrtc/sessions/a,b", "/webrtc/sessions/a,b"),
    ],
)
def test_a_path_is_as_short_as_can_be(path: str, shown: str) -> None:
    assert shortened(path) == shown
