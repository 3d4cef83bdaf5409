"""The front door: the HTTP adapter that dispatches every request to its operation.

A function declares the operations that it serves, one or several, and a dispatcher for them::

    @operation("deleteThing", "DELETE", "/things/{thingId}", Scope.THINGS_DELETE)
    def delete_thing(request: Request, caller: Caller) -> Response: ...

    handler = Dispatcher(delete_thing)

Around every operation it checks authentication (401), then the scope (403), runs the operation,
turns every exception into its row of the error table, and logs one line. Nothing personal is ever
logged: of an unforeseen exception not its text, only its type and its stack frames.
"""

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws import clock, deadline, log, metrics, settings
from camara.caller import Caller
from camara.errors import CamaraError, Internal, NotFound
from http_api.request import Request
from http_api.response import Response, error_response

type Serve = Callable[[Request, Caller], Response]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as ``infra/openapi.yaml`` documents it, and the function that serves it.

    A token has to carry one of ``scopes``. A direct call skips the checks of ``Dispatcher``.
    """

    operation_id: str
    method: str
    path: str
    scopes: tuple[str, ...]
    serve: Serve

    def __call__(self, request: Request, caller: Caller) -> Response:
        """Serve an authorised request. Raises ``CamaraError``."""
        return self.serve(request, caller)


def operation(
    operation_id: str, method: str, path: str, *scopes: str
) -> Callable[[Serve], Operation]:
    """Declare that the decorated function serves this operation, for one of ``scopes``."""

    def declare(serve: Serve) -> Operation:
        return Operation(operation_id, method, path, scopes, serve)

    return declare


class Dispatcher:
    """The Lambda handler of a function that serves these operations.

    The gateway has matched the path already. With one operation, every event goes to it. With
    several, the event's method and resource (the path in ``template.yaml``, with names in braces in
    place of ids) select one. A path without its id goes to the same operation, which answers 400,
    unless that path is another operation's. Powertools' event handler would do the same, but its
    import alone is a tenth of a cold start.
    """

    def __init__(self, *operations: Operation) -> None:
        self.operations = operations
        self._by_route = {(each.method, _without_id(each.path)): each for each in operations}
        self._by_route |= {(each.method, each.path): each for each in operations}

    def __call__(self, event: Any, context: Any) -> Response:
        """Answer a request, in AWS's format of a Lambda proxy integration."""
        request = Request(event)
        log.begin_invocation(context, request.request_id)
        request.note_id("correlator", request.sent_correlator)
        wanted = self._find(request)
        name = wanted.operation_id if wanted else "unknownOperation"
        try:
            with deadline.within(context.get_remaining_time_in_millis() / 1000):
                response = _serve(wanted, request)
        except Exception as error:  # noqa: BLE001 - a client never sees an exception
            response = _refuse(name, request, error)
        _echo_correlator(request, response)
        _log(name, request, response)
        return response

    def _find(self, request: Request) -> Operation | None:
        if len(self.operations) == 1:
            return self.operations[0]
        return self._by_route.get(request.route)


def _without_id(path: str) -> str:
    return re.sub(r"/{\w+}", "", path)


def _serve(wanted: Operation | None, request: Request) -> Response:
    if wanted is None:
        raise NotFound
    return wanted(request, _authorize(request, wanted.scopes))


def _authorize(request: Request, scopes: tuple[str, ...]) -> Caller:
    claim = settings.text("SUBSCRIBER_CLAIM")
    caller = Caller.from_context(request.authorizer_context, claim, clock.now())
    caller.require_scope(*scopes)
    # Raises if it is malformed.
    request.correlator()
    return caller


def _refuse(name: str, request: Request, error: Exception) -> Response:
    row = type(error) if isinstance(error, CamaraError) else Internal
    if row is Internal:
        request.facts |= _fault(error)
    request.facts["code"] = row.code
    metrics.count("Refused", operation=name, code=row.code)
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


def _log(name: str, request: Request, response: Response) -> None:
    logger = log.logger()
    write = logger.error if "fault" in request.facts else logger.info
    write(name, httpStatus=response["statusCode"], **request.facts)
