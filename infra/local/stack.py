"""The embedded stack as a whole: the emulator, the token issuer, and the template on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from infra.local import deployment, emulator, issuer, loopback_http, processes
from infra.local.settings import LocalStackError, Settings
from infra.local.stack_file import Stack

_API_SECONDS = 30


def up(settings: Settings) -> Stack:
    """Bring the stack up, or what runs already up to date; return when the API answers.

    Raises LocalStackError when a step fails; then nothing is left that was started here.
    """
    was_up = is_up()
    if was_up:
        _require_same_ports(settings)
    else:
        down()  # what may be left of one that broke
    try:
        if not was_up:
            emulator.start(settings)
        issuer.start(settings)
        stack = deployment.deploy(settings)
        _await_api(stack)
        stack.save()
    except BaseException:
        if not was_up:
            down()
        raise
    return stack


def is_up() -> bool:
    """Tell whether a stack is deployed and its processes live."""
    alive = emulator.is_running() and issuer.is_running()
    return alive and Stack.load() is not None


def down() -> bool:
    """Stop everything; False when nothing was running."""
    Stack.forget()
    return any([issuer.stop(), emulator.stop()])


@contextmanager
def running(settings: Settings) -> Iterator[Stack]:
    """Keep the stack up meanwhile, brought up to date; stop it afterwards unless it was up before.

    Raises LocalStackError when it does not come up.
    """
    was_up = is_up()
    stack = up(settings)
    try:
        yield stack
    finally:
        if not was_up:
            down()


def _require_same_ports(settings: Settings) -> None:
    deployed = Stack.load()
    ports = (settings.aws_url, settings.issuer)
    if deployed and (deployed.aws_endpoint_url, deployed.issuer) != ports:
        message = "The stack is up, but on other ports. Stop it first: make down"
        raise LocalStackError(message)


def _await_api(stack: Stack) -> None:
    """Wait until the gateway refuses a request without a token, as only a deployed API does."""
    url = f"{stack.api_url}/webrtc/sessions/none"
    if not processes.wait_until(
        lambda: loopback_http.call("GET", url).status == HTTPStatus.UNAUTHORIZED, _API_SECONDS
    ):
        answer = loopback_http.call("GET", url)
        message = f"The API does not answer as it should: {answer.status} {answer.body!r}"
        raise LocalStackError(message)
