"""Several operations behind one function: which of them, by the event's method and ``resource``.

The gateway has matched the path already, and a resource is named as in ``template.yaml``: no ids
in it, no base path. ``http_api.operation`` does all the rest. Powertools' event handler would
choose as well, but its import alone is a tenth of a cold start.
"""

from collections.abc import Mapping
from typing import Any

from camara.errors import NotFound
from http_api.operation import LambdaHandler
from http_api.response import Response, error_response

type Route = tuple[str, str]
"""A method, and a path of the template such as ``/things/{thingId}``."""


def resolved(operations: Mapping[Route, LambdaHandler]) -> LambdaHandler:
    """Return one Lambda handler for all; what is no route of it is answered 404 ``NOT_FOUND``."""

    def handler(event: Any, context: Any) -> Response:
        known = event if isinstance(event, Mapping) else {}
        operate = operations.get((str(known.get("httpMethod")), str(known.get("resource"))))
        return operate(event, context) if operate else error_response(NotFound)

    return handler
