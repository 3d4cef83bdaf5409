"""infra/web-acl.json, the limits for each client that docs/deploy.md offers."""

import json
from pathlib import Path
from typing import Any

import boto3
from botocore.validate import ParamValidator

from tests.support.template import gateway_responses

FILE = Path(__file__).parents[2] / "infra" / "web-acl.json"


def web_acl() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FILE.read_text())
    return loaded


def test_it_is_a_request_that_waf_takes() -> None:
    client = boto3.client("wafv2", region_name="eu-central-1")
    shape = client.meta.service_model.operation_model("CreateWebACL").input_shape

    assert not ParamValidator().validate(web_acl(), shape).generate_report()


def test_who_is_blocked_is_told_what_the_gateway_says_when_it_throttles() -> None:
    throttled = gateway_responses()["THROTTLED"]
    [body] = web_acl()["CustomResponseBodies"].values()

    assert json.loads(body["Content"]) == throttled.body
    for rule in web_acl()["Rules"]:
        assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == throttled.status


def test_no_token_is_shown() -> None:
    acl = web_acl()
    for part in (acl, *acl["Rules"]):
        assert part["VisibilityConfig"]["SampledRequestsEnabled"] is False
