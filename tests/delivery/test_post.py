"""What a sink gets, and what its answer is taken for."""

import tracemalloc

import pytest

from tests.support.posting import BODY, HEADERS, posted
from tests.support.webhook import (
    Behaviour,
    Webhook,
    answer,
    drip_body,
    drop,
    endless_head,
    interim_answers,
    raw,
)


def test_a_sink_gets_body_and_headers_once(webhook: Webhook) -> None:
    assert posted(f"{webhook.url}?a=b%20c&d").status == 204

    (received,) = webhook.received
    assert (received.method, received.target) == ("POST", "/hook?a=b%20c&d")
    assert received.body == BODY
    assert received.headers == {
        "host": f"127.0.0.1:{webhook.port}",
        "connection": "close",
        "accept-encoding": "identity",
        "content-length": str(len(BODY)),
        **{name.lower(): value for name, value in HEADERS.items()},
    }


@pytest.mark.parametrize("status", [200, 202, 204, 301, 302, 307, 308, 400, 401, 410, 500, 503])
def test_the_answer_is_its_status_and_no_redirect_is_followed(
    webhook: Webhook, status: int
) -> None:
    webhook.then(answer(status, Location=f"http://127.0.0.1:{webhook.port}/elsewhere"))

    assert posted(webhook.url).status == status
    assert [received.target for received in webhook.received] == ["/hook"]


@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_whether_the_sink_closes_the_connection_makes_no_difference(
    webhook: Webhook, connection: str
) -> None:
    webhook.then(answer(200, b"body", Connection=connection))

    assert posted(webhook.url).status == 200


@pytest.mark.parametrize("interim", [100, 102, 103, 199])
@pytest.mark.parametrize(("final", "status"), [(b"204 No Content", 204), (b"500 Fault", 500)])
def test_an_interim_answer_is_none_yet(
    webhook: Webhook, interim: int, final: bytes, status: int
) -> None:
    before = b"HTTP/1.1 %d Interim\r\nLink: a\r\n\r\n" % interim
    webhook.then(raw(before * 3 + b"HTTP/1.1 " + final + b"\r\n\r\n"))

    assert posted(webhook.url).status == status


@pytest.mark.parametrize("times", [1, 10_000])
def test_interim_answers_alone_are_no_answer(webhook: Webhook, times: int) -> None:
    webhook.then(raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" * times))

    assert posted(webhook.url).status is None


@pytest.mark.parametrize(
    "value", ["a\r\nX: 1", "a\nX: 1", "a\r\n X: 1", "a\rX: 1", "a\0", "a\x7f", "ä", "\u2028"]
)
@pytest.mark.parametrize("name", ["x-correlator", "Authorization"])
def test_no_header_carries_another(webhook: Webhook, name: str, value: str) -> None:
    assert posted(webhook.url, headers={name: value}).status is None
    assert webhook.received == []


@pytest.mark.parametrize(
    "behaviour",
    [
        drop,
        raw(b""),
        raw(b"\r\n\r\n"),
        raw(b"SSH-2.0-OpenSSH_9.0\r\n"),
        raw(b"HTTP/1.1 OK\r\n\r\n"),
        raw(b"HTTP/1.1 99 No\r\n\r\n"),
        raw(b"HTTP/1.1 -204 No\r\n\r\n"),
        raw(b"HTTP/1.1 204"[:8]),
        raw(b"HTTP/2 204 No Content\r\n\r\n"),
        raw(b"\xff" * 100_000),
    ],
    ids=[
        "closes",
        "nothing",
        "empty lines",
        "another protocol",
        "no status",
        "a small status",
        "a negative status",
        "cut off",
        "HTTP 2",
        "garbage",
    ],
)
def test_what_is_no_answer_is_no_delivery(webhook: Webhook, behaviour: Behaviour) -> None:
    webhook.then(behaviour)

    outcome = posted(webhook.url)

    assert outcome.status is None
    assert outcome.seconds < 2
    assert len(webhook.received) == 1


def test_the_body_of_an_answer_is_not_read(webhook: Webhook) -> None:
    content = b"x" * 10_000_000
    webhook.then(answer(200, content))
    tracemalloc.start()
    try:
        outcome = posted(webhook.url)
        in_use, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert outcome.status == 200
    assert outcome.seconds < 2
    assert in_use < 1_000_000


def test_a_body_that_drips_delays_nothing(webhook: Webhook) -> None:
    webhook.then(drip_body)

    outcome = posted(webhook.url)

    assert outcome.status == 200
    assert outcome.seconds < 0.9


@pytest.mark.parametrize("behaviour", [endless_head, interim_answers])
def test_an_answer_without_an_end_is_cut_off(webhook: Webhook, behaviour: Behaviour) -> None:
    webhook.then(behaviour)
    tracemalloc.start()
    try:
        outcome = posted(webhook.url)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert outcome.status is None
    assert outcome.seconds < 2
    assert most < 2_000_000
