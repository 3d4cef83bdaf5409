"""What a Lambda proxy integration answers to the gateway."""

import json
from typing import Any, TypedDict

from camara.errors import CamaraError


class Response(TypedDict):
    """AWS, "Lambda proxy integrations in API Gateway", output format."""

    statusCode: int
    headers: dict[str, str]
    body: str


def no_content() -> Response:
    """204."""
    return {"statusCode": 204, "headers": {}, "body": ""}


def json_response(status: int, body: Any, **headers: str) -> Response:
    """Return ``body`` as JSON."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **headers},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }


def error_response(error: type[CamaraError]) -> Response:
    """Return the row of the error table."""
    return json_response(error.status, error.info())
