"""The SAM CLI: build and deploy the template as it stands."""

import subprocess
import time
from pathlib import Path

from infra.local import processes
from infra.local.settings import (
    BUILD,
    LOGS,
    ROOT,
    STACK_NAME,
    TEMPLATE,
    TOOLS,
    LocalStackError,
    Settings,
)

BUCKET = "artifacts"

# A configuration environment that samconfig.toml does not have: its others are for AWS.
_NO_DEFAULTS = ["--config-env", "local"]


def build(settings: Settings) -> None:
    """Build the functions into .aws-sam. Raises LocalStackError with the end of the log."""
    _run(
        "build",
        "building the functions (about 20 s the first time)",
        [*_NO_DEFAULTS, *_parameters(settings)],
        settings,
    )


def deploy(settings: Settings) -> None:
    """Deploy what was built, or the source as it is. Raises LocalStackError likewise."""
    template = BUILD / "template.yaml" if settings.functions == "build" else TEMPLATE
    _run(
        "deploy",
        "deploying to the embedded stack (about 10 s)",
        [
            *_NO_DEFAULTS,
            *_parameters(settings),
            *("--template-file", template),
            *("--stack-name", STACK_NAME),
            *("--s3-bucket", BUCKET),
            *("--capabilities", "CAPABILITY_IAM"),
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            "--no-progressbar",
        ],
        settings,
    )


def _parameters(settings: Settings) -> list[str]:
    # SAM takes nothing at all for no pair.
    pairs = (f"{name}={value or '""'}" for name, value in settings.parameters.items())
    return ["--parameter-overrides", *pairs]


def _run(command: str, announcement: str, arguments: list[str | Path], settings: Settings) -> None:
    print(f"==> {announcement}", flush=True)
    started = time.monotonic()
    LOGS.mkdir(parents=True, exist_ok=True)
    log = processes.log_file(f"sam-{command}")
    with log.open("w") as output:
        finished = subprocess.run(
            [TOOLS / "sam" / "bin" / "python", "-m", "samcli", command, *arguments],
            cwd=ROOT,
            env=settings.tool_environment | {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.2"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if finished.returncode:
        message = f"sam {command} failed.\n{processes.log_tail(log)}"
        raise LocalStackError(message)
    print(f"    done in {time.monotonic() - started:.0f} s", flush=True)
