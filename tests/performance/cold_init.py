"""Cold start of the DELETE function beside that of a handler with nothing but a client.

The artifact is started as Lambda starts it: unpacked into a folder that takes no bytecode, boto3
from the side, compiled. The usual way has the same libraries as `sam build` usually leaves them,
without bytecode. Where a function puts its work off, initialisation looks short and the first
caller waits: so the time to the first answer stands beside it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.performance import ROOT
from tests.performance.artifact import unpacked, usual_libraries
from tests.performance.canned_dynamodb import CannedDynamoDB
from tests.performance.canned_server import canned_server
from tests.performance.delete_request import delete_payload
from tests.performance.environment import function_environment
from tests.performance.result import Budget, Result, of_medians
from tests.performance.runtime_emulator import ColdStart, Function, cold_start
from tests.performance.stored_sessions import sessions_table, stored_session
from tests.support.api import a_call
from tests.support.template import properties

_ROUNDS = 15
HANDLERS = Path(__file__).parent / "handlers"
_SUBJECTS = ("floor", "usual", "value")


def measure() -> Iterator[Result]:
    """Start floor, usual way and ours in turns."""
    with sessions_table() as client:
        call = a_call("Connected")
        dynamodb = CannedDynamoDB(stored_session(client, call))
    compile_runtime()
    starts: dict[str, list[ColdStart]] = {subject: [] for subject in _SUBJECTS}
    with canned_server(dynamodb) as url:
        functions = _functions(url)
        for _ in range(_ROUNDS):
            for subject, function in functions.items():
                start = cold_start(function, delete_payload())
                assert json.loads(start.answer)["statusCode"] == 204, start
                starts[subject].append(start)
    for name, what, time_of, limit in (
        ("cold-init", "cold init of DELETE, runtime emulator", _init, 1.25),
        ("cold-first-answer", "  and the first invocation", _first_answer, 1.12),
    ):
        samples = {subject: list(map(time_of, each)) for subject, each in starts.items()}
        usual = median(samples["usual"]) / median(samples["floor"])
        notes = [f"the usual way / floor: {usual:.2f}"]
        yield of_medians(name, what, "ms", samples, Budget(limit, "ratio"), notes)


def _functions(dynamodb_url: str) -> dict[str, Function]:
    artifact = unpacked()
    environment = function_environment() | {
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb_url,
        # A task root on Lambda is read-only.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    libraries = {"PYTHONPATH": str(usual_libraries())}
    return {
        "floor": Function("floor.handler", HANDLERS, environment),
        "usual": Function("usual.handler", HANDLERS, environment | libraries),
        "value": Function(properties("DeleteSessionById")["Handler"], artifact, environment),
    }


def compile_runtime() -> None:
    """Let what the Lambda runtime brings along be compiled before anything is timed."""
    subprocess.run(
        [sys.executable, "-c", "import awslambdaric.bootstrap, boto3; boto3.client('dynamodb')"],
        cwd=ROOT,
        env=function_environment(),
        check=True,
    )


def _init(start: ColdStart) -> float:
    return start.init


def _first_answer(start: ColdStart) -> float:
    return start.init + start.first_invocation
