"""The commands of the embedded stack; `make help` says what each is for."""

import argparse
import signal
import sys
import time
from contextlib import suppress

from infra.local import sam, stack, tour
from infra.local.curl_lines import print_curl_lines
from infra.local.settings import LocalStackError, Settings
from infra.local.stack_file import Stack


def _up(settings: Settings) -> None:
    deployed = stack.up(settings)
    print(f"==> up: {deployed.api_url}")
    print(f"    tokens from {deployed.token_url}, all else in .local/stack.json")


def _down(_: Settings) -> None:
    print("==> stopped" if stack.down() else "==> nothing was running")


def _run(settings: Settings) -> None:
    # One that `make up` has deployed is redeployed as `make up` would: it stays afterwards.
    wanted = settings if stack.is_up() else tour.settings_for(settings)
    with stack.running(wanted) as deployed:
        if tour.play(deployed):
            print_curl_lines(deployed)
        print("==> serving until Ctrl-C", flush=True)
        _serve()
    print("\n==> still up, as before" if stack.is_up() else "\n==> stopped")


def _serve() -> None:
    with suppress(KeyboardInterrupt):
        while stack.is_up():
            time.sleep(1)
        message = "The stack broke down. Its logs are in .local/log"
        raise LocalStackError(message)


def _demo(settings: Settings) -> bool:
    try:
        return tour.play(stack.up(tour.settings_for(settings)))
    finally:
        _down(settings)


def _tour(_: Settings) -> bool:
    deployed = Stack.load()
    if deployed is None or not stack.is_up():
        message = "The stack is not up. Bring it up: make up"
        raise LocalStackError(message)
    return tour.play(deployed)


_COMMANDS = {
    "run": _run,
    "up": _up,
    "down": _down,
    "demo": _demo,
    "tour": _tour,
    "build": sam.build,
}


def main() -> int:
    """Run the command named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS)
    command = _COMMANDS[parser.parse_args().command]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        as_expected = command(Settings.from_environment())
    except LocalStackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n==> interrupted")
        return 130
    return 1 if as_expected is False else 0


if __name__ == "__main__":
    sys.exit(main())
