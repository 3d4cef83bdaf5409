"""Today's usual way to judge a token: Powertools' event and answer, PyJWT's client of key sets."""

import os
from typing import Any

import jwt
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
    APIGatewayAuthorizerResponse,
    APIGatewayAuthorizerTokenEvent,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
_keys = jwt.PyJWKClient(os.environ["JWKS_URI"])


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    asked = APIGatewayAuthorizerTokenEvent(event)
    token = asked.authorization_token.removeprefix("Bearer ")
    claims = jwt.decode(
        token,
        _keys.get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        issuer=os.environ["JWT_ISSUER"],
        audience=os.environ["JWT_AUDIENCE"],
    )
    arn = asked.parsed_arn
    policy = APIGatewayAuthorizerResponse(
        principal_id=claims["sub"],
        region=arn.region,
        aws_account_id=arn.aws_account_id,
        api_id=arn.api_id,
        stage=arn.stage,
        context={"phone_number": claims["phone_number"], "scope": claims["scope"]},
    )
    policy.allow_all_routes()
    return policy.asdict()
