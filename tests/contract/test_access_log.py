"""The gateway's access log: it joins with the functions' lines, and nothing in it is a client's."""

import json
import re

from tests.support.template import properties

FORMAT = properties("Api")["AccessLogSetting"]["Format"]["Fn::Sub"]
OF_THE_GATEWAY = {
    "extendedRequestId",
    "integration.requestId",
    "authorizer.requestId",
    "requestTime",
    "httpMethod",
    "resourcePath",
    "status",
    "error.responseType",
    "responseLatency",
    "integrationLatency",
    "authorizer.latency",
}
"""Variables whose values no client can choose, but for the method, of which there are seven.

One can ``requestId``, the path and what the token says, in which there may be a number.
"""


def test_it_tells_what_no_client_can_choose() -> None:
    assert set(re.findall(r"\$context\.([\w.]+)", FORMAT)) == OF_THE_GATEWAY


def test_it_names_the_invocations_behind_a_request() -> None:
    line = json.loads(FORMAT)

    # By these names they are in the lines of the functions, but for the authorizer, whose own
    # functionRequestId it is.
    assert line["requestId"] == "$context.extendedRequestId"
    assert line["functionRequestId"] == "$context.integration.requestId"
    assert line["authorizerRequestId"] == "$context.authorizer.requestId"
