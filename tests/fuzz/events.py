"""API Gateway's proxy events, more or less."""

import base64
import json as json_format
import re
from typing import Any

import hypothesis.strategies as st
from hypothesis.strategies import SearchStrategy

from camara.scope import EventType
from tests.fuzz.strategies import json, some_of, text
from tests.support.builders import (
    ALICE,
    ANSWER,
    BOB,
    NOW,
    OFFER,
    SCOPES,
    SINK,
    a_call_request,
    a_context,
    a_location,
    a_registration,
    registration_id,
)
from tests.support.subscriptions_api import a_credential, a_subscription_request

device_ids = st.uuids().map(str) | st.sampled_from([a_registration().device_id]) | text
_names = text | st.from_regex(r"[A-Za-z0-9._~-]{1,300}", fullmatch=True)
_devices = _names | st.sampled_from([registration_id(ALICE), registration_id(BOB)])
_sdp = some_of({"sdp": st.sampled_from([OFFER, ANSWER]) | text})
_location = some_of(
    {
        "shape": st.sampled_from(["Circle", "Ellipsoid"]),
        "coordinates": some_of(
            {name: st.floats() | st.integers() for name in ("latitude", "longitude", "radius")}
        ),
        "timestamp": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
        "confidence": some_of({"value": st.floats() | st.integers()}),
    }
) | st.builds(a_location)
_times = st.datetimes().map(lambda time: time.isoformat() + "Z")
_lifetime = some_of({"subscriptionExpireTime": _times})
_subscription_config = some_of(
    {
        "subscriptionDetail": some_of({"deviceId": device_ids}),
        "subscriptionExpireTime": _times,
        "subscriptionMaxEvents": st.integers(),
        "initialEvent": st.booleans(),
    }
)
_credential = some_of(
    {
        "credentialType": st.sampled_from(["ACCESSTOKEN", "PLAIN"]),
        "accessTokenType": st.just("bearer"),
        "accessToken": st.text("abc.-_~+/=", max_size=9000),
        "accessTokenExpiresUtc": _times,
    }
) | st.builds(a_credential)
_objects: SearchStrategy[dict[str, Any]] = (
    some_of(
        {
            "originatorAddress": st.just(f"tel:{ALICE}"),
            "originatorName": text,
            "receiverAddress": st.just(f"tel:{BOB}"),
            "offer": _sdp,
            "callType": st.sampled_from(["REGULAR", "EMERGENCY"]),
            "locationDetails": _location,
            "status": st.sampled_from(["Ringing", "Connected", "Hold", "Busy", "Initial"]),
            "answer": _sdp,
        }
    )
    | some_of(
        {
            "deviceId": device_ids,
            "registrationExpireTime": st.datetimes().map(lambda time: time.isoformat() + "Z"),
            "phoneNumber": st.just(ALICE),
        }
    )
    | some_of(
        {
            "protocol": st.just("HTTP"),
            "sink": st.sampled_from([SINK, "https://10.0.0.1/", "https://[::1]:9000/x"]) | text,
            "types": st.lists(st.sampled_from(list(EventType)), max_size=3),
            "config": _subscription_config,
            "sinkCredential": _credential,
        }
    )
    | st.builds(a_subscription_request, sinkCredential=_credential)
    | st.builds(dict, sinkCredential=_credential, config=_lifetime)
    | st.builds(a_call_request, locationDetails=_location, originatorName=text)
    | st.builds(dict, status=st.sampled_from(["Ringing", "Connected"]), answer=_sdp, offer=_sdp)
)


def _base64(body: bytes) -> str:
    return base64.b64encode(body).decode()


bodies: SearchStrategy[Any] = (
    (_objects | json).map(json_format.dumps)
    | _objects.map(lambda body: _base64(json_format.dumps(body).encode()))
    | st.binary(max_size=300).map(_base64)
    | text
    | json
)

contexts: SearchStrategy[Any] = some_of(
    {
        "exp": st.just(str(NOW + 60)) | st.integers(NOW - 2, NOW + 2).map(str),
        "scope": st.just(SCOPES) | text,
        "sub": st.sampled_from(
            [
                "user-1",
                f"tel:{ALICE}",
                "sip:alice@example.com",
                "sip:%2B12025550101@x.example",
                "sip:%00@x",
            ]
        )
        | text,
        "client_id": text,
        "phone_number": st.sampled_from([ALICE, f"tel:{ALICE}"]) | text,
    }
)


def events(
    path: str, ids: SearchStrategy[Any] = _names, caller: SearchStrategy[Any] | None = None
) -> SearchStrategy[dict[str, Any]]:
    """Events that the gateway might hand on for ``path``, whose path alone is as it is to be."""
    named = re.findall(r"{(\w+)}", path)
    callers = st.builds(a_context) | contexts if caller is None else caller
    return some_of(
        {
            "headers": some_of(
                {
                    "registrationId": _devices,
                    "Content-Type": st.just("application/json"),
                    "x-correlator": _names,
                }
            ),
            "multiValueQueryStringParameters": some_of(
                {"deviceId": st.lists(device_ids, max_size=2)}
            ),
            "body": bodies,
            "isBase64Encoded": st.booleans(),
        },
        fixed={
            "pathParameters": st.fixed_dictionaries(dict.fromkeys(named, ids)) | json
            if named
            else st.none(),
            "path": st.just(path),
            "resource": st.just(path),
            "requestContext": st.builds(dict, authorizer=callers, path=st.just(f"/camara{path}")),
        },
    )
