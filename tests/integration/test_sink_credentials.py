"""A sink's access token: sealed where it is stored, sent while it holds."""

from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camara.errors import Unavailable
from notifications.credentials import Vault, vault
from notifications.subscription import Credential, Subscription
from tests.support.builders import ALICE, NOW, subscription_id
from tests.support.faulty_dynamodb import client_error
from tests.support.messaging import Requests, failing
from tests.support.on_moto import Messaging
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


TOKEN = "made-up-sink-token"
MINE, OTHER = subscription_id(1), subscription_id(2)

pytestmark = pytest.mark.usefixtures("messaging")


def sealed(token: str = TOKEN) -> Credential:
    return vault().seal(MINE, token, NOW)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=st.text(st.characters(codec="ascii"), min_size=1, max_size=9000))
def test_what_is_sealed_can_be_opened(token: str) -> None:
    assert vault().open(MINE, sealed(token)) == token


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3)])
def test_a_token_that_is_longer_than_kms_takes_is_in_parts(length: int, parts: int) -> None:
    credential = sealed("x" * length)

    assert len(credential.ciphertext) == parts
    assert vault().open(MINE, credential) == "x" * length


def test_when_it_expires_is_kept() -> None:
    assert sealed().expires_at == NOW


def test_the_token_is_not_in_what_is_kept() -> None:
    assert all(TOKEN.encode() not in part for part in sealed().ciphertext)


def test_the_key_is_the_configured_one(messaging: Messaging, requests: Requests) -> None:
    vault().open(MINE, sealed())

    assert [name for name, _ in requests] == ["Encrypt", "Decrypt"]
    for _, arguments in requests:
        assert arguments["KeyId"] == "alias/sink-credentials"
        assert arguments["EncryptionContext"] == {"subscriptionId": MINE, "part": "0"}
    assert messaging.key


def test_a_credential_of_another_subscription_cannot_be_opened() -> None:
    with pytest.raises(Unavailable):
        vault().open(OTHER, sealed())


def test_parts_in_another_order_cannot_be_opened() -> None:
    credential = sealed("x" * 5000)

    with pytest.raises(Unavailable):
        vault().open(MINE, credential._replace(ciphertext=credential.ciphertext[::-1]))


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException"),
        client_error("KMSInternalException"),
        client_error("AccessDeniedException"),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
    ids=lambda error: getattr(error, "response", {}).get("Error", {}).get("Code", "connection"),
)
def test_kms_that_does_not_serve_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, error: ClientError
) -> None:
    credential = sealed()
    failing(monkeypatch, "Encrypt", error)
    failing(monkeypatch, "Decrypt", error)

    with pytest.raises(Unavailable):
        sealed()
    with pytest.raises(Unavailable):
        vault().open(MINE, credential)


def decrypted(requests: Requests) -> int:
    """Return how often KMS was asked to decrypt, since last asked."""
    times = [name for name, _ in requests].count("Decrypt")
    requests.clear()
    return times


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (8192, 2)])
def test_a_credential_is_decrypted_once_in_a_process(
    requests: Requests, length: int, parts: int
) -> None:
    credential = sealed("x" * length)
    opened = [vault().open(MINE, credential) for _ in range(3)]

    assert opened == ["x" * length] * 3
    assert decrypted(requests) == parts
    vault.cache_clear()
    assert vault().open(MINE, credential) == "x" * length
    assert decrypted(requests) == parts


def test_a_new_credential_is_decrypted_whatever_the_old_one_was(requests: Requests) -> None:
    for token in (TOKEN, f"{TOKEN}-2", f"{TOKEN}-2"):
        assert vault().open(MINE, sealed(token)) == token

    assert decrypted(requests) == 3


def test_what_is_decrypted_for_one_subscription_opens_for_no_other(requests: Requests) -> None:
    credential = sealed()
    assert vault().open(MINE, credential) == TOKEN

    with pytest.raises(Unavailable):
        vault().open(OTHER, credential)
    assert vault().open(MINE, credential) == TOKEN
    assert decrypted(requests) == 2


def test_that_kms_did_not_serve_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    credential = sealed()
    with monkeypatch.context() as patch:
        failing(patch, "Decrypt", client_error("ThrottlingException"))
        with pytest.raises(Unavailable):
            vault().open(MINE, credential)

    assert vault().open(MINE, credential) == TOKEN


def test_a_process_keeps_a_thousand_of_them_the_ones_used_last() -> None:
    kms = Mock()
    kms.decrypt.return_value = {"Plaintext": TOKEN.encode()}
    opened = Vault(kms, "key")
    credentials = [Credential((str(number).encode(),), NOW) for number in range(1001)]
    for credential in credentials:
        opened.open(MINE, credential)
    assert kms.decrypt.call_count == 1001

    opened.open(MINE, credentials[1])
    assert kms.decrypt.call_count == 1001
    opened.open(MINE, credentials[0])
    assert kms.decrypt.call_count == 1002
