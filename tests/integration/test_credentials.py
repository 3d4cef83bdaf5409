"""Access tokens for sinks: nobody reads them without the key, nor in another's place."""

from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camara.errors import Unavailable
from notifications.credentials import Vault, vault
from notifications.subscription import Credential
from tests.support.builders import NOW, subscription_id
from tests.support.faulty_dynamodb import client_error
from tests.support.messaging import Requests, failing
from tests.support.on_moto import Messaging

TOKEN = "made-up-sink-token"
MINE, OTHER = subscription_id(1), subscription_id(2)

pytestmark = pytest.mark.usefixtures("messaging")


def sealed(token: str = TOKEN) -> Credential:
    return vault().seal(MINE, token, NOW)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(token=st.text(st.characters(codec="ascii"), min_size=1, max_size=9000))
def test_what_is_sealed_can_be_opened(token: str) -> None:
    assert vault().open(MINE, sealed(token)) == token


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3)])
def test_a_token_that_is_longer_than_kms_takes_is_in_parts(length: int, parts: int) -> None:
    credential = sealed("x" * length)

    assert len(credential.ciphertext) == parts
    assert vault().open(MINE, credential) == "x" * length


def test_what_is_kept_is_when_it_expires_and_not_the_token() -> None:
    assert sealed().expires_at == NOW
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
