"""X-Ray is off: it costs money per trace, and a segment may show a path with a made-up id in it.

What happened to a request, or to a call, is found in the log.
"""

import pytest

from tests.support.template import function_property, properties, template

FUNCTIONS = sorted(
    name
    for name, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_sends_traces(function: str) -> None:
    assert function_property(function, "Tracing") is None


def test_the_stage_sends_no_traces() -> None:
    assert "TracingEnabled" not in properties("Api")


def test_no_role_may_write_traces() -> None:
    assert "xray:" not in str(template()["Resources"])
