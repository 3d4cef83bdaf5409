"""Whatever can fail is watched by an alarm, and in production an alarm tells somebody."""

import tomllib
from pathlib import Path

import pytest

from tests.support.alarms import alarms, watched_by
from tests.support.template import template

ROOT = Path(__file__).parents[2]
FUNCTIONS = {
    name
    for name, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}
INDEXES = {
    (name, index["IndexName"])
    for name, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::DynamoDB::Table"
    for index in resource["Properties"]["GlobalSecondaryIndexes"]
}
TABLES = {table for table, _ in INDEXES}


def _watched(metric: str, *dimensions: str) -> set[tuple[str, ...]]:
    """Return what the alarms on a metric with these dimensions are about."""
    found = [
        dict(watched.dimensions)
        for watched in map(watched_by, alarms().values())
        if watched.name == metric
    ]
    return {
        tuple(each[name] for name in dimensions) for each in found if each.keys() == set(dimensions)
    }


def test_every_function_is_watched_for_throttles() -> None:
    assert _watched("Throttles", "FunctionName") == {(function,) for function in FUNCTIONS}


def test_every_function_is_watched_for_errors_but_one_that_fails_on_purpose() -> None:
    """The authorizer raises for a token that may be good later."""
    watched = {function for (function,) in _watched("Errors", "FunctionName")}

    assert watched == FUNCTIONS - {"JwtAuthorizer"}


@pytest.mark.parametrize("metric", ["ReadThrottleEvents", "WriteThrottleEvents"])
def test_every_table_and_every_index_is_watched(metric: str) -> None:
    """A table's own figure leaves its indexes out: DynamoDB, "Metrics and dimensions"."""
    assert {table for (table,) in _watched(metric, "TableName")} == TABLES
    assert _watched(metric, "TableName", "GlobalSecondaryIndexName") == INDEXES


@pytest.mark.parametrize("actions", ["AlarmActions", "OKActions"])
def test_every_alarm_tells_the_topic_that_is_given_or_the_one_with_the_address(
    actions: str,
) -> None:
    told = {
        "Fn::If": [
            "HasAlarmTopicArn",
            [{"Ref": "AlarmTopicArn"}],
            {"Fn::If": ["HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]},
        ]
    }

    assert [name for name, alarm in alarms().items() if alarm[actions] != told] == []


def test_production_tells_somebody() -> None:
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text())
    overrides = configured["prod"]["deploy"]["parameters"]["parameter_overrides"]

    assert [each for each in overrides if each.startswith(("AlarmEmail=", "AlarmTopicArn="))]
