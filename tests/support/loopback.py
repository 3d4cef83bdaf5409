"""Moto on loopback: it stands in for what a function reaches of AWS."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import boto3
from moto.core.request import Request
from moto.dynamodb.responses import DynamoHandler
from moto.events.responses import EventsHandler
from moto.kms.responses import KmsResponse
from moto.sqs.responses import SQSResponse
from moto.ssm.responses import SimpleSystemManagerResponse
from werkzeug.wrappers import Response

from infra.local.settings import REGION, ROOT
from tests.support.serving import served


class _ServedRequest(Request):
    from_wsgi_server = True


@contextmanager
def aws_apart() -> Iterator[str]:
    """Serve ``aws`` meanwhile from a process of its own; yields its URL.

    In this one, any test under ``mock_aws`` would empty it.
    """
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def client(url: str, service: Any) -> Any:
    """Return a client of a service of AWS at a URL."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


_SERVICES = {
    "dynamodb": DynamoHandler,
    "events": EventsHandler,
    "kms": KmsResponse,
    "sqs": SQSResponse,
    "ssm": SimpleSystemManagerResponse,
}
# Whoever signs a request says for which service: Credential=<key>/<date>/<region>/<service>/...
_SERVICE = re.compile(r"Credential=[^/]+/\d+/[\w-]+/(\w+)/")


def aws(environ: Any, start_response: Any) -> Any:
    """Moto's part of AWS (its own server would bring every other service along, and Flask)."""
    signed = _SERVICE.search(environ["HTTP_AUTHORIZATION"])
    assert signed, "who asks AWS signs what it asks"
    status, headers, body = _SERVICES[signed[1]].dispatch(_ServedRequest(environ))
    return Response(body, status, headers)(environ, start_response)


if __name__ == "__main__":
    with served(aws) as url:
        print(url, flush=True)  # noqa: T201 - whoever started this waits for it
        Event().wait()
