"""Registered devices, put where the Registration API would put them."""

from typing import Any

from aws import clock
from aws.dynamodb import dynamodb_client
from camara.actor import Actor
from camara.identity import derive_subscriber_key
from registration.item import register_item, subscriber_owner, user_owner
from registration.register import Register
from registration.store import registration_store
from tests.support.builders import NOW, a_registration, registration_id
from tests.support.table import REGISTRATIONS


def register(subscriber: str, device: int = 1, **changes: Any) -> str:
    """Register a device of this subscriber; return the id of the registration."""
    registration = a_registration(subscriber, device, **changes)
    registration_store().create(derive_subscriber_key(subscriber), registration, NOW)
    return registration.registration_id


def register_each(*subscribers: str) -> None:
    """Register the first device of each, who has none yet; all at once, for many tests do so."""
    puts: list[Any] = []
    for subscriber in subscribers:
        device = a_registration(subscriber)
        for owner in (subscriber_owner(derive_subscriber_key(subscriber)), user_owner(device.user)):
            register = Register(owner).with_(device, NOW)
            puts.append({"PutRequest": {"Item": register_item(register, "first", NOW)}})
    dynamodb_client().batch_write_item(RequestItems={REGISTRATIONS: puts})


def deregister(subscriber: str, device: int = 1) -> None:
    """Delete the registration of a device, whoever's it is."""
    number = derive_subscriber_key(subscriber)
    register = registration_store().of_subscriber(number)
    known = register.registrations[registration_id(subscriber, device)]
    actor = Actor(number, known.client, known.user)
    registration_store().delete(actor, known.registration_id, clock.now())
