"""What is paid for each invocation or each month, and that nothing stands against it."""

import pytest

from tests.support.template import function_property, properties, template

FUNCTIONS = sorted(
    name
    for name, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
)


def test_lambda_itself_logs_only_what_goes_wrong() -> None:
    logging = template()["Globals"]["Function"]["LoggingConfig"]

    assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "WARN")


def test_no_metric_is_filtered_out_and_no_request_of_botocores_is_logged() -> None:
    """A metric is a line of level INFO; botocore logs whole requests at DEBUG."""
    assert template()["Globals"]["Function"]["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
    assert "DEBUG" not in template()["Parameters"]["LogLevel"]["AllowedValues"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_says_only_where_it_logs(function: str) -> None:
    assert properties(function)["LoggingConfig"].keys() == {"LogGroup"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_snapshot_of_an_old_version_is_kept(function: str) -> None:
    assert function_property(function, "VersionDeletionPolicy") == "Delete"
