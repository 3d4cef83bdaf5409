"""How the queues and the streams drive their functions, as the template says it."""

from collections import Counter
from typing import Any, NamedTuple

import pytest

from notifications.publishing import Batch
from tests.support.template import function_property, properties, template


class Source(NamedTuple):
    """What invokes a function, of one kind."""

    function: str
    settings: dict[str, Any]


def sources(kind: str) -> list[Source]:
    """Return all event sources of a kind."""
    return [
        Source(name, event["Properties"])
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == kind
    ]


def attribute(value: dict[str, str]) -> str:
    """Return the resource that ``!GetAtt`` names an attribute of."""
    return value["Fn::GetAtt"].partition(".")[0]


READERS = {
    ("PublishEvents", "SessionsTable", 100, 10),
    ("PublishToSessionsBus", "SessionsTable", 100, 10),
    ("PublishEvents", "RegistrationsTable", 100, 1),
    ("PublishEvents", "SubscriptionsTable", 100, 1),
    ("EndSessionsOfRegistration", "RegistrationsTable", 10, 1),
}
"""Of which table each reads the stream, records in a batch, batches of a shard at once."""

QUEUES = {"DeliverNotification": "NotificationsQueue", "ProbeSink": "ProbesQueue"}
DEAD_LETTERS = {
    "NotificationsQueue": "NotificationsNotDelivered",
    "ProbesQueue": "ProbesNotHandled",
}
CONCURRENCY = {
    "DeliverNotification": "NotificationsConcurrency",
    "ProbeSink": "ProbesConcurrency",
}
every_queue = pytest.mark.parametrize("queue", QUEUES.values())


def test_a_queue_drives_one_function_and_hands_it_one_message_at_a_time() -> None:
    assert {each.function: attribute(each.settings["Queue"]) for each in sources("SQS")} == QUEUES
    for _, settings in sources("SQS"):
        assert settings["BatchSize"] == 1
        assert settings["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("source", sources("SQS"), ids=lambda source: source.function)
def test_the_operator_says_how_many_run_at_once(source: Source) -> None:
    """Without a limit, slow sinks could take the concurrency that the operations need."""
    name = CONCURRENCY[source.function]
    parameter = template()["Parameters"][name]

    assert source.settings["ScalingConfig"] == {"MaximumConcurrency": {"Ref": name}}
    # As AWS allows it.
    assert (parameter["MinValue"], parameter["MaxValue"]) == (2, 1000)
    assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"]


def test_sinks_that_fail_take_less_than_those_that_do_not() -> None:
    probes, notifications = (
        template()["Parameters"][CONCURRENCY[function]]["Default"]
        for function in ("ProbeSink", "DeliverNotification")
    )

    assert probes < notifications


@pytest.mark.parametrize(("function", "queue"), QUEUES.items())
def test_a_message_stays_invisible_while_its_function_runs(function: str, queue: str) -> None:
    assert properties(queue)["VisibilityTimeout"] > function_property(function, "Timeout")


@every_queue
def test_what_cannot_be_handled_goes_to_a_dead_letter_queue_and_stays_there(queue: str) -> None:
    """Which has to be of the same kind, and is to keep it for as long as SQS keeps anything."""
    policy = properties(queue)["RedrivePolicy"]
    dead_letters = DEAD_LETTERS[queue]

    assert attribute(policy["deadLetterTargetArn"]) == dead_letters
    assert properties(dead_letters).get("FifoQueue") == properties(queue).get("FifoQueue")
    assert properties(dead_letters)["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_notifications_are_in_order_for_each_device_by_itself() -> None:
    """Whose key the group is; see ``notifications.queues``."""
    queue = properties("NotificationsQueue")

    assert queue["FifoQueue"] is True
    assert queue["DeduplicationScope"] == "messageGroup"
    assert queue["FifoThroughputLimit"] == "perMessageGroupId"


def test_a_probe_can_have_a_delay_of_its_own() -> None:
    """Which no FIFO queue allows: AWS, ``SendMessage``, ``DelaySeconds``."""
    assert "FifoQueue" not in properties("ProbesQueue")
    assert "DelaySeconds" not in properties("ProbesQueue")


def test_what_goes_round_between_the_queues_is_not_taken_for_a_mistake() -> None:
    """A sink is probed, told again and fails: AWS stops what its functions do in a loop."""
    may_loop = {
        name
        for name, resource in template()["Resources"].items()
        if resource["Properties"].get("RecursiveLoop") == "Allow"
    }

    assert may_loop == QUEUES.keys()


NO_VALUE = {"Ref": "AWS::NoValue"}
STACKS_KEY = {"Fn::If": ["UseKmsEncryption", {"Fn::GetAtt": "QueuesAndLogsKey.Arn"}, NO_VALUE]}


def test_all_queues_are_encrypted_by_sqs_or_with_the_stacks_key() -> None:
    for name, resource in template()["Resources"].items():
        if resource["Type"] == "AWS::SQS::Queue":
            settings = resource["Properties"]
            by_sqs = {"Fn::If": ["UseKmsEncryption", NO_VALUE, True]}
            assert settings["SqsManagedSseEnabled"] == by_sqs, name
            assert settings["KmsMasterKeyId"] == STACKS_KEY, name


def test_logs_are_encrypted_with_the_same_key() -> None:
    for name, resource in template()["Resources"].items():
        if resource["Type"] == "AWS::Logs::LogGroup":
            assert resource["Properties"]["KmsKeyId"] == STACKS_KEY, name


def test_a_stream_has_two_readers_at_most() -> None:
    """More than two, and AWS lets them wait: "DynamoDB Streams", readers of a shard."""
    readers = Counter(attribute(each.settings["Stream"]) for each in sources("DynamoDB"))

    assert readers == {"SessionsTable": 2, "RegistrationsTable": 2, "SubscriptionsTable": 1}


def test_streams_are_read_in_batches_and_that_of_the_calls_several_at_once() -> None:
    assert {
        (
            each.function,
            attribute(each.settings["Stream"]),
            each.settings["BatchSize"],
            each.settings.get("ParallelizationFactor", 1),
        )
        for each in sources("DynamoDB")
    } == READERS


@pytest.mark.parametrize("table", sorted({table for _, table, _, _ in READERS}))
def test_a_publisher_knows_a_stream_by_the_keys_of_its_table(table: str) -> None:
    keys = {key["AttributeName"]: {"S": "x"} for key in properties(table)["KeySchema"]}

    batch = Batch("Function", {"Records": [{"dynamodb": {"Keys": keys}}]})
    assert f"{batch.stream}table" == table.lower()


def test_both_readers_of_the_calls_see_the_same_changes_from_the_first_on() -> None:
    webhooks, bus = (
        each.settings
        for each in sources("DynamoDB")
        if attribute(each.settings["Stream"]) == "SessionsTable"
    )

    assert webhooks == bus
    assert webhooks["StartingPosition"] == "TRIM_HORIZON"


def test_the_ends_of_registrations_are_read_from_the_first_on_and_given_up_after_20_attempts() -> (
    None
):
    """Of a batch only what failed, and what follows, comes again; the runbook names the number."""
    [settings] = (
        each.settings
        for each in sources("DynamoDB")
        if each.function == "EndSessionsOfRegistration"
    )

    assert settings["StartingPosition"] == "TRIM_HORIZON"
    assert settings["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert settings["BisectBatchOnFunctionError"] is True
    assert settings["MaximumRetryAttempts"] == 20
    destination = settings["DestinationConfig"]["OnFailure"]["Destination"]
    assert attribute(destination) == "RegistrationEndsNotHandled"


def test_a_batch_is_handed_over_at_once() -> None:
    """A callee waits for it: no window in which Lambda collects more."""
    for function, settings in sources("DynamoDB"):
        assert "MaximumBatchingWindowInSeconds" not in settings, function
