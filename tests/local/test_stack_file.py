import json
from pathlib import Path

import pytest

from infra.local import stack_file
from infra.local.stack_file import Stack

STACK = Stack(
    api_url="http://127.0.0.1:4566/_aws/execute-api/abc/camara",
    token_url="http://127.0.0.1:9400/token",
    issuer="http://127.0.0.1:9400",
    audience="webrtc-call-handling",
    aws_endpoint_url="http://127.0.0.1:4566",
    region="eu-central-1",
    stack_name="local",
    functions={"SweepExpired": "local-SweepExpired-1"},
    tables={"SessionsTable": "local-SessionsTable-1"},
    roles={"SweepExpiredRole": "local-SweepExpiredRole-1"},
    ring_timeout_seconds=120,
)


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "stack.json"
    monkeypatch.setattr(stack_file, "_FILE", path)
    return path


def test_what_is_saved_is_loaded() -> None:
    STACK.save()

    assert Stack.load() == STACK


def test_the_file_has_camel_case_names_and_the_ids_as_they_are(file: Path) -> None:
    STACK.save()

    content = json.loads(file.read_text())
    assert content["apiUrl"] == STACK.api_url
    assert content["awsEndpointUrl"] == STACK.aws_endpoint_url
    assert content["functions"] == {"SweepExpired": "local-SweepExpired-1"}


def test_saving_replaces_the_file_and_leaves_nothing_beside_it(file: Path) -> None:
    STACK.save()
    STACK.model_copy(update={"region": "eu-west-1"}).save()

    loaded = Stack.load()
    assert loaded
    assert loaded.region == "eu-west-1"
    assert list(file.parent.iterdir()) == [file]


def test_without_a_file_there_is_no_stack() -> None:
    assert Stack.load() is None


def test_a_stack_is_forgotten_once_and_for_all() -> None:
    STACK.save()

    Stack.forget()
    Stack.forget()

    assert Stack.load() is None


@pytest.mark.parametrize("content", ["", "{", "{}", "[]"])
def test_a_file_of_another_shape_is_no_stack(file: Path, content: str) -> None:
    STACK.save()
    file.write_text(content)

    assert Stack.load() is None
