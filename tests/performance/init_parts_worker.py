"""A cold start in stages; run by ``init_parts``, as a file, so that nothing is imported before.

Argument: JSON, ``began`` and ``stages``. Standard output: milliseconds by part; the making of
the client is a part of its own, wherever it happens.
"""

import json
import sys
import time
from importlib import import_module
from typing import Any


def main() -> None:
    """Go through the stages, then tell."""
    task = json.loads(sys.argv[1])
    marked = time.monotonic()
    parts = {"Python": marked - task["began"]}
    making_client: list[float] = []
    for part, names in task["stages"].items():
        before = sum(making_client)
        for name in names:
            _import_or_call(name)
        now = time.monotonic()
        parts[part] = now - marked - (sum(making_client) - before)
        marked = now
        if part == "boto3":
            _time_clients(making_client)
    parts["DynamoDB client"] = sum(making_client)
    print(json.dumps({part: seconds * 1000 for part, seconds in parts.items()}))  # noqa: T201


def _import_or_call(name: str) -> None:
    module, _, function = name.partition(":")
    imported = import_module(module)
    if function:
        getattr(imported, function)()


def _time_clients(spent: list[float]) -> None:
    """Note how long each ``boto3.client`` takes."""
    import boto3  # noqa: PLC0415 - it is a stage of its own

    make = boto3.client

    def timed(*arguments: Any, **named: Any) -> Any:
        started = time.monotonic()
        try:
            return make(*arguments, **named)
        finally:
            spent.append(time.monotonic() - started)

    boto3.client = timed


if __name__ == "__main__":
    main()
