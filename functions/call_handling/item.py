"""Sessions and media as DynamoDB items: one partition for each call, one item for each part of it.

``part`` (the sort key) is ``session``, ``offer`` (with the invitation), ``answer`` or
``location#<actor>``. A stored answer counts only while the session says that there is one. Long
texts are compressed. ``endings`` and the keys of the index ``StaleSessions`` (``staleShard``, and
``staleAt``: when the sweep is to look at it) are there only while the session lives, as is
``deadline``, if that is later than ``staleAt``. The keys of ``SessionsOfRegistration`` and
``SessionsOfReceiver`` never change, so changes of a call do not write to those indexes. The item
``session`` stays below a write unit of 1,024 bytes, so names and keys are short. Times are Unix
seconds.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from aws.stale_index import stale_shard
from call_handling.call import Call, Invitation, Media
from call_handling.legs import Answerer, Legs
from call_handling.negotiation import Negotiation
from call_handling.session import Session, SessionEnd
from call_handling.session_key import SESSION
from call_handling.status import Role, Status
from call_handling.stored_text import compress, text_from
from camara.identity import ActorKey, RegistrationKey
from camara.unix_time import UnixSeconds

type Item = dict[str, Any]
"""Attribute names to DynamoDB's typed values, ``{"status": {"S": "Initial"}}``."""

_OFFER = "offer"
_ANSWER = "answer"
_LOCATION = "location#"

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def session_item(session: Session, due_at: UnixSeconds | None = None) -> Item:
    """Return the item ``session``.

    ``due_at``, by default the session's deadline, is its place in the index ``StaleSessions``.
    """
    legs, negotiation = session.legs, session.negotiation
    attributes: dict[str, Any] = {
        "mediaSessionId": session.media_session_id,
        "part": SESSION,
        "originator": legs.originator,
        "registrationId": legs.registration_id,
        "caller": legs.caller,
        "callerClient": legs.caller_client,
        "receiver": legs.receiver,
        # DynamoDB stores no empty set.
        "actors": legs.actors or None,
        "clients": legs.clients or None,
        "holders": legs.holders or None,
        "devices": legs.devices or None,
        "answeredBy": _text(legs.answered_by),
        "status": session.status.value,
        "version": session.version,
        "writeId": session.write_id,
        "hasAnswer": negotiation.has_answer,
        "earlyBy": _text(negotiation.early_by),
        "createdAt": session.created_at,
        "expiresAt": session.expires_at,
    }
    if negotiation.offered_by is not None:
        attributes["offeredBy"] = negotiation.offered_by.value
        attributes["offeredAt"] = negotiation.offered_at
    if session.ended is None:
        attributes["endings"] = {actor: status.value for actor, status in session.endings.items()}
        attributes["staleShard"] = stale_shard(session.media_session_id)
        attributes["staleAt"] = session.stale_at
        if due_at is not None and due_at < session.stale_at:
            attributes |= {"staleAt": due_at, "deadline": session.stale_at}
    else:
        attributes["endedBy"] = session.ended.by
        attributes["endedAt"] = session.ended.at
    return _item(attributes)


def media_items(call: Call, before: Call | None = None) -> list[Item]:
    """Return the items beside the session, only those that differ from the call ``before``."""
    known = _parts(before) if before is not None else {}
    return [
        _item(
            {
                "mediaSessionId": call.session.media_session_id,
                "part": part,
                **attributes,
                "content": compress(attributes["content"]),
            }
        )
        for part, attributes in _parts(call).items()
        if known.get(part) != attributes
    ]


def session_from(item: Mapping[str, Any]) -> Session:
    """Read the item ``session``."""
    values = {name: _deserialize(value) for name, value in item.items()}
    ended = None
    if "endedBy" in values:
        ended = SessionEnd(
            values["endedBy"], int(values["endedAt"]), values.get("deleteCorrelator")
        )
    return Session(
        media_session_id=values["mediaSessionId"],
        legs=_legs(values),
        negotiation=Negotiation(
            has_answer=values["hasAnswer"],
            early_by=_answerer(values.get("earlyBy")),
            offered_by=Role(values["offeredBy"]) if "offeredBy" in values else None,
            offered_at=int(values.get("offeredAt", 0)),
        ),
        status=Status(values["status"]),
        version=int(values["version"]),
        write_id=values["writeId"],
        created_at=int(values["createdAt"]),
        stale_at=int(values.get("deadline", values.get("staleAt", 0))),
        expires_at=int(values["expiresAt"]),
        ended=ended,
    )


def _legs(values: Mapping[str, Any]) -> Legs:
    return Legs(
        originator=values["originator"],
        registration_id=values["registrationId"],
        caller=values["caller"],
        caller_client=values["callerClient"],
        receiver=values["receiver"],
        actors=frozenset(values.get("actors", ())),
        clients=frozenset(values.get("clients", ())),
        holders=frozenset(values.get("holders", ())),
        devices=frozenset(values.get("devices", ())),
        answered_by=_answerer(values.get("answeredBy")),
    )


def _answerer(text: str | None) -> Answerer | None:
    if text is None:
        return None
    actor, registration = text.split(".")
    return Answerer(ActorKey(actor), RegistrationKey(registration))


def _text(answerer: Answerer | None) -> str | None:
    return None if answerer is None else ".".join(answerer)


def call_from(items: Iterable[Mapping[str, Any]]) -> Call | None:
    """Read the items of one partition; ``None`` when they are not a whole call."""
    parts = {item["part"]["S"]: item for item in items}
    if SESSION not in parts or _OFFER not in parts:
        return None
    session = session_from(parts.pop(SESSION))
    if not session.negotiation.has_answer:
        parts.pop(_ANSWER, None)
    contents = {part: text_from(item["content"]) for part, item in parts.items()}
    return Call(
        session=session,
        invitation=Invitation(**json.loads(parts[_OFFER]["invitation"]["S"])),
        media=Media(
            offer=contents[_OFFER],
            answer=contents.get(_ANSWER),
            locations={
                part.removeprefix(_LOCATION): json.loads(content)
                for part, content in contents.items()
                if part.startswith(_LOCATION)
            },
        ),
        media_expires_at=min(int(item["expiresAt"]["N"]) for item in parts.values()),
    )


def _parts(call: Call) -> dict[str, dict[str, Any]]:
    """Return the attributes of each item beside the session, by sort key."""
    media = call.media
    parts: dict[str, dict[str, Any]] = {
        _OFFER: {"content": media.offer, "invitation": json.dumps(asdict(call.invitation))}
    }
    if media.answer is not None:
        parts[_ANSWER] = {"content": media.answer}
    for actor, location in media.locations.items():
        parts[_LOCATION + actor] = {"content": json.dumps(location)}
    for attributes in parts.values():
        attributes["expiresAt"] = call.media_expires_at
    return parts


def _item(attributes: Mapping[str, Any]) -> Item:
    return {name: _serialize(value) for name, value in attributes.items() if value is not None}
