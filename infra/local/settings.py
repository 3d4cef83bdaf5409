"""Where the embedded stack lives on this machine, and the environment its programs run in."""

import os
import platform
import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import yaml

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
BUILD = ROOT / ".aws-sam" / "build"
STATE = ROOT / ".local"
LOGS = STATE / "log"
PROJECT_BIN = ROOT / ".venv" / "bin"
TOOLS = STATE / "tools"

HOST = "127.0.0.1"
REGION = "eu-central-1"
STACK_NAME = "webrtc-call-handling-local"
STAGE = "camara"
ROOT_KEY = "test"
"""The key, and the secret, that MiniStack takes for those of the account's root."""

type Functions = Literal["build", "source"]
"""What the functions run from: the artifact that is deployed to AWS, whose libraries are compiled
for Linux, or functions/ with the project's own environment, which has the same libraries."""


class LocalStackError(Exception):
    """Something that the reader of the message can mend; shown without a traceback."""


@dataclass(frozen=True)
class Settings:
    """What the caller of the embedded stack may choose."""

    aws_port: int
    issuer_port: int
    functions: Functions
    overrides: dict[str, str]
    """Template parameters given by the caller, by name."""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read AWS_PORT, ISSUER_PORT, FUNCTIONS ("build" or "source") and PARAMS.

        PARAMS is "Name=value ...", quoted as in a shell. Without FUNCTIONS, the build runs where
        it can: on Linux.

        Raises LocalStackError when one of them is malformed.
        """
        return cls(
            aws_port=_port("AWS_PORT", 4566),
            issuer_port=_port("ISSUER_PORT", 9400),
            functions=_functions(),
            overrides=_parameters(os.environ.get("PARAMS", "")),
        )

    def with_default(self, name: str, value: str) -> "Settings":
        """Return these settings with a template parameter set, unless the caller did."""
        return replace(self, overrides={name: value} | self.overrides)

    @property
    def aws_url(self) -> str:
        """Where every AWS API of the embedded stack answers."""
        return f"http://{HOST}:{self.aws_port}"

    @property
    def issuer(self) -> str:
        """The `iss` of the tokens, and where the issuer answers."""
        return f"http://{HOST}:{self.issuer_port}"

    @property
    def parameters(self) -> dict[str, str]:
        """Every parameter of the template, the caller's overrides included.

        Also those with their defaults: CloudFormation keeps the last value of one left out.
        """
        return {
            **_template_defaults(),
            "JwtIssuer": self.issuer,
            # Webhooks that want to be notified are on this machine, too.
            "LoopbackSinks": "true",
            "Architecture": "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64",
            **self.overrides,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of what runs here as if on AWS: nothing of the caller's."""
        return {
            "PATH": f"{PROJECT_BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "LANG": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            # Loopback is never reached through a proxy; macOS has one in its system settings.
            "NO_PROXY": f"{HOST},localhost",
            "no_proxy": f"{HOST},localhost",
        }

    @property
    def tool_environment(self) -> dict[str, str]:
        """The environment of the tools that deploy: they may download, as the caller would.

        So the caller's own, but for their AWS account, their Python's paths, and the proxy on the
        way to loopback.
        """
        callers = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "PYTHON", "SAM_CLI_"))
        }
        return callers | self.environment


def _port(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isdecimal() or int(value) not in range(1, 65536):
        message = f"{name} is no port number: {value}"
        raise LocalStackError(message)
    return int(value)


def _functions() -> Functions:
    match os.environ.get("FUNCTIONS"):
        case "build" | "source" as chosen:
            return chosen
        case None | "":
            return "build" if sys.platform == "linux" else "source"
        case other:
            message = f"FUNCTIONS is build or source, not: {other}"
            raise LocalStackError(message)


def _template_defaults() -> dict[str, str]:
    # The base loader takes every scalar for a string, as CloudFormation does, no tag for anything
    # but itself, and a merge key (<<) for a name like any other.
    parameters = yaml.BaseLoader(TEMPLATE.read_text()).get_single_data()["Parameters"]
    merged = {name: spec.get("<<", {}) | spec for name, spec in parameters.items()}
    return {name: spec["Default"] for name, spec in merged.items() if "Default" in spec}


def _parameters(text: str) -> dict[str, str]:
    message = f'PARAMS takes "Name=value ...", not: {text}'
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise LocalStackError(message) from error
    pairs = dict[str, str]()
    for word in words:
        name, separator, value = word.partition("=")
        if not (name and separator):
            raise LocalStackError(message)
        pairs[name] = value
    return pairs
