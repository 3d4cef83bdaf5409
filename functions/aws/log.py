"""Structured log: one JSON object a line, nothing personal in it.

The same thing has the same name in every line: ``mediaSessionId`` and ``version`` say which change
of which call (``sequenceNumber`` of an event is its version), ``requestId`` which request,
``functionRequestId`` which invocation, ``correlator`` what the client calls it.
"""

import re
from functools import cache
from typing import IO, Any, Literal

from aws_lambda_powertools import Logger

type IdName = Literal["mediaSessionId", "registrationId", "subscriptionId", "correlator"]
"""What an id is called in the log."""

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

_EXPECTED: dict[IdName, re.Pattern[str]] = {
    "mediaSessionId": re.compile("[0-9a-f]{40}"),
    "registrationId": re.compile(_UUID),
    "subscriptionId": re.compile(_UUID),
    # What CAMARA recommends, a traceparent (W3C Trace Context), or none at all.
    "correlator": re.compile(
        f"(?i:{_UUID})|[0-9a-f]{{2}}-[0-9a-f]{{32}}-[0-9a-f]{{16}}-[0-9a-f]{{2}}|"
    ),
}
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_UNPRINTABLE = re.compile(r"[^ -~]+")
_SHAPE_AT_MOST = 32


@cache
def logger() -> Logger:
    """Return the process's logger; ``POWERTOOLS_*`` names its service and level."""
    return new_logger()


def new_logger(service: str | None = None, stream: IO[str] | None = None) -> Logger:
    """Return a new logger; an existing one cannot be given another stream.

    Each byte is billed, so lines do not name the line of code, or Lambda's trace id: nothing is
    traced, and a client may choose it (by ``X-Amzn-Trace-Id``). Times have the format that Lambda's
    log levels expect: a line with another would count as INFO.
    """
    return Logger(service, stream=stream, location=None, xray_trace_id=None, use_rfc3339=True)


def begin_invocation(context: Any, request_id: str | None = None) -> None:
    """Add the ids of the invocation, and of its request if it has one, to every line from now on.

    ``functionRequestId`` is the invocation's id in Lambda's own lines (of crashes and timeouts) and
    in the access log. Powertools' ``inject_lambda_context`` would add four more keys to each line.
    """
    logger().append_keys(functionRequestId=context.aws_request_id, requestId=request_id)


def shown_id(name: IdName, value: str) -> str:
    """Return an id as the log may show it: unchanged if it has the expected form, else masked.

    Anything else was made up by a client, and may contain a phone number or a token. Of that only
    the length and the shape are shown (``made up: 12 characters, +9``): each run of letters is an
    ``a``, each of digits a ``9``.
    """
    if _EXPECTED[name].fullmatch(value):
        return value
    shape = _UNPRINTABLE.sub("?", _DIGITS.sub("9", _LETTERS.sub("a", value)))
    return f"made up: {len(value)} characters, {shape[:_SHAPE_AT_MOST]}"
