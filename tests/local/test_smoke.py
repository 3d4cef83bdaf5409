"""The smoke test finds what is wrong, and says so; what it cannot use it refuses."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from infra.local.settings import ROOT
from infra.scopes import scope_of
from infra.smoke.examiner import Examiner, Step, Stopped
from infra.smoke.target import NOBODY, BadInput, Target
from tests.support.openapi import operations
from tests.support.serving import served

TOKEN = "e30.e30.c2lnbmF0dXJl"
GONE = {"status": 404, "code": "NOT_FOUND", "message": "The specified resource is not found."}

type Said = tuple[int, Any, dict[str, str]]
"""A status, the JSON value of a body, and headers."""


@contextmanager
def server(answer: Callable[[str, str], Said]) -> Iterator[Target]:
    """Serve what this returns for a method and a path; an x-correlator is echoed."""

    @Request.application
    def app(request: Request) -> Response:
        status, body, more = answer(request.method, request.path)
        echoed = request.headers.get("x-correlator", "")
        headers = {"Content-Type": "application/json", "x-correlator": echoed} | more
        return Response(None if body is None else json.dumps(body), status, headers)

    with served(app) as url:
        yield Target(url, TOKEN, NOBODY)


def smoke(**environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if name not in {"API", "TOKEN"}}
    return subprocess.run(
        [sys.executable, "-m", "infra.smoke"],
        cwd=ROOT,
        env=known | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_server_that_is_broken_fails() -> None:
    with server(lambda *_: (500, {"status": 500, "code": "INTERNAL", "message": "!"}, {})) as api:
        finished = smoke(API=api.api, TOKEN=TOKEN)

    assert finished.returncode == 1
    lines = finished.stdout.splitlines()
    answered = [line for line in lines if "500 INTERNAL" in line]
    assert answered
    assert all("FAILED" in line for line in answered)
    assert "expected 401 UNAUTHENTICATED" in finished.stdout
    assert "what needs it is left out" in finished.stdout
    assert not any("ok " in line for line in lines)


def test_a_server_that_is_not_there_fails_at_once(free_port: int) -> None:
    finished = smoke(API=f"http://127.0.0.1:{free_port}", TOKEN=TOKEN)

    assert finished.returncode == 1
    assert "no answer" in finished.stdout
    assert "nothing more is asked" in finished.stdout
    assert not finished.stderr


def test_the_proxy_of_the_environment_is_used() -> None:
    with server(lambda *_: (500, None, {})) as proxy:
        finished = smoke(API="https://api.example.com", TOKEN=TOKEN, https_proxy=proxy.api)

    assert finished.returncode == 1
    # What is served here is no proxy, and it is what was asked.
    assert "500 INTERNAL SERVER ERROR" in finished.stdout


def test_what_was_made_is_removed_whatever_comes_after() -> None:
    removed = list[str]()

    def answer(method: str, path: str) -> Said:
        if (method, path) == ("POST", "/webrtc-registration/v0.4/sessions"):
            body = {"registrationId": "r" * 36, "regInfo": {"regStatus": "Registered"}}
            return 201, body, {}
        if method == "DELETE" and "registration" in path:
            removed.append(path)
            return 204, None, {}
        return 500, {"status": 500, "code": "INTERNAL", "message": "!"}, {}

    with server(answer) as api:
        finished = smoke(API=api.api, TOKEN=TOKEN)

    assert finished.returncode == 1
    assert removed == [f"/webrtc-registration/v0.4/sessions/{'r' * 36}"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Say which API"),
        ({"API": "https://api.example.com/camara"}, "Give an access token"),
        ({"API": "http://api.example.com/camara", "TOKEN": TOKEN}, "API is not https"),
        ({"API": "ftp://127.0.0.1/camara", "TOKEN": TOKEN}, "API is not https"),
        ({"API": "https://api.example.com/camara/", "TOKEN": TOKEN}, "API ends with a slash"),
        ({"API": "https://", "TOKEN": TOKEN}, "API is no URL"),
        ({"API": "https://[", "TOKEN": TOKEN}, "API is no URL"),
        ({"API": "https://host:port", "TOKEN": TOKEN}, "API is no URL"),
        ({"API": "https://user@api.example.com", "TOKEN": TOKEN}, "the root of the APIs alone"),
        ({"API": "https://api.example.com?a", "TOKEN": TOKEN}, "the root of the APIs alone"),
        ({"API": "https://api.example.com", "TOKEN": f"Bearer {TOKEN}"}, "TOKEN is no JWT"),
        ({"API": "https://api.example.com", "TOKEN": "made-up"}, "TOKEN is no JWT"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name in ("API", "TOKEN", "CALLED"):
        monkeypatch.setenv(name, given.get(name, ""))

    with pytest.raises(BadInput, match=said) as refused:
        Target.from_environment()

    assert "made-up" not in str(refused.value)


def test_bad_input_has_a_status_of_its_own() -> None:
    finished = smoke(API="https://api.example.com/")

    assert finished.returncode == 2
    assert finished.stderr == "API ends with a slash; leave it out: API=https://api.example.com\n"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ((404, GONE, {}), ""),
        ((403, GONE | {"status": 403, "code": "PERMISSION_DENIED"}, {}), "lacks the scope webrtc-"),
        ((401, GONE | {"status": 401, "code": "UNAUTHENTICATED"}, {}), "does not take the token"),
        ((404, GONE | {"code": "IDENTIFIER_NOT_FOUND"}, {}), "names no subscriber"),
        ((503, GONE | {"status": 503, "code": "UNAVAILABLE"}, {}), "issuer's keys"),
        ((404, GONE | {"status": 400}, {}), "not in CAMARA's form"),
        ((404, GONE | {"more": 1}, {}), "not in CAMARA's form"),
        ((404, GONE, {"Content-Type": "text/html"}), "not application/json"),
        ((404, GONE, {"x-correlator": "another"}), "not echoed"),
        ((404, {"code": "\033[2J"}, {}), "expected 404 NOT_FOUND"),
        ((404, [], {}), "expected 404 NOT_FOUND"),
        ((302, None, {"Location": "/elsewhere"}), "expected 404 NOT_FOUND"),
    ],
)
def test_each_wrong_answer_is_told(
    said: Said, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(lambda *_: said) as api:
        examiner = Examiner(api)
        examiner.take(Step("GET /webrtc/sessions/unknown", "404 NOT_FOUND", "an unknown call"))
        passed = examiner.verdict()

    shown = capsys.readouterr().out
    assert passed == (not problem)
    assert problem in shown
    assert "\033" not in shown


def test_the_token_is_taken_nowhere_else() -> None:
    asked = list[str]()

    def answer(_: str, path: str) -> Said:
        asked.append(path)
        return 302, None, {"Location": "/elsewhere"}

    with server(answer) as api:
        Examiner(api).take(Step("GET /webrtc/sessions/unknown", "404 NOT_FOUND", "an unknown call"))

    assert asked == ["/webrtc/sessions/unknown"]


def test_without_an_id_what_was_made_is_of_no_use() -> None:
    with server(lambda *_: (201, {"status": "Initial", "mediaSessionId": "../a"}, {})) as api:
        examiner = Examiner(api)

        with pytest.raises(Stopped):
            examiner.make(Step("POST /webrtc/sessions", "201 Initial", "a call"), "mediaSessionId")

    assert not examiner.verdict()


def test_nothing_asked_is_no_success() -> None:
    assert not Examiner(Target("https://api.example.com", TOKEN, NOBODY)).verdict()


def test_every_documented_operation_has_a_scope() -> None:
    for method, path in operations():
        assert scope_of(method, path.replace("{", "").replace("}", "")), (method, path)
    assert scope_of("GET", "/elsewhere") is None
