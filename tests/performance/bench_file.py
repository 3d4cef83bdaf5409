"""One run on one machine as a file for programs; the page is made from nothing else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.performance.result import (
    Budget,
    Curve,
    Finding,
    Parts,
    Result,
    Shown,
    Step,
    WholeCall,
)


@dataclass(frozen=True)
class Bench:
    """What a run found, and the machine it ran on (``machine.machine``)."""

    machine: Mapping[str, Any]
    results: Sequence[Result]
    curves: Sequence[Curve] = ()
    parts: Sequence[Parts] = ()
    call: WholeCall | None = None

    @property
    def shown(self) -> Sequence[Shown]:
        """What is in the picture, from left to right."""
        return [*self.curves, *self.parts]


def bench(machine: Mapping[str, Any], findings: Sequence[Finding]) -> Bench:
    """Sort findings by what they are."""
    return Bench(
        machine=machine,
        results=[finding for finding in findings if isinstance(finding, Result)],
        curves=[finding for finding in findings if isinstance(finding, Curve)],
        parts=[finding for finding in findings if isinstance(finding, Parts)],
        call=next((finding for finding in findings if isinstance(finding, WholeCall)), None),
    )


def write(path: Path, run: Bench) -> None:
    """Write a run as JSON, and beside each result whether its budget is met."""
    content = asdict(run)
    for result, written in zip(run.results, content["results"], strict=True):
        written["met"] = result.met
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def read(path: Path) -> Bench:
    """Read what ``write`` has written."""
    content = json.loads(path.read_text())
    return Bench(
        machine=content["machine"],
        results=[_result(written) for written in content["results"]],
        curves=[Curve(**written) for written in content["curves"]],
        parts=[Parts(**written) for written in content["parts"]],
        call=_call(content["call"]) if content.get("call") else None,
    )


def _call(written: Mapping[str, Any]) -> WholeCall:
    return WholeCall(**dict(written) | {"steps": [Step(**step) for step in written["steps"]]})


def _result(written: Mapping[str, Any]) -> Result:
    fields = {name: value for name, value in written.items() if name != "met"}
    budget = written["budget"]
    return Result(**fields | {"budget": Budget(**budget) if budget else None})
