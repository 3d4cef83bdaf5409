"""What a whole call costs on AWS, and what it is limited by: docs/capacity.md."""

import tomllib
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def read(name: str) -> dict[str, Any]:
    """Return one of the files of this folder, ``prices``, ``assumptions`` or ``quotas``."""
    return tomllib.loads((_HERE / f"{name}.toml").read_text())
