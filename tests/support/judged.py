"""What the authorizer says of a token."""

from typing import Any

from authorizer import authorize
from tests.support.lambda_context import a_lambda_context

_API = "arn:aws:execute-api:eu-central-1:123456789012:api123/camara"


def judged(authorization: Any, path: str = "DELETE/webrtc/sessions/1", **event: Any) -> Any:
    """Return the context that the stage is opened with; None when it stays closed."""
    event |= {"authorizationToken": authorization, "methodArn": f"{_API}/{path}"}
    try:
        answer = authorize.handler(event, a_lambda_context())
    except authorize.Unauthorized:
        return None
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == f"{_API}/*"
    assert statement["Effect"] in {"Allow", "Deny"}
    return answer["context"] if statement["Effect"] == "Allow" else None
