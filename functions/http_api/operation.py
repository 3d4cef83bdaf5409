"""The HTTP edge: what happens around every operation, once.

In the order that the errors' precedence asks for: authentication (401), scope (403), then whatever
the operation itself checks; then every exception becomes its row of the error table, and one line
is logged. Nothing personal is ever logged: of an unforeseen exception not its text, only its type
and where it came from.
"""

import os
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any

from aws import clock, deadline, log, metrics
from camara.caller import Caller
from camara.errors import CamaraError, Internal
from http_api.request import Request
from http_api.response import Response, error_response

type Operation = Callable[[Request, Caller], Response]
type LambdaHandler = Callable[[Any, Any], Response]


def operation(operation_id: str, *scopes: str) -> Callable[[Operation], LambdaHandler]:
    """Turn an operation, for tokens that carry one of ``scopes``, into a Lambda handler."""

    def decorate(operate: Operation) -> LambdaHandler:
        @wraps(operate)
        def handler(event: Any, context: Any) -> Response:
            request = Request(event)
            log.begin_invocation(context, request.request_id)
            request.note_id("correlator", request.sent_correlator)
            try:
                with deadline.within(context.get_remaining_time_in_millis() / 1000):
                    response = operate(request, _authorised(request, scopes))
            except Exception as error:  # noqa: BLE001 - a client never sees an exception
                response = _refusal(operation_id, request, error)
            _echo_correlator(request, response)
            _log(operation_id, request, response)
            return response

        return handler

    return decorate


def _authorised(request: Request, scopes: tuple[str, ...]) -> Caller:
    claim = os.environ.get("SUBSCRIBER_CLAIM", "phone_number")
    caller = Caller.from_context(request.authorizer_context, claim, clock.now())
    caller.require_scope(*scopes)
    # Raises if it is malformed.
    request.correlator()
    return caller


def _refusal(operation_id: str, request: Request, error: Exception) -> Response:
    row = type(error) if isinstance(error, CamaraError) else Internal
    if row is Internal:
        request.facts |= _fault(error)
    request.facts["code"] = row.code
    metrics.count("Refused", operation=operation_id, code=row.code)
    return error_response(row)


def _echo_correlator(request: Request, response: Response) -> None:
    """Echo what was sent, malformed or not, as far as a header can carry it."""
    sent = request.sent_correlator
    if sent and sent.isascii() and sent.isprintable():
        response["headers"]["x-correlator"] = sent


def _fault(error: Exception) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "fault": type(error).__name__,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _log(operation_id: str, request: Request, response: Response) -> None:
    logger = log.logger()
    write = logger.error if "fault" in request.facts else logger.info
    write(operation_id, httpStatus=response["statusCode"], **request.facts)
