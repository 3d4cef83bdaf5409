"""`make template`: mistakes and insecure settings in the template, and in what SAM makes of it."""

import sys
import tomllib

from infra import tool
from infra.local.settings import ROOT, STATE, TEMPLATE
from infra.template_check import mistakes, policies

_TRANSLATION = STATE / "translation.json"


def main() -> int:
    """Look for both; return the exit status."""
    template, translation = (str(path.relative_to(ROOT)) for path in (TEMPLATE, _TRANSLATION))
    try:
        print("==> checking the template with cfn-lint and checkov (about 20 s)", flush=True)
        _translate(template, translation)
        findings = [*mistakes.look(template, translation), *policies.look(translation)]
    except tool.ToolError as error:
        print(f"\nThe check broke off.\n{error}", file=sys.stderr)
        return 1
    for line in findings or [f"nothing but what is accepted ({len(policies.ACCEPTED)} policies)"]:
        print(f"    {line}")
    return 1 if findings else 0


def _translate(template: str, translation: str) -> None:
    """Translate the template with the parameters of prod. Raises ToolError."""
    finished = tool.run(
        "template",
        "python",
        *("-m", "infra.template_check.translate", template, translation),
        *_prod(),
    )
    if finished.returncode:
        raise tool.ToolError(finished.stderr)


def _prod() -> list[str]:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    overrides: list[str] = config["prod"]["deploy"]["parameters"]["parameter_overrides"]
    return overrides


if __name__ == "__main__":
    sys.exit(main())
