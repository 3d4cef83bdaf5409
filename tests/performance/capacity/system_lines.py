"""What AWS itself writes to the log groups: of an invocation, and of a request to the gateway."""

import re

from tests.support.template import properties, template

_REQUEST = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
_MEMORY = "Memory Size: 512 MB\tMax Memory Used: 104 MB\t"
_OF_AN_INVOCATION = (
    f"START RequestId: {_REQUEST} Version: 12",
    f"END RequestId: {_REQUEST}",
    f"REPORT RequestId: {_REQUEST}\tDuration: 12.34 ms\tBilled Duration: 13 ms\t{_MEMORY}",
)
_QUIET = {"WARN", "ERROR"}
"""System log levels at which an invocation that goes well has no line of Lambda's."""

_CONTEXT = {
    "requestId": _REQUEST,
    "extendedRequestId": "JKJaXmPLvHcESHA=",
    "requestTime": "25/Nov/2026:12:00:00 +0000",
    "httpMethod": "DELETE",
    "resourcePath": "/webrtc/sessions/{mediaSessionId}",
    "status": "204",
    "error.responseType": "-",
    "responseLatency": "23",
    "integrationLatency": "19",
    "xrayTraceId": "-",
}


def system_lines() -> tuple[str, ...]:
    """Return the lines of an invocation that goes well, as the template has them logged."""
    logging = template()["Globals"]["Function"].get("LoggingConfig", {})
    return () if logging.get("SystemLogLevel") in _QUIET else _OF_AN_INVOCATION


def access_line() -> str:
    """Return a line of the gateway's access log."""
    form = properties("Api")["AccessLogSetting"]["Format"]["Fn::Sub"]
    text = form.replace("${AWS::StackName}", "webrtc-call-handling")
    return re.sub(r"\$context\.([A-Za-z.]+)", lambda found: _CONTEXT.get(found[1], "-" * 20), text)
