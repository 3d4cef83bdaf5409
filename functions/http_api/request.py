"""One API Gateway proxy event (REST API, payload 1.0) read strictly.

Source: AWS, "Lambda proxy integrations in API Gateway", input format; CAMARA Commonalities r4.3
for ``x-correlator``.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from aws import log
from camara.errors import InvalidArgument, OutOfRange, UnsupportedMediaType

MAX_ID_LENGTH = 256
MAX_BODY_BYTES = 256 * 1024

_CORRELATOR = re.compile(r"[a-zA-Z0-9\-_:;./<>{}]{0,256}")
_ID = re.compile(r"[A-Za-z0-9._~-]+")


class Request:
    """What a client sent, each part checked when it is asked for.

    ``facts`` collects what the log line will say: ids (by ``note_id``) and statuses, nothing
    personal.
    """

    def __init__(self, event: Any) -> None:
        self.facts: dict[str, Any] = {}
        self._event: Mapping[str, Any] = event if isinstance(event, Mapping) else {}
        self._headers = {
            str(name).lower(): value
            for name, value in self._map("headers").items()
            if isinstance(value, str)
        }

    def _map(self, key: str) -> Mapping[str, Any]:
        value = self._event.get(key)
        return value if isinstance(value, Mapping) else {}

    def note_id(self, name: log.IdName, value: str) -> None:
        """Add an id to the log line, masked unless it has the expected form."""
        self.facts[name] = log.shown_id(name, value)

    @property
    def route(self) -> tuple[str, str]:
        """The method, and the path of ``template.yaml`` that the gateway has matched."""
        return str(self._event.get("httpMethod")), str(self._event.get("resource"))

    @property
    def authorizer_context(self) -> Any:
        """The authorizer's context, unchecked; ``None`` without one."""
        return self._map("requestContext").get("authorizer")

    @property
    def request_id(self) -> str | None:
        """The id that the gateway has made for the request, as in its access log.

        It is not ``requestId``, which a client may choose (by ``X-Amzn-RequestId``): there may be a
        phone number in that. Source: AWS, "Variables for access logging for API Gateway".
        """
        value = self._map("requestContext").get("extendedRequestId")
        return value if isinstance(value, str) else None

    @property
    def path(self) -> str:
        """The path as the client sees it, base path or stage included."""
        return str(self._map("requestContext").get("path") or self._event.get("path") or "")

    def location_of(self, made_id: str) -> str:
        """Return the ``Location`` of a created resource, relative to the URL of the request.

        Only a client knows all of that URL: in front of the gateway there may be a custom domain, a
        proxy, or an emulator with a prefix of its own. Source: RFC 9110 (10.2.2), RFC 3986 (5.2).
        """
        return "/".join(filter(None, (self.path.rpartition("/")[2], made_id)))

    @property
    def sent_correlator(self) -> str:
        """The ``x-correlator`` as sent, well-formed or not; empty when there is none."""
        return self._headers.get("x-correlator", "")

    def correlator(self) -> str:
        """Return the ``x-correlator``, empty when there is none. Raises ``InvalidArgument``."""
        if not _CORRELATOR.fullmatch(self.sent_correlator):
            raise InvalidArgument
        return self.sent_correlator

    def path_id(self, name: log.IdName) -> str:
        """Return the id in the path, and log it; raises what ``header_id`` raises."""
        value = _id(self._map("pathParameters").get(name))
        self.note_id(name, value)
        return value

    def require_no_final_slash(self) -> None:
        """Raise ``InvalidArgument`` when an empty id ends the path; the gateway routes it anyway.

        AWS routes ``/things/`` to the resource ``/things``, and hands on the path as it was sent.
        """
        if self.path.endswith("/"):
            raise InvalidArgument

    def header_id(self, name: str) -> str:
        """Return the id in a header. Raises ``InvalidArgument``, ``OutOfRange`` over 256."""
        return _id(self._headers.get(name.lower()))

    def optional_header_id(self, name: str) -> str | None:
        """Return the id in a header, ``None`` without it; raises what ``header_id`` raises."""
        return self.header_id(name) if name.lower() in self._headers else None

    def query(self, name: str) -> str:
        """Return a query parameter that occurs once. Raises ``InvalidArgument``."""
        match self._map("multiValueQueryStringParameters").get(name):
            case [str(value)]:
                return value
        raise InvalidArgument

    @property
    def has_body(self) -> bool:
        """Whether there is a body, of whatever kind."""
        return bool(self._event.get("body"))

    def require_no_body(self) -> None:
        """Raise ``InvalidArgument`` when there is a body."""
        if self.has_body:
            raise InvalidArgument

    def json_object(self) -> dict[str, Any]:
        """Return the body as a JSON object (RFC 8259, names unique, numbers finite).

        Raises ``UnsupportedMediaType``, ``InvalidArgument`` and, over 256 KiB, ``OutOfRange``.
        """
        media_type = self._headers.get("content-type", "application/json").partition(";")[0]
        if media_type.strip().lower() != "application/json":
            raise UnsupportedMediaType
        try:
            body = self._raw_body()
            if len(body) > MAX_BODY_BYTES:
                raise OutOfRange
            value = json.loads(body, object_pairs_hook=_unique, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise InvalidArgument from error
        if not isinstance(value, dict):
            raise InvalidArgument
        return value

    def _raw_body(self) -> bytes:
        body = self._event.get("body")
        if not isinstance(body, str):
            raise InvalidArgument
        if self._event.get("isBase64Encoded"):
            try:
                return base64.b64decode(body, validate=True)
            except binascii.Error as error:
                raise InvalidArgument from error
        return body.encode()


def is_id(value: Any) -> bool:
    """Tell whether ``value`` has the form of an id."""
    return isinstance(value, str) and bool(_ID.fullmatch(value)) and len(value) <= MAX_ID_LENGTH


def _id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidArgument
    if len(value) > MAX_ID_LENGTH:
        raise OutOfRange
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InvalidArgument
    return value


def _no_constant(_: str) -> None:
    raise InvalidArgument
