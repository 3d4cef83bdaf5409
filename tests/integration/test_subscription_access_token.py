"""A sink's access token: encrypted where it is kept, shown nowhere, changed by an update."""

from typing import Any

import pytest

from notifications.credentials import vault
from notifications.subscription import Subscription
from tests.support.builders import ALICE, NOW
from tests.support.subscriptions_api import (
    DAY,
    TOKEN,
    a_credential,
    a_subscription_request,
    at,
    get,
    get_all,
    post,
    put,
    stored,
    subscribed,
)


def token_of(subscription: Subscription) -> str:
    """Open the access token that is stored."""
    assert subscription.credential
    return vault().open(subscription.subscription_id, subscription.credential)


@pytest.mark.usefixtures("messaging")
@pytest.mark.parametrize("token", [TOKEN, "x" * 8192, "Az09-._~+/=="])
def test_an_access_token_is_kept_encrypted_and_never_shown(token: str, table: Any) -> None:
    credential = a_credential(accessToken=token, accessTokenExpiresUtc=at(2 * DAY))

    made = post(body=a_subscription_request(sinkCredential=credential))

    [known] = stored()
    assert token_of(known) == token
    assert known.credential
    assert known.credential.expires_at == NOW + 2 * DAY
    items = table.scan(TableName="subscriptions")["Items"]
    assert len(items) == 2
    answers = [made, get(ALICE, made.body["id"]), get_all(), put(ALICE, made.body["id"])]
    for text in (str(items), *(str(answer.body) for answer in answers)):
        assert token[:100] not in text
        assert "accessToken" not in text


def test_without_the_key_nothing_is_stored() -> None:
    body = a_subscription_request(sinkCredential=a_credential())
    known = subscribed()
    before = stored()

    assert post(body=body).code == (503, "UNAVAILABLE")
    assert put(ALICE, known, {"sinkCredential": a_credential()}).code == (503, "UNAVAILABLE")
    assert stored() == before
    assert post().status == 201


@pytest.mark.usefixtures("messaging")
def test_an_update_changes_the_access_token_and_leaves_the_rest() -> None:
    known = subscribed(subscriptionExpireTime=at(10))
    shown = get(ALICE, known).body
    for token in (f"{TOKEN}-2", f"{TOKEN}-3"):
        expiry = at(3 * DAY)
        credential = a_credential(accessToken=token, accessTokenExpiresUtc=expiry)

        answer = put(ALICE, known, {"sinkCredential": credential})

        assert (answer.status, answer.body) == (200, shown)
        [after] = stored()
        assert token_of(after) == token
        assert after.credential
        assert after.credential.expires_at == NOW + 3 * DAY
        assert after.ends_at == NOW + 10
    put(ALICE, known, {"config": {"subscriptionExpireTime": at(20)}})
    [after] = stored()
    assert (after.ends_at, token_of(after)) == (NOW + 20, token)


@pytest.mark.usefixtures("messaging")
def test_an_update_changes_both() -> None:
    known = subscribed()
    both = {
        "sinkCredential": a_credential(),
        "config": {"subscriptionExpireTime": at(10)},
    }

    assert put(ALICE, known, both).body == put(ALICE, known, both).body

    [after] = stored()
    assert (after.ends_at, token_of(after)) == (NOW + 10, TOKEN)
