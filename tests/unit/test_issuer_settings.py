"""Whose tokens are taken, as the parameter in Systems Manager says it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from authorizer import settings
from authorizer.settings import Settings, read_settings, settings_in
from tests.support.tokens import AUDIENCE, ISSUER, SETTINGS

STORED = {"issuer": ISSUER, "audience": AUDIENCE, "jwksUri": ""}
NAME = "/webrtc/stack/issuer"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("SETTINGS_PARAMETER", NAME)
    client = settings.ssm_client.__wrapped__()
    monkeypatch.setattr(settings, "ssm_client", lambda: client)
    return client


def test_they_are_read_from_the_parameter(client: Any) -> None:
    with Stubber(client) as ssm:
        parameter = {"Parameter": {"Value": json.dumps(STORED)}}
        ssm.add_response("get_parameter", parameter, {"Name": NAME})

        assert read_settings() == SETTINGS


def test_a_refusal_is_told(client: Any) -> None:
    with Stubber(client) as ssm:
        ssm.add_client_error("get_parameter", "ThrottlingException")
        with pytest.raises(ClientError, match="Throttling"):
            read_settings()


def test_whoever_waits_for_it_does_not_wait_for_long(client: Any) -> None:
    config = client.meta.config

    attempts = config.retries["total_max_attempts"]
    assert attempts * (config.connect_timeout + config.read_timeout) < 10


def test_an_address_of_keys_may_be_among_them() -> None:
    address = "https://keys.example.com/keys?p=b2c_1"

    assert settings_in(json.dumps(STORED | {"jwksUri": address})) == Settings(
        ISSUER, AUDIENCE, address
    )


NO_SETTINGS: dict[str, Any] = {
    "no issuer": {"audience": AUDIENCE, "jwksUri": ""},
    "issuer empty": STORED | {"issuer": ""},
    "issuer a list": STORED | {"issuer": [ISSUER]},
    "no audience": {"issuer": ISSUER, "jwksUri": ""},
    "audience empty": STORED | {"audience": ""},
    "audience a list": STORED | {"audience": [AUDIENCE]},
    "no jwksUri": {"issuer": ISSUER, "audience": AUDIENCE},
    "jwksUri null": STORED | {"jwksUri": None},
    "a list": [STORED],
    "a text": ISSUER,
}


@pytest.mark.parametrize("stored", NO_SETTINGS.values(), ids=NO_SETTINGS)
def test_what_are_no_settings(stored: Any) -> None:
    with pytest.raises(ValueError, match="no settings of ours"):
        settings_in(json.dumps(stored))


@pytest.mark.parametrize("text", ["", "issuer", "{", "[" * 4096], ids=["", "word", "cut", "nested"])
def test_nor_is_what_is_no_json(text: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        settings_in(text)
