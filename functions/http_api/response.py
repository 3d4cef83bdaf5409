"""Responses of a Lambda proxy integration: JSON, errors, and no content."""

import json
from typing import Any, TypedDict

from camara.errors import CamaraError


class Response(TypedDict):
    """AWS, "Lambda proxy integrations in API Gateway", output format."""

    statusCode: int
    headers: dict[str, str]
    body: str


def no_content() -> Response:
    """Return a 204 without a body."""
    return {"statusCode": 204, "headers": {}, "body": ""}


def json_response(status: int, body: Any, **headers: str) -> Response:
    """Return a response with ``body`` as JSON."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **headers},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }


def error_response(error: type[CamaraError]) -> Response:
    """Return the response that the error's row of the table describes."""
    return json_response(error.status, error.info())
