"""The authorizer as it was built, with settings and keys that it fetches over HTTP."""

from tests.support.lambda_function import LambdaFunction
from tests.support.payloads import event
from tests.support.template import routes
from tests.support.tokens import a_token, claims, rsa_key


def test_the_payload_as_it_stands_is_a_denial(authorizer: LambdaFunction) -> None:
    answer = authorizer.invoke(event("JwtAuthorizer"))

    assert _effect(answer) == "Deny"
    assert answer["context"] == {}


def test_a_signed_token_is_allowed_for_the_whole_stage(authorizer: LambdaFunction) -> None:
    good = claims()
    payload = event("JwtAuthorizer") | {"authorizationToken": f"Bearer {a_token(**good)}"}

    answer = authorizer.invoke(payload)

    assert _effect(answer) == "Allow"
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"].endswith(":a1b2c3d4e5/camara/*")
    handed_on = ("sub", "client_id", "phone_number", "scope", "exp")
    assert answer["context"] == {name: str(good[name]) for name in handed_on}


def test_the_operations_payloads_have_the_context_that_it_makes(authorizer: LambdaFunction) -> None:
    payload = event("JwtAuthorizer") | {"authorizationToken": f"Bearer {a_token()}"}
    made = authorizer.invoke(payload)
    added_by_the_gateway = {"principalId", "integrationLatency"}

    for operation in {route.function for route in routes()}:
        context = event(operation)["requestContext"]["authorizer"]
        assert context.keys() == made["context"].keys() | added_by_the_gateway
        assert all(isinstance(context[claim], str) for claim in made["context"])


def test_a_token_signed_with_another_key_is_denied(authorizer: LambdaFunction) -> None:
    forged = a_token(rsa_key("another"))
    payload = event("JwtAuthorizer") | {"authorizationToken": f"Bearer {forged}"}

    assert _effect(authorizer.invoke(payload)) == "Deny"


def _effect(answer: dict[str, object]) -> object:
    policy = answer["policyDocument"]
    assert isinstance(policy, dict)
    (statement,) = policy["Statement"]
    return statement["Effect"]
