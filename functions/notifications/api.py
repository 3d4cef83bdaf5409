"""The Subscription API: ``/webrtc-events-subscriptions/v0.3/subscriptions``.

A subscription is for a device that the token's actor has registered. To any other (another
subscriber, another client, another user of the number) it looks as if it did not exist.
"""

from uuid import uuid4

from snapshot_restore_py import register_before_snapshot

from aws import clock, metrics
from camara.actor import Actor
from camara.caller import Caller
from camara.errors import MissingIdentifier, NotFound, SubscriptionMismatch
from camara.identity import SubscriberKey
from camara.scope import CREATE_SCOPES, Scope
from http_api.operation import Dispatcher, operation
from http_api.request import Request
from http_api.response import Response, json_response, no_content
from notifications.bodies import (
    AccessTokenCredential,
    SubscriptionRequest,
    SubscriptionUpdateRequest,
)
from notifications.credentials import vault
from notifications.resource import subscription_response
from notifications.settings import settings, subscription_lifetimes
from notifications.sink import sink_from
from notifications.store import subscription_store
from notifications.subscription import Credential, Subscription, TerminationReason
from registration.store import registration_store

SHOWN_AFTER_ITS_END = 24 * 3600
"""Seconds; it is stored at least as long."""

_SUBSCRIPTIONS = "/webrtc-events-subscriptions/v0.3/subscriptions"
_SUBSCRIPTION = _SUBSCRIPTIONS + "/{subscriptionId}"


@operation("createNotificationChannelSubscription", "POST", _SUBSCRIPTIONS, *CREATE_SCOPES.values())
def create_notification_channel_subscription(request: Request, caller: Caller) -> Response:
    """Subscribe to one type of event; answers 201 with ``Subscription`` and ``Location``."""
    now = clock.now()
    body = SubscriptionRequest.parse(request.json_object())
    sink_from(body.sink, loopback_allowed=settings().loopback_sinks)
    ends_at = subscription_lifetimes().expiry(body.config.requested_expiry(), now)
    body.require_valid_token(now)
    event_type = body.event_type()
    if CREATE_SCOPES[event_type] not in caller.scopes:
        raise SubscriptionMismatch
    subscriber_key, actor = _owner(caller)
    device_id = body.config.subscription_detail.device_id
    registered = registration_store().of_subscriber(subscriber_key)
    if device_id not in {known.device_id for known in registered.active_of(actor, now)}:
        raise SubscriptionMismatch
    subscription_id = str(uuid4())
    subscription = Subscription(
        subscriber_key=subscriber_key,
        subscription_id=subscription_id,
        actor=actor.key,
        client=actor.client,
        device_id=device_id,
        type=event_type,
        sink=body.sink,
        starts_at=now,
        ends_at=ends_at,
        max_events=body.config.subscription_max_events,
        credential=_seal(subscription_id, body.sink_credential),
    )
    devices = frozenset(known.device for known in registered.active(now))
    subscription_store().create(subscription, devices, now)
    request.note_id("subscriptionId", subscription_id)
    metrics.count("SubscriptionCreated")
    return json_response(
        201,
        subscription_response(subscription, now),
        Location=request.location_of(subscription_id),
    )


@operation(
    "retrieveNotificationChannelSubscriptionList", "GET", _SUBSCRIPTIONS, Scope.SUBSCRIPTIONS_READ
)
def retrieve_notification_channel_subscription_list(request: Request, caller: Caller) -> Response:
    """Show the active subscriptions; answers 200 with ``Subscription`` in a list."""
    request.require_no_final_slash()
    now = clock.now()
    subscriber_key, actor = _owner(caller)
    store = subscription_store()
    own = [each for each in store.audience(subscriber_key).active(now) if each.actor == actor.key]
    known = store.read_each(subscriber_key, [each.subscription_id for each in own])
    shown = [subscription_response(each, now) for each in known if each.is_active(now)]
    return json_response(200, shown)


@operation(
    "retrieveNotificationChannelSubscription", "GET", _SUBSCRIPTION, Scope.SUBSCRIPTIONS_READ
)
def retrieve_notification_channel_subscription(request: Request, caller: Caller) -> Response:
    """Show a subscription, or for a while how it was when it ended; answers 200."""
    now = clock.now()
    subscription_id = request.path_id("subscriptionId")
    subscriber_key, actor = _owner(caller)
    known = subscription_store().read(subscriber_key, subscription_id)
    over = min(known.ends_at, known.ended_at or known.ends_at)
    deleted = known.ended is TerminationReason.SUBSCRIPTION_DELETED
    if known.actor != actor.key or deleted or over + SHOWN_AFTER_ITS_END <= now:
        raise NotFound
    return json_response(200, subscription_response(known, now))


@operation(
    "updateNotificationChannelSubscription", "PUT", _SUBSCRIPTION, Scope.SUBSCRIPTIONS_UPDATE
)
def update_notification_channel_subscription(request: Request, caller: Caller) -> Response:
    """Change the access token, or the end; answers 200 with ``Subscription``."""
    now = clock.now()
    subscription_id = request.path_id("subscriptionId")
    body = SubscriptionUpdateRequest.parse(request.json_object())
    requested = body.config.requested_expiry()
    ends_at = None if requested is None else subscription_lifetimes().expiry(requested, now)
    body.require_valid_token(now)
    subscriber_key, actor = _owner(caller)

    def decide(known: Subscription) -> Subscription:
        known.require_active(actor.key, now)
        return known.updated(_seal(subscription_id, body.sink_credential), ends_at)

    subscription = subscription_store().change(subscriber_key, subscription_id, decide)
    return json_response(200, subscription_response(subscription, now))


@operation(
    "deleteNotificationChannelSubscription", "DELETE", _SUBSCRIPTION, Scope.SUBSCRIPTIONS_DELETE
)
def delete_notification_channel_subscription(request: Request, caller: Caller) -> Response:
    """End a subscription; answers 204."""
    now = clock.now()
    subscription_id = request.path_id("subscriptionId")
    request.require_no_body()
    subscriber_key, actor = _owner(caller)

    def decide(known: Subscription) -> Subscription:
        known.require_active(actor.key, now)
        return known.ended_because(TerminationReason.SUBSCRIPTION_DELETED, now)

    subscription_store().change(subscriber_key, subscription_id, decide)
    return no_content()


def _owner(caller: Caller) -> tuple[SubscriberKey, Actor]:
    """Return the key of the subscriber, and the actor. Raises ``MissingIdentifier``."""
    if caller.subscriber is None:
        raise MissingIdentifier
    actor = Actor.of(caller)
    return actor.subscriber_key or SubscriberKey(""), actor


def _seal(subscription_id: str, given: AccessTokenCredential | None) -> Credential | None:
    if given is None:
        return None
    return vault().seal(subscription_id, given.access_token, given.expires_at)


handler = Dispatcher(
    create_notification_channel_subscription,
    retrieve_notification_channel_subscription_list,
    retrieve_notification_channel_subscription,
    update_notification_channel_subscription,
    delete_notification_channel_subscription,
)

register_before_snapshot(subscription_store)
register_before_snapshot(registration_store)
register_before_snapshot(vault)
