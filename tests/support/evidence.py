"""What there is to see of a delivery: the subscription, what its sink has got, what is counted."""

from typing import Any

import boto3

from notifications.credentials import vault
from notifications.settings import settings
from notifications.store import subscription_store
from notifications.subscription import Credential, Subscription
from tests.support.builders import NOW, subscription_id
from tests.support.contract import check_notification
from tests.support.emf import metrics_in
from tests.support.messaging import Requests
from tests.support.webhook import Webhook

TOKEN = "made-up-sink-token"


def a_credential(number: int = 1, token: str = TOKEN, expires_at: int = NOW + 60) -> Credential:
    """Return what a subscription with this number has for its sink; makes the key if need be."""
    kms, alias = boto3.client("kms"), settings().sink_credentials_key
    if alias not in {known["AliasName"] for known in kms.list_aliases()["Aliases"]}:
        kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    return vault().seal(subscription_id(number), token, expires_at)


def now_of(subscription: Subscription) -> Subscription:
    """Return a subscription as it is stored."""
    return subscription_store().read(subscription.subscriber_key, subscription.subscription_id)


def events_at(webhook: Webhook) -> list[Any]:
    """Return all that a sink was sent, taken or not, each held against the contract."""
    return [check_notification(received.body) for received in webhook.received]


def ids_at(webhook: Webhook) -> list[str]:
    """Return the ids of all that a sink was sent."""
    return [event["id"] for event in events_at(webhook)]


def states_at(webhook: Webhook) -> list[tuple[str, str]]:
    """Return of which calls a sink was told, and in which state."""
    return [
        (event["data"]["mediaSessionId"], event["data"]["status"]) for event in events_at(webhook)
    ]


def outcomes(log: str) -> list[tuple[str, str]]:
    """Return type and outcome, the last word of each, as the metric has them."""
    found = [dict(metric.dimensions) for metric in metrics_in(log) if metric.name == "Notification"]
    return [(metric["type"].rpartition(".")[2], metric["outcome"]) for metric in found]


def values_of(name: str, log: str) -> list[float]:
    """Return the values of a metric without dimensions of its own."""
    return [metric.value for metric in metrics_in(log) if metric.name == name]


def written_in(requests: Requests) -> list[str]:
    """Return the names of the requests that have changed something in DynamoDB."""
    writes = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}
    return [name for name, _ in requests if name in writes]
