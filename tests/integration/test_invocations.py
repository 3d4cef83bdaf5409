"""Whatever a function logs says of which invocation it is."""

import io
import json
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from aws import log
from aws.settings import Misconfigured
from tests.support.configured import configure
from tests.support.lambda_context import a_lambda_context
from tests.support.template import properties, template

EVENTS = Path(__file__).parents[2] / "events"
FUNCTIONS = sorted(
    name
    for name, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
)


@pytest.mark.usefixtures("messaging", "logged")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_names_the_invocation(function: str) -> None:
    module, _, name = properties(function)["Handler"].rpartition(".")
    event, context = json.loads((EVENTS / f"{function}.json").read_text()), a_lambda_context()

    # What comes of the event does not matter here.
    with suppress(Exception):
        getattr(import_module(module), name)(event, context)

    assert log.logger().get_current_keys()["functionRequestId"] == context.aws_request_id


@pytest.mark.usefixtures("messaging")
@pytest.mark.parametrize("function", ["DeliverNotification", "ProbeSink"])
def test_what_is_missing_is_logged_with_the_invocation_that_misses_it(
    function: str, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    configure(monkeypatch, EVENT_SOURCE="")
    module, _, name = properties(function)["Handler"].rpartition(".")
    event, context = json.loads((EVENTS / f"{function}.json").read_text()), a_lambda_context()

    with pytest.raises(Misconfigured, match="EVENT_SOURCE"):
        getattr(import_module(module), name)(event, context)

    line = json.loads(logged.getvalue())
    assert line["variables"] == ["EVENT_SOURCE"]
    assert line["functionRequestId"] == context.aws_request_id
