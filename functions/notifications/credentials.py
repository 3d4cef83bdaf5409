"""Encryption of the access tokens of sinks with a key in KMS.

KMS encrypts 4 KiB at a time, and a token may be twice as long: each part is bound to its
subscription and its place. Source: AWS KMS, ``Encrypt``, encryption context.
"""

from functools import cache, lru_cache
from itertools import batched
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from aws import deadline
from camara.errors import Unavailable
from camara.unix_time import UnixSeconds
from notifications.settings import settings
from notifications.subscription import Credential

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_PART_BYTES = 4096

_KEPT = 1000
"""Access tokens that a process keeps decrypted: 8 MB at most."""


class Vault:
    """Seals and opens access tokens.

    Raises ``Unavailable`` when KMS does not serve, ``Timeout`` when there is no time to ask it.
    """

    def __init__(self, client: "KMSClient", key: str) -> None:
        self._client = client
        self._key = key
        self._opened = lru_cache(_KEPT)(self._decrypt)

    def seal(self, subscription_id: str, access_token: str, expires_at: UnixSeconds) -> Credential:
        """Encrypt an access token (ASCII) for a subscription."""
        parts = batched(access_token.encode("ascii"), _PART_BYTES, strict=False)
        try:
            ciphertext = tuple(
                self._client.encrypt(
                    KeyId=self._key,
                    Plaintext=bytes(part),
                    EncryptionContext=_context(subscription_id, place),
                )["CiphertextBlob"]
                for place, part in enumerate(parts)
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        return Credential(ciphertext, expires_at)

    def open(self, subscription_id: str, credential: Credential) -> str:
        """Return the access token, decrypted once in this process."""
        return self._opened(subscription_id, credential.ciphertext)

    def _decrypt(self, subscription_id: str, ciphertext: tuple[bytes, ...]) -> str:
        try:
            parts = [
                self._client.decrypt(
                    KeyId=self._key,
                    CiphertextBlob=part,
                    EncryptionContext=_context(subscription_id, place),
                )["Plaintext"]
                for place, part in enumerate(ciphertext)
            ]
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        return b"".join(parts).decode("ascii")


def _context(subscription_id: str, place: int) -> dict[str, str]:
    return {"subscriptionId": subscription_id, "part": str(place)}


@cache
def vault() -> Vault:
    """Return the process's vault, as the environment configures it.

    Two attempts of at most 3 seconds, with the wait 7 seconds a part.
    """
    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    return Vault(
        deadline.enforce_deadline(boto3.client("kms", config=config)),
        settings().sink_credentials_key,
    )
