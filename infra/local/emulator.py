"""MiniStack, the emulator of AWS that the embedded stack is deployed to."""

import shutil

from infra.local import processes
from infra.local.settings import HOST, PROJECT_BIN, STATE, TOOLS, Settings

_NAME = "ministack"
_START_SECONDS = 60
_SCRATCH = STATE / "ministack"

# MiniStack runs Python functions with the interpreter it runs on itself. Theirs is to be the
# project's: it has boto3, which the Lambda runtime brings along, at the pinned version.
_LAUNCHER = "import sys; sys.executable = sys.argv.pop(1); from ministack.app import main; main()"


def start(settings: Settings) -> None:
    """Start it and wait until it is healthy.

    Raises LocalStackError when the port is taken, or when it does not become healthy.
    """
    processes.require_free_port("AWS_PORT", settings.aws_port)
    shutil.rmtree(_SCRATCH, ignore_errors=True)
    _SCRATCH.mkdir(parents=True)
    processes.start(
        _NAME,
        [TOOLS / "ministack" / "bin" / "python", "-c", _LAUNCHER, PROJECT_BIN / "python"],
        settings.environment
        | {
            "AUTH": "true",  # enforce IAM: a function may do what its role allows, and no more
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(settings.aws_port),
            "IOT_MTLS_ENABLED": "0",  # else it opens an MQTT port on every interface
            "TMPDIR": str(_SCRATCH),
            "S3_DATA_DIR": str(_SCRATCH / "s3"),
            "STATE_DIR": str(_SCRATCH / "state"),
        },
    )
    processes.await_answer(_NAME, f"{settings.aws_url}/_ministack/health", _START_SECONDS)


def is_running() -> bool:
    """Tell whether it lives."""
    return processes.running(_NAME) is not None


def stop() -> bool:
    """Stop it, with the functions it runs and the files it keeps; False when it was not running."""
    stopped = processes.stop(_NAME)
    shutil.rmtree(_SCRATCH, ignore_errors=True)
    return stopped
