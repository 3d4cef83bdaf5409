"""Alarms and dashboard watch what is really emitted: else an alarm could never fire.

Our own metrics are compared with what the handlers write to their log; AWS's with the names and
dimensions that AWS documents, and those with the resources of the template.
"""

import json
import re
from typing import Any, NamedTuple

import pytest

from events import (
    deliver_notification,
    publish_registration_ends,
    publish_session_events,
    publish_subscription_ends,
)
from events.notification import Notification
from events.subscription import EventType, Subscription
from tests.integration.conftest import FakeClock, Messaging
from tests.integration.test_end_expired_registrations import end_expired
from tests.integration.test_end_expired_subscriptions import (
    end_expired as end_expired_subscriptions,
)
from tests.integration.test_end_sessions_of_registration import end_sessions, ended_by
from tests.support import registration_api, subscriptions_api
from tests.support.api import a_call, delete, get
from tests.support.builders import ALICE, EVE, LIFETIMES, NOBODY, a_subscription
from tests.support.emf import metrics_in
from tests.support.streams import Stream
from tests.support.sweep import sweep
from tests.support.table import SUBSCRIPTIONS
from tests.support.template import properties, routes, template

STACK = "webrtc-test"
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
}


class Watched(NamedTuple):
    """A metric that something watches; values of dimensions as the template resolves them."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


def alarms() -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def resolved(value: Any) -> str:
    match value:
        case {"Ref": "AWS::StackName"}:
            return STACK
        case {"Ref": logical_id}:
            return str(logical_id)
        case {"Fn::GetAtt": attribute}:
            return str(attribute).removesuffix(".QueueName")
    return str(value)


def watched_by(alarm: dict[str, Any]) -> Watched:
    dimensions = ((d["Name"], resolved(d["Value"])) for d in alarm["Dimensions"])
    return Watched(alarm["Namespace"], alarm["MetricName"], frozenset(dimensions))


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
            if words == ["..."]:
                words = before
            words = [before[i] if word == "." else word for i, word in enumerate(words)]
            pairs = zip(words[2::2], words[3::2], strict=True)
            found.append(Watched(words[0], words[1], frozenset(pairs)))
            before = words
    return found


# It can be set aside by nobody, for there is no such queue: it comes again.
UNSERVED: dict[str, Any] = {"dynamodb": {"SequenceNumber": "1"}}
PUBLISHERS = {
    "PublishSessionEvents": publish_session_events.handler,
    "PublishRegistrationEnds": publish_registration_ends.handler,
    "PublishSubscriptionEnds": publish_subscription_ends.handler,
}


def deliver(subscription: Subscription) -> None:
    """Have a notification dropped, for there is no such subscription."""
    notification = Notification.to(
        subscription, EventType.SESSION_STATUS, "call 2", time="2026-01-01T00:00:00Z", data={}
    )
    record = {"messageId": "1", "body": notification.to_json()}
    deliver_notification.handler({"Records": [record]}, None)  # type: ignore[arg-type]


@pytest.fixture
def emitted(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    time_stands_still: FakeClock,
    messaging: Messaging,
) -> set[Watched]:
    """Everything that is emitted when calls and registrations begin and end, or cannot."""
    del messaging
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", STACK)
    delete(ALICE, a_call("Connected"))
    get(EVE, a_call())
    time_stands_still.now += 200
    sweep()
    registered = registration_api.post(NOBODY).body["registrationId"]
    registration_api.put(NOBODY, registered)
    end_sessions(ended_by(lambda: registration_api.delete(NOBODY, registered), NOBODY))
    registration_api.post(NOBODY)
    time_stands_still.now += LIFETIMES.default
    end_sessions(ended_by(end_expired, NOBODY))
    end_sessions([{"dynamodb": {"Keys": {"owner": {"S": "number#broken"}}, "NewImage": {"a": 1}}}])
    for handler in PUBLISHERS.values():
        handler({"Records": [UNSERVED]}, None)  # type: ignore[arg-type]
    subscribed = subscriptions_api.post().body["id"]
    stream = Stream(SUBSCRIPTIONS)
    subscriptions_api.delete(ALICE, subscribed)
    publish_subscription_ends.handler({"Records": stream.records()}, None)  # type: ignore[arg-type]
    end_expired_subscriptions()
    deliver(a_subscription())
    return {
        Watched(metric.namespace, metric.name, frozenset(metric.dimensions))
        for metric in metrics_in(capsys.readouterr().out)
    }


@pytest.mark.parametrize("name", alarms())
def test_an_alarm_watches_what_there_is(name: str, emitted: set[Watched]) -> None:
    _check(watched_by(alarms()[name]), emitted)


def test_the_dashboard_shows_what_there_is(emitted: set[Watched]) -> None:
    shown = on_dashboard()

    assert len(shown) > 5
    for metric in shown:
        _check(metric, emitted)


def test_every_search_of_the_dashboard_finds_what_there_is(emitted: set[Watched]) -> None:
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


def _check(metric: Watched, emitted: set[Watched]) -> None:
    if not metric.namespace.startswith("AWS/"):
        assert metric in emitted
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

    assert late == PUBLISHERS.keys() | {"EndSessionsOfRegistration"}


def test_every_publisher_is_watched_for_failing_and_no_sink_is() -> None:
    failing = {
        dict(watched.dimensions)["function"]
        for watched in map(watched_by, alarms().values())
        if watched.name == "RecordFailed"
    }

    assert failing == PUBLISHERS.keys()


def test_every_dead_letter_queue_is_watched() -> None:
    queues = {
        name
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::SQS::Queue"
    }
    watched = {
        dict(watched.dimensions)["QueueName"]
        for watched in map(watched_by, alarms().values())
        if watched.name == "ApproximateNumberOfMessagesVisible"
    }

    assert watched == queues - {"NotificationsQueue"}


def test_a_notification_that_is_tried_twelve_times_is_no_alarm_yet() -> None:
    attempts = properties("NotificationsQueue")["RedrivePolicy"]["maxReceiveCount"]
    longest = sum(
        deliver_notification.delay_seconds(number) + deliver_notification.SINK_SECONDS
        for number in range(1, attempts + 1)
    )

    assert longest < alarms()["NotificationsWaitingAlarm"]["Threshold"]
