"""The template as CloudFormation gets it: with SAM's own resources in place of SAM's shorthand."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from infra.local.settings import REGION, TOOLS, LocalStackError

_TRANSLATE = """
import json, sys
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

class NoManagedPolicies(ManagedPolicyLoader):
    def load(self):
        return {}

asked = json.load(sys.stdin)
json.dump(transform(asked["template"], asked["parameters"], NoManagedPolicies(None)), sys.stdout)
"""


def translated(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return what AWS's translator makes of a template, in the version that the SAM CLI has.

    ``template`` has its functions in the long form, and its code in S3. Asks nothing of AWS.
    Raises LocalStackError.
    """
    finished = subprocess.run(
        [TOOLS / "sam" / "bin" / "python", "-c", _TRANSLATE],
        input=json.dumps({"template": template, "parameters": parameters}),
        env={"AWS_DEFAULT_REGION": REGION},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        message = f"The template cannot be translated.\n{finished.stderr}"
        raise LocalStackError(message)
    result: dict[str, Any] = json.loads(finished.stdout)
    return result
