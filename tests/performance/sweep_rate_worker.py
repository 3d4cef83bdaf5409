"""Sweep and bare loop by turns, in a process of their own; run by ``sweep_rate``.

Standard input: the item of a live session. Standard output: the samples by subject, microseconds of
CPU a session, all threads together. What the function writes goes to /dev/null.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import override

from aws.dynamodb import dynamodb_client
from aws.stale_index import SHARDS_SEARCHED, stale_shard
from aws.sweep import CONCURRENCY, Sweep
from call_handling.session_ender import (
    DEADLINE_HAS_PASSED,
    LeftAlone,
    Transition,
    session_ender,
)
from call_handling.session_key import key
from sweep_expired import handler
from tests.performance.canned_dynamodb import CannedDynamoDB
from tests.support.lambda_context import a_lambda_context

_SESSIONS = 400
_ROUNDS = 30
_IDS = [f"{number:040x}" for number in range(_SESSIONS)]
_DEADLINE = 1_800_000_000
_NOW = _DEADLINE + 60
_TABLE = "sessions"


class CannedIndex(CannedDynamoDB):
    """Answers also to a query of the index: every session is in it, and stale."""

    _PAGES = {  # noqa: RUF012
        str(shard): json.dumps(
            {
                "Items": [
                    key(media_session_id)
                    | {"staleShard": {"S": str(shard)}, "staleAt": {"N": str(_DEADLINE)}}
                    for media_session_id in _IDS
                    if stale_shard(media_session_id) == str(shard)
                ]
            }
        ).encode()
        for shard in range(SHARDS_SEARCHED)
    }

    @override
    def body(self, request_body: bytes) -> bytes:
        if b'"IndexName"' not in request_body:
            return super().body(request_body)
        return self._PAGES[json.loads(request_body)["ExpressionAttributeValues"][":shard"]["S"]]


def loop() -> None:
    """End them all by nothing but the client."""
    client = dynamodb_client()

    def work(media_session_ids: Sequence[str]) -> None:
        for media_session_id in media_session_ids:
            client.update_item(
                TableName=_TABLE,
                Key=key(media_session_id),
                ConditionExpression="attribute_exists(mediaSessionId) AND staleAt <= :now",
                UpdateExpression=(
                    "SET #status = :status, endedBy = :by, endedAt = :now, expiresAt = :expiresAt"
                    " REMOVE staleShard, staleAt"
                ),
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={
                    ":status": {"S": "NoAnswer"},
                    ":by": {"S": "network"},
                    ":now": {"N": str(_NOW)},
                    ":expiresAt": {"N": str(_NOW + 3600)},
                },
            )

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(work, [_IDS[first::CONCURRENCY] for first in range(CONCURRENCY)]))


def sweep() -> None:
    """End them all as the function does."""
    sweeping: Sweep[str, Transition | LeftAlone] = Sweep(
        lambda media_session_id: session_ender().by_network(
            media_session_id, "deadline passed", _NOW, only_if=DEADLINE_HAS_PASSED
        ),
        lambda: True,
    )
    sweeping.run(_IDS)
    assert len(sweeping.results) == _SESSIONS
    assert all(isinstance(result.outcome, Transition) for result in sweeping.results)


def whole() -> None:
    """Invoke the function."""
    answer = handler({"sweep": "sessions"}, a_lambda_context())
    assert answer["ended"] == _SESSIONS, answer


_SUBJECTS: dict[str, Callable[[], None]] = {"floor": loop, "value": sweep, "whole": whole}


def main() -> None:
    """Measure, then tell."""
    answers = sys.stdout
    # As the runtime sets it up: written line by line.
    sys.stdout = open(os.devnull, "w", buffering=1)  # noqa: SIM115, PTH123
    CannedIndex(json.load(sys.stdin)).answer_in_process()
    for subject in _SUBJECTS.values():
        subject()
    samples: dict[str, list[float]] = {name: [] for name in _SUBJECTS}
    for _ in range(_ROUNDS):
        for name, subject in _SUBJECTS.items():
            started = time.process_time()
            subject()
            samples[name].append((time.process_time() - started) / _SESSIONS * 1e6)
    json.dump(samples, answers)


if __name__ == "__main__":
    main()
