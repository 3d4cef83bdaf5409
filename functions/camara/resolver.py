"""Several operations behind one function: Powertools chooses, ``camara.edge`` does all the rest.

The gateway has matched the path already, so what is matched here is the event's ``resource``. It
has no ids in it, whose characters a pattern could miss, and no base path. The resolver keeps the
event it is at, so it serves one request at a time, as Lambda does. Source: Powertools for AWS
Lambda, "REST API" event handler.
"""

import re
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler import Response as Resolved
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from camara.edge import LambdaHandler
from camara.errors import NotFound
from camara.response import Response, error_response

type Route = tuple[str, str]
"""A method, and a path of the template such as ``/things/{thingId}``."""

_EVENT = "event"


def resolved(operations: Mapping[Route, LambdaHandler]) -> LambdaHandler:
    """Return one Lambda handler for all; what is no route of it is answered 404 ``NOT_FOUND``."""
    # Debugging would print events, and those have numbers and tokens in them.
    resolver = APIGatewayRestResolver(debug=False)

    def add(method: str, resource: str, operate: LambdaHandler) -> None:
        @resolver.route(re.escape(resource), method)
        def _() -> Resolved[str]:
            return _to_powertools(
                operate(resolver.current_event[_EVENT], resolver.lambda_context),
            )

    for (method, resource), operate in operations.items():
        add(method, resource, operate)

    @resolver.not_found
    def _(_: NotFoundError) -> Resolved[str]:
        return _to_powertools(error_response(NotFound))

    def handler(event: Any, context: Any) -> Response:
        return _from_powertools(resolver.resolve(_to_resolve(event), context))

    return handler


def _to_resolve(event: Any) -> dict[str, Any]:
    """Return all that the resolver goes by, and beside it the event as it came."""
    known = event if isinstance(event, Mapping) else {}
    return {
        "httpMethod": str(known.get("httpMethod")),
        "path": str(known.get("resource")),
        "headers": {},
        _EVENT: event,
    }


def _to_powertools(response: Response) -> Resolved[str]:
    return Resolved(response["statusCode"], body=response["body"], headers=response["headers"])


def _from_powertools(answer: dict[str, Any]) -> Response:
    headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    return {"statusCode": answer["statusCode"], "headers": headers, "body": answer["body"]}
