"""Every function as it was built, under the Lambda runtime emulator.

What a function reaches is on loopback: its part of AWS, an issuer's key set, a webhook.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from infra.local.settings import BUILD
from infra.local.webhook import Webhook, serving
from tests.support import loopback
from tests.support.lambda_function import Built, LambdaFunction, Started, environment, running
from tests.support.lambda_packages import link_lambda_packages
from tests.support.payloads import variables_of
from tests.support.serving import served
from tests.support.table import create_tables
from tests.support.tokens import AUDIENCE, ISSUER, rsa_jwk


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    if not (BUILD / "template.yaml").exists():
        pytest.fail("nothing is built yet: make build", pytrace=False)


@pytest.fixture(scope="session")
def lambda_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Lambda runtime brings along, as a folder for ``sys.path``."""
    folder = tmp_path_factory.mktemp("lambda")
    link_lambda_packages(folder)
    return folder


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    """What the functions need of AWS, the tables among it, empty."""
    with loopback.aws_apart() as url:
        create_tables(loopback.client(url, "dynamodb"))
        yield url


@pytest.fixture(scope="session")
def of_aws(aws_url: str) -> dict[str, str]:
    """The variables that say where the functions' part of AWS is."""
    sqs = loopback.client(aws_url, "sqs")
    queue = sqs.create_queue(QueueName="notifications.fifo", Attributes={"FifoQueue": "true"})
    loopback.client(aws_url, "events").create_event_bus(Name="sessions")
    key = loopback.client(aws_url, "kms").create_key()["KeyMetadata"]["KeyId"]
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "NOTIFICATIONS_QUEUE": queue["QueueUrl"],
        "PROBES_QUEUE": sqs.create_queue(QueueName="probes")["QueueUrl"],
        "SINK_CREDENTIALS_KEY": key,
        "LOOPBACK_SINKS": "true",
    }


@pytest.fixture(scope="session")
def jwks_url() -> Iterator[str]:
    """The key set of the issuer in ``tests.support.tokens``."""
    keys = json.dumps({"keys": [rsa_jwk()]})
    with served(Response(keys, content_type="application/json")) as url:
        yield url


@pytest.fixture(scope="session")
def trusting(aws_url: str) -> Callable[[str], dict[str, str]]:
    """The variables that say where the settings of that issuer are, with its keys at a URL."""
    number = count(1)

    def variables(jwks_url: str) -> dict[str, str]:
        settings = {"issuer": ISSUER, "audience": AUDIENCE, "jwksUri": jwks_url}
        name = f"/webrtc/stack-{next(number)}/issuer"
        parameter = {"Name": name, "Type": "String", "Value": json.dumps(settings)}
        loopback.client(aws_url, "ssm").put_parameter(**parameter)
        return {"AWS_ENDPOINT_URL": aws_url, "SETTINGS_PARAMETER": name}

    return variables


@pytest.fixture(scope="session")
def started(lambda_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Started:
    """Keeps a function with its variables of ``events/env.json``, some of them replaced."""
    logs, number = tmp_path_factory.mktemp("logs"), count(1)

    def start(logical_id: str, **variables: str) -> AbstractContextManager[LambdaFunction]:
        whole = environment(logical_id, variables_of(logical_id) | variables, lambda_packages)
        return running(logical_id, whole, logs / f"{next(number)} {logical_id}.log")

    return start


@pytest.fixture(scope="session")
def run(started: Started) -> Iterator[Callable[..., LambdaFunction]]:
    """Starts a function for all tests."""
    with ExitStack() as until_the_end:
        yield lambda name, **variables: until_the_end.enter_context(started(name, **variables))


@pytest.fixture(scope="session")
def built(run: Callable[..., LambdaFunction], of_aws: dict[str, str]) -> Built:
    """A device may be registered for a second, too."""
    shortest = {"REGISTRATION_MIN_SECONDS": "1"}
    return cache(lambda name: run(name, **of_aws, **shortest if name == "RegistrationApi" else {}))


@pytest.fixture(scope="session")
def authorizer(
    run: Callable[..., LambdaFunction], trusting: Callable[[str], dict[str, str]], jwks_url: str
) -> LambdaFunction:
    return run("JwtAuthorizer", **trusting(jwks_url))


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with serving() as served:
        yield served
