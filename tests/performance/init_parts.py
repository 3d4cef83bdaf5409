"""What the cold start of DELETE is spent on: starting Python, imports, the client.

Each part is timed in the order in which it comes, in a fresh process that finds the unpacked
artifact as Lambda does (the usual way the same libraries without bytecode). What two parts import
counts for the first of them. The runtime emulator does not tell parts apart; its totals are
``cold_init``'s.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from tests.performance import ROOT
from tests.performance.artifact import unpacked, usual_libraries
from tests.performance.environment import function_environment
from tests.performance.result import Parts

_ROUNDS = 9
_WORKER = Path(__file__).with_name("init_parts_worker.py")
_HANDLERS = Path(__file__).parent / "handlers"

type _Stages = Mapping[str, list[str]]
"""Modules to import and functions to call (``module:function``) by part."""

_PLATFORM = {"Lambda's runtime": ["awslambdaric.bootstrap"], "boto3": ["boto3"]}
_LOG_AND_METRICS = ["aws_lambda_powertools.logging", "aws_lambda_powertools.metrics"]
_OURS: _Stages = _PLATFORM | {
    "Powertools": _LOG_AND_METRICS,
    "own code": ["call_handling.delete_session_by_id", "call_handling.session_ender:session_ender"],
}
_USUAL: _Stages = _PLATFORM | {
    "Powertools": [*_LOG_AND_METRICS, "aws_lambda_powertools.event_handler"],
    "pydantic": ["pydantic.main"],
    "own code": ["usual"],
}


def measure() -> Iterator[Parts]:
    """Time the parts of the usual way and of ours by turns."""
    usually, here = _environment(usual_libraries()), _environment(unpacked())
    rounds = [(_parts(_USUAL, usually), _parts(_OURS, here)) for _ in range(_ROUNDS)]
    usual, ours = ([each[subject] for each in rounds] for subject in (0, 1))
    yield Parts(
        name="init-parts",
        what="Cold start of DELETE, by part",
        unit="ms",
        usual=_medians(usual),
        value=_medians(ours),
        notes=[
            "what two parts import counts for the first of them",
            "without SnapStart, ours makes its client in the first invocation, not before it",
        ],
    )


def _environment(artifact: Path) -> dict[str, str]:
    return function_environment() | {
        "PYTHONPATH": f"{artifact}:{_HANDLERS}",
        # A task root on Lambda is read-only.
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _parts(stages: _Stages, environment: Mapping[str, str]) -> dict[str, float]:
    # The clock that is read here goes on in the process that is started.
    task = {"began": time.monotonic(), "stages": stages}
    finished = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, _WORKER, json.dumps(task)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    parts: dict[str, float] = json.loads(finished.stdout)
    return parts


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {part: median(each[part] for each in rounds) for part in rounds[0]}
