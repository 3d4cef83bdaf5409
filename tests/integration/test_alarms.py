"""Alarms and dashboard watch what is really emitted: else an alarm could never go off.

Our own metrics are compared with what the handlers write to their log when something is wrong;
AWS's with the names and dimensions that AWS documents, and those with the resources of the
template.
"""

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from authorizer.fetch import TrustFetch
from aws.stale_index import stale_shard
from notifications import (
    publish_events,
    publish_to_sessions_bus,
)
from tests.support import registration_api, subscriptions_api
from tests.support.alarms import (
    STACK,
    Watched,
    alarms,
    counted_in,
    counted_in_access_log,
    goes_off,
    resolved,
    watched_by,
)
from tests.support.api import a_call, delete, get
from tests.support.builders import ALICE, EVE, LIFETIMES, NOBODY, NOW
from tests.support.configured import configure
from tests.support.emf import Metric, metrics_in
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import subscribe
from tests.support.on_moto import FakeClock, Messaging
from tests.support.registration_ends import end_sessions, ended_by
from tests.support.streams import Stream
from tests.support.sweep import end_expired_registrations, end_expired_subscriptions, sweep
from tests.support.table import SUBSCRIPTIONS, TABLE
from tests.support.template import properties, routes, template
from tests.support.told_sinks import answer_as_they_are_called, deliver, listener

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DOCUMENTED = {
    ("AWS/ApiGateway", "5XXError", ("ApiName", "Stage")),
    ("AWS/ApiGateway", "5XXError", ("ApiName", "Method", "Resource", "Stage")),
    ("AWS/ApiGateway", "Count", ("ApiName", "Method", "Resource", "Stage")),
    ("AWS/ApiGateway", "Latency", ("ApiName", "Method", "Resource", "Stage")),
    ("AWS/Lambda", "Duration", ("FunctionName",)),
    ("AWS/Lambda", "Errors", ("FunctionName",)),
    ("AWS/Lambda", "Throttles", ("FunctionName",)),
    ("AWS/Lambda", "IteratorAge", ("FunctionName",)),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName",)),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage", ("QueueName",)),
    ("AWS/DynamoDB", "ReadThrottleEvents", ("TableName",)),
    ("AWS/DynamoDB", "WriteThrottleEvents", ("TableName",)),
    ("AWS/DynamoDB", "ReadThrottleEvents", ("GlobalSecondaryIndexName", "TableName")),
    ("AWS/DynamoDB", "WriteThrottleEvents", ("GlobalSecondaryIndexName", "TableName")),
}


def dashboard() -> list[dict[str, Any]]:
    body = properties("Dashboard")["DashboardBody"]["Fn::Sub"]
    text = body.replace("${AWS::StackName}", STACK).replace("${AWS::Region}", "eu-central-1")
    text = re.sub(r"\$\{(\w+)(\.QueueName)?\}", r"\1", text)
    return [widget["properties"] for widget in json.loads(text)["widgets"]]


def on_dashboard() -> list[Watched]:
    """Return the metrics of the dashboard, with ``.`` and ``...`` written out."""
    found = []
    for widget in dashboard():
        before: list[str] = []
        for row in widget["metrics"]:
            if isinstance(row[0], dict):
                continue
            words = [word for word in row if isinstance(word, str)]
            if words[0] == "...":
                words = before[: len(before) - len(words) + 1] + words[1:]
            words = [before[i] if word == "." else word for i, word in enumerate(words)]
            pairs = zip(words[2::2], words[3::2], strict=True)
            found.append(Watched(words[0], words[1], frozenset(pairs)))
            before = words
    return found


NOT_JUDGED = ["AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"]
"""Gateway responses to a request whose authorizer fails, or cannot be called."""

OURS = {name for name, alarm in alarms().items() if not alarm["Namespace"].startswith("AWS/")}
"""Those that watch what our own code emits."""

NO_QUEUE = "https://sqs.eu-central-1.amazonaws.com/123456789012/no-such-queue"
PUBLISHERS = {
    ("PublishEvents", "sessions"): publish_events.handler,
    ("PublishToSessionsBus", "sessions"): publish_to_sessions_bus.handler,
    ("PublishEvents", "registrations"): publish_events.handler,
    ("PublishEvents", "subscriptions"): publish_events.handler,
}
"""By their names and the streams."""

KEYS = {"sessions": "mediaSessionId", "registrations": "owner", "subscriptions": "subscriptionId"}


def unserved(stream: str) -> dict[str, Any]:
    """A record that can be set aside by nobody, for there is no such queue: it comes again."""
    return {"dynamodb": {"SequenceNumber": "1", "Keys": {KEYS[stream]: {"S": "x"}}}}


@pytest.fixture
def emitted(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    clock: FakeClock,
    table: "DynamoDBClient",
    messaging: Messaging,
) -> list[Metric]:
    """Everything that is emitted when all goes on, and all goes wrong, late or not at all."""
    del messaging
    answer_as_they_are_called(monkeypatch)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", STACK)
    configure(monkeypatch, EVENTS_NOT_PUBLISHED=NO_QUEUE)
    delete(ALICE, a_call("Connected"))
    get(EVE, a_call())
    table.put_item(TableName=TABLE, Item=_in_the_index_without_a_state())
    clock.now += 500
    sweep()
    registered = registration_api.post(NOBODY).body["registrationId"]
    registration_api.put(NOBODY, registered)
    end_sessions(ended_by(lambda: registration_api.delete(NOBODY, registered), NOBODY))
    registration_api.post(NOBODY)
    clock.now += LIFETIMES.default + 500
    end_sessions(ended_by(end_expired_registrations, NOBODY))
    end_sessions([{"dynamodb": {"Keys": {"owner": {"S": "number#broken"}}, "NewImage": {"a": 1}}}])
    for (_, stream_name), handler in PUBLISHERS.items():
        handler({"Records": [unserved(stream_name)]}, a_lambda_context())
    subscribed = subscriptions_api.post().body["id"]
    stream = Stream(SUBSCRIPTIONS)
    subscriptions_api.delete(ALICE, subscribed)
    subscribe(9, ends_at=clock.now - 500)
    publish_events.handler({"Records": stream.records()}, a_lambda_context())
    end_expired_subscriptions()
    for number, host in enumerate(("good", "bad", "down"), 1):
        deliver(listener(number, host))
    judged_by_nobody = counted_in_access_log(errorType=NOT_JUDGED[0], status="503")
    monkeypatch.setattr("authorizer.fetch.read_settings", _unreachable)
    assert TrustFetch(None).wait(10)
    written = capsys.readouterr().out
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    fetched = [
        metric
        for line in lines
        for metric in counted_in("JwtAuthorizerLogs", line | {"service": STACK})
    ]
    return metrics_in(written) + judged_by_nobody + fetched


def _unreachable() -> None:
    raise OSError


def _in_the_index_without_a_state() -> dict[str, Any]:
    return {
        "mediaSessionId": {"S": "malformed"},
        "part": {"S": "session"},
        "staleShard": {"S": stale_shard("malformed")},
        "staleAt": {"N": str(NOW)},
    }


@pytest.mark.parametrize("name", sorted(alarms().keys() - OURS))
def test_an_alarm_watches_what_aws_counts(name: str) -> None:
    _check(watched_by(alarms()[name]), [])


def test_each_alarm_of_ours_goes_off_when_what_it_is_for_happens(emitted: list[Metric]) -> None:
    assert len(OURS) >= 10
    assert [name for name in OURS if not goes_off(alarms()[name], emitted)] == []


@pytest.mark.parametrize("error_type", NOT_JUDGED)
def test_a_token_that_cannot_be_judged_is_one(error_type: str) -> None:
    counted = counted_in_access_log(errorType=error_type)

    assert goes_off(alarms()["AuthorizerFailuresAlarm"], counted)


@pytest.mark.parametrize("error_type", ["UNAUTHORIZED", "ACCESS_DENIED", "DEFAULT_5XX", "-"])
def test_no_bad_token_is_a_failure_of_the_authorizer(error_type: str) -> None:
    """Its own errors would be one: it raises for a token that may be good later."""
    assert counted_in_access_log(errorType=error_type) == []
    assert [
        name
        for name, alarm in alarms().items()
        if alarm["MetricName"] == "Errors" and "JwtAuthorizer" in str(alarm["Dimensions"])
    ] == []


def test_the_dashboard_shows_what_there_is(emitted: list[Metric]) -> None:
    shown = on_dashboard()

    assert len(shown) > 5
    for metric in shown:
        _check(metric, emitted)


def test_every_search_of_the_dashboard_finds_what_there_is(emitted: list[Metric]) -> None:
    searches = re.findall(
        r"SEARCH\('\{([^}]*)\} service=\"([^\"]*)\" MetricName=\"([^\"]*)\"'",
        json.dumps(dashboard()).replace('\\"', '"'),
    )
    schemas = {
        (metric.namespace, frozenset(name for name, _ in metric.dimensions), metric.name)
        for metric in emitted
    }

    assert len(searches) == 5
    for schema, service, name in searches:
        namespace, *dimensions = schema.split(",")
        assert (namespace, frozenset(dimensions), name) in schemas
        assert service == STACK


def _check(metric: Watched, emitted: list[Metric]) -> None:
    if not metric.namespace.startswith("AWS/"):
        assert metric in map(Watched.of, emitted)
        return
    dimensions = dict(metric.dimensions)
    assert (metric.namespace, metric.name, tuple(sorted(dimensions))) in DOCUMENTED
    if "ApiName" in dimensions:
        assert dimensions["ApiName"] == resolved(properties("Api")["Name"])
        assert dimensions["Stage"] == properties("Api")["StageName"]
        assert properties("Api")["MethodSettings"][0]["MetricsEnabled"] is True
        if "Method" in dimensions:
            route = dimensions["Method"], dimensions["Resource"]
            assert route in {(route.method, route.path) for route in routes()}
    for kind in ("FunctionName", "TableName", "QueueName"):
        if kind in dimensions:
            assert dimensions[kind] in template()["Resources"]


def test_a_sweep_that_does_not_run_is_an_alarm_and_no_traffic_is_none() -> None:
    missing = {name: alarm["TreatMissingData"] for name, alarm in alarms().items()}

    assert missing.pop("SweepLagAlarm") == "breaching"
    assert missing.pop("RegistrationSweepLagAlarm") == "breaching"
    assert missing.pop("SubscriptionSweepLagAlarm") == "breaching"
    assert set(missing.values()) == {"notBreaching"}


def test_whatever_reads_a_stream_is_watched_for_being_late() -> None:
    late = {
        dict(watched.dimensions)["FunctionName"]
        for watched in map(watched_by, alarms().values())
        if watched.name == "IteratorAge"
    }

    assert late == {"PublishEvents", "PublishToSessionsBus", "EndSessionsOfRegistration"}


def test_whatever_reads_a_stream_is_watched_for_failing_and_no_sink_is() -> None:
    failing = {
        (dict(watched.dimensions)["function"], dict(watched.dimensions)["stream"])
        for watched in map(watched_by, alarms().values())
        if watched.name == "RecordFailed"
    }

    assert failing == PUBLISHERS.keys() | {("EndSessionsOfRegistration", "registrations")}


def _watched_queues(metric: str) -> set[str]:
    return {
        dict(watched.dimensions)["QueueName"]
        for watched in map(watched_by, alarms().values())
        if watched.name == metric
    }


def test_a_queue_that_drives_a_function_is_watched_for_waiting_and_each_other_for_anything() -> (
    None
):
    queues = {
        name
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::SQS::Queue"
    }
    driving = {"NotificationsQueue", "ProbesQueue"}

    assert _watched_queues("ApproximateAgeOfOldestMessage") == driving
    assert _watched_queues("ApproximateNumberOfMessagesVisible") == queues - driving
