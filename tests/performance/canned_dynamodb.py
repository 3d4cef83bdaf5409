"""DynamoDB's answer to ``UpdateItem`` without DynamoDB: the write succeeds, every time."""

import io
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS


class CannedDynamoDB:
    """Answers with the item as it was, to who asks for it (``ReturnValues``)."""

    def __init__(self, old_item: Mapping[str, Any]) -> None:
        self._old = json.dumps({"Attributes": old_item}).encode()

    def body(self, request_body: bytes) -> bytes:
        """Return the body of the answer to the body of a request."""
        return self._old if b'"ReturnValues"' in request_body else b"{}"

    def answer_in_process(self) -> None:
        """Answer every client that is made from now on, at the point where it would send."""
        BUILTIN_HANDLERS.append(("before-send.dynamodb", self._answer))

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        assert isinstance(request.body, bytes)
        body = self.body(request.body)
        fields = HTTPHeaders()
        for name, value in headers(body).items():
            fields[name] = value
        return AWSResponse(request.url, 200, fields, _Raw(body))


def headers(body: bytes) -> dict[str, str]:
    """Return the headers that DynamoDB sends with a body."""
    return {
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(len(body)),
        "x-amzn-RequestId": "BENCH" + "0" * 47,
        "x-amz-crc32": str(zlib.crc32(body)),
    }


class _Raw(io.BytesIO):
    """The part of urllib3's response that botocore reads."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
