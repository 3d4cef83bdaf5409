"""Sessions and media as DynamoDB items: one partition a call, one item a part.

``part`` is ``session``, ``offer``, ``answer`` or ``location#<party>``. ``endings`` and the keys of
the index ``StaleSessions`` (``staleShard``, ``staleAt``) are there only while the session lives.
Times are Unix seconds.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from call_handling.call import Call, Media
from call_handling.session import Ending, Invitation, Session
from call_handling.status import Status

type Item = dict[str, Any]
"""Attribute names to DynamoDB's typed values, ``{"status": {"S": "Initial"}}``."""

SESSION = "session"
STALE_SHARDS = 8
"""Partitions of the index of live sessions; with fewer, live ones in the last would go unswept."""

_OFFER = "offer"
_ANSWER = "answer"
_LOCATION = "location#"

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def key(media_session_id: str) -> Item:
    """Return the key of the item that changes state."""
    return {"mediaSessionId": {"S": media_session_id}, "part": {"S": SESSION}}


def stale_shard(media_session_id: str) -> str:
    """Return the partition of the index ``StaleSessions`` that a live session is in."""
    return str(sum(media_session_id.encode()) % STALE_SHARDS)


def session_item(session: Session) -> Item:
    """Return the item that changes state."""
    invitation = session.invitation
    attributes: dict[str, Any] = {
        "mediaSessionId": session.media_session_id,
        "part": SESSION,
        "originator": session.originator,
        "receiver": session.receiver,
        "originatorAddress": invitation.originator_address,
        "originatorName": invitation.originator_name,
        "receiverAddress": invitation.receiver_address,
        "receiverName": invitation.receiver_name,
        "registrationId": invitation.registration_id,
        "callType": invitation.call_type,
        "status": session.status.value,
        "version": session.version,
        "writeId": session.write_id,
        "hasAnswer": session.has_answer,
        "createdAt": session.created_at,
        "expiresAt": session.expires_at,
    }
    if session.ended is None:
        attributes["endings"] = {party: status.value for party, status in session.endings.items()}
        attributes["staleShard"] = stale_shard(session.media_session_id)
        attributes["staleAt"] = session.stale_at
    else:
        attributes["endedBy"] = session.ended.by
        attributes["endedAt"] = session.ended.at
    return _item(attributes)


def media_items(call: Call, before: Call | None = None) -> list[Item]:
    """Return the items of the call's media, without those that are as they were ``before``."""
    same_expiry = before is not None and before.media_expires_at == call.media_expires_at
    known = _parts(before.media) if before is not None and same_expiry else {}
    return [
        _item(
            {
                "mediaSessionId": call.session.media_session_id,
                "part": part,
                "content": content,
                "expiresAt": call.media_expires_at,
            }
        )
        for part, content in _parts(call.media).items()
        if known.get(part) != content
    ]


def session_from(item: Mapping[str, Any]) -> Session:
    """Read the item that changes state."""
    values = {name: _deserialize(value) for name, value in item.items()}
    ended = None
    if "endedBy" in values:
        ended = Ending(values["endedBy"], int(values["endedAt"]), values.get("deleteCorrelator"))
    return Session(
        media_session_id=values["mediaSessionId"],
        originator=values["originator"],
        receiver=values["receiver"],
        invitation=Invitation(
            originator_address=values["originatorAddress"],
            originator_name=values.get("originatorName"),
            receiver_address=values["receiverAddress"],
            receiver_name=values.get("receiverName"),
            registration_id=values["registrationId"],
            call_type=values.get("callType"),
        ),
        status=Status(values["status"]),
        version=int(values["version"]),
        write_id=values["writeId"],
        has_answer=values["hasAnswer"],
        created_at=int(values["createdAt"]),
        stale_at=int(values.get("staleAt", 0)),
        expires_at=int(values["expiresAt"]),
        ended=ended,
    )


def call_from(items: Iterable[Mapping[str, Any]]) -> Call | None:
    """Read the items of one partition; ``None`` when there is no session among them."""
    parts = {item["part"]["S"]: item for item in items}
    if SESSION not in parts:
        return None
    session = session_from(parts.pop(SESSION))
    contents = {part: item["content"]["S"] for part, item in parts.items()}
    media = Media(
        offer=contents.get(_OFFER, ""),
        answer=contents.get(_ANSWER),
        locations={
            part.removeprefix(_LOCATION): json.loads(content)
            for part, content in contents.items()
            if part.startswith(_LOCATION)
        },
    )
    expires_at = min((int(item["expiresAt"]["N"]) for item in parts.values()), default=0)
    return Call(session, media, expires_at)


def _parts(media: Media) -> dict[str, str]:
    parts = {_OFFER: media.offer}
    if media.answer is not None:
        parts[_ANSWER] = media.answer
    for party, location in media.locations.items():
        parts[_LOCATION + party] = json.dumps(location)
    return parts


def _item(attributes: Mapping[str, Any]) -> Item:
    return {name: _serialize(value) for name, value in attributes.items() if value is not None}
