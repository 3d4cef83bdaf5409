import base64
from typing import Any
from urllib.parse import urljoin

import pytest

from camara.errors import CamaraError, InvalidArgument, OutOfRange, UnsupportedMediaType
from http_api.request import MAX_BODY_BYTES, Request


def with_body(body: Any, content_type: str = "application/json", **event: Any) -> Request:
    return Request({"headers": {"Content-Type": content_type}, "body": body, **event})


@pytest.mark.parametrize("event", [None, [], "text", {}, {"headers": None}, {"headers": [1]}])
def test_an_event_of_any_shape_is_read(event: Any) -> None:
    request = Request(event)

    assert request.authorizer_context is None
    assert request.correlator() == ""
    with pytest.raises(InvalidArgument):
        request.path_id("mediaSessionId")


@pytest.mark.parametrize("value", ["", "b4333c46-49c0_:;./<>{}", "x" * 256])
def test_a_correlator_of_camaras_pattern(value: str) -> None:
    assert Request({"headers": {"X-Correlator": value}}).correlator() == value


@pytest.mark.parametrize("value", ["a b", "é", "x" * 257, "a\n", "a,b", "%"])
def test_any_other_correlator_is_refused(value: str) -> None:
    with pytest.raises(InvalidArgument):
        Request({"headers": {"x-correlator": value}}).correlator()


@pytest.mark.parametrize("value", ["A", "0AEE1B58-x_y.z~", "x" * 256])
def test_a_well_formed_id(value: str) -> None:
    assert Request({"pathParameters": {"mediaSessionId": value}}).path_id("mediaSessionId") == value
    assert Request({"headers": {"ID": value}}).header_id("id") == value


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, InvalidArgument),
        ("", InvalidArgument),
        (" ", InvalidArgument),
        ("\x00", InvalidArgument),
        ("a\n", InvalidArgument),
        ("../", InvalidArgument),
        ("%00", InvalidArgument),
        ("..%2f", InvalidArgument),
        ("é", InvalidArgument),
        ("٣", InvalidArgument),
        ("\ud800", InvalidArgument),
        (7, InvalidArgument),
        ("x" * 257, OutOfRange),
    ],
)
def test_any_other_id_is_refused(value: Any, error: type[CamaraError]) -> None:
    with pytest.raises(error):
        Request({"pathParameters": {"mediaSessionId": value}}).path_id("mediaSessionId")


def test_an_id_in_the_path_is_noted_for_the_log() -> None:
    request = Request({"pathParameters": {"mediaSessionId": "12025550101"}})

    request.path_id("mediaSessionId")

    assert request.facts == {"mediaSessionId": "made up: 11 characters, 9"}


@pytest.mark.parametrize(
    "in_front",
    [
        "https://abc.execute-api.eu-central-1.amazonaws.com/camara",
        "https://api.example.com",
        "https://api.example.com/voice/v1",
        "http://127.0.0.1:4566/_aws/execute-api/79decd38/camara",
    ],
)
@pytest.mark.parametrize("asked", ["/webrtc/sessions", "/webrtc/sessions/"])
def test_a_location_leads_from_the_url_that_was_asked_for(in_front: str, asked: str) -> None:
    """The gateway tells the path with its stage or base path, which may not be all there is."""
    seen = Request({"requestContext": {"path": f"/camara{asked}"}, "path": asked})

    location = seen.location_of("1")

    assert urljoin(f"{in_front}{asked}?x=/y/", location) == f"{in_front}{asked.rstrip('/')}/1"


def test_a_location_without_a_path_is_the_id() -> None:
    assert Request(None).location_of("1") == "1"


@pytest.mark.parametrize(
    "event", [{"path": "/things/"}, {"requestContext": {"path": "/a/things/"}}]
)
def test_a_final_slash_may_be_refused(event: Any) -> None:
    with pytest.raises(InvalidArgument):
        Request(event).require_no_final_slash()
    Request({"path": "/things"}).require_no_final_slash()


def test_a_query_parameter_that_occurs_once() -> None:
    event = {"multiValueQueryStringParameters": {"one": ["a b"], "other": ["x", "y"]}}

    assert Request(event).query("one") == "a b"


@pytest.mark.parametrize(
    "parameters", [None, {}, [], {"ONE": ["a"]}, {"one": "a"}, {"one": []}, {"one": ["a", "a"]}]
)
def test_any_other_query_parameter_is_refused(parameters: Any) -> None:
    event = {
        "multiValueQueryStringParameters": parameters,
        "queryStringParameters": {"one": "a"},
    }

    with pytest.raises(InvalidArgument):
        Request(event).query("one")


@pytest.mark.parametrize(
    ("body", "has_body"), [("{}", True), (" ", True), ("", False), (None, False)]
)
def test_whether_there_is_a_body(body: Any, *, has_body: bool) -> None:
    assert with_body(body).has_body is has_body


def test_a_json_object_is_read_plain_or_in_base64() -> None:
    encoded = base64.b64encode(b'{"a":1}').decode()

    assert with_body('{"a":1}').json_object() == {"a": 1}
    assert with_body('{"a":1}', "Application/JSON ; charset=utf-8").json_object() == {"a": 1}
    assert Request({"body": '{"a":1}'}).json_object() == {"a": 1}
    assert with_body(encoded, isBase64Encoded=True).json_object() == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "null",
        "[]",
        '"text"',
        "7",
        "{",
        '{"a":1',
        "{'a':1}",
        '{"a":NaN}',
        '{"a":-Infinity}',
        '{"a":1,"a":1}',
        '{"x":{"a":1,"a":2}}',
        '{"a":' + "9" * 5000 + "}",
        '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"a":1} trailing',
        '{"a":"\ud800"}',
        b'{"a":1}',
    ],
    ids=lambda body: repr(body)[:24],
)
def test_anything_else_is_no_json_object(body: Any) -> None:
    with pytest.raises(InvalidArgument):
        with_body(body).json_object()


@pytest.mark.parametrize("body", ["not base64!", "gICA", "YQ"])
def test_base64_of_nothing_readable_is_refused(body: str) -> None:
    with pytest.raises(InvalidArgument):
        with_body(body, isBase64Encoded=True).json_object()


def test_a_body_has_a_bound() -> None:
    fits = '{"a":"' + "x" * (MAX_BODY_BYTES - 8) + '"}'

    assert with_body(fits).json_object()
    with pytest.raises(OutOfRange):
        with_body(fits + " ").json_object()


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "json", "", "text/json"])
def test_another_content_type_is_unsupported(media_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        with_body("{}", media_type).json_object()


@pytest.mark.parametrize("body", [None, ""])
def test_no_body_is_no_body(body: str | None) -> None:
    with_body(body).require_no_body()


@pytest.mark.parametrize("body", ["{}", " ", "x"])
def test_any_body_is_a_body(body: str) -> None:
    with pytest.raises(InvalidArgument):
        with_body(body).require_no_body()
