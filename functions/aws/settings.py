"""Numbers that a deployment configures, each within the bounds that others of them set.

CloudFormation's rules compare equality only, so a stack may be deployed with a minimum above its
maximum. What contradicts a bound is moved to it, and where bounds contradict each other the maximum
wins, for that is what protects the service.
"""

import os

from aws import log


def seconds(name: str, *, at_least: str | None = None, at_most: str | None = None) -> int:
    """Return the variable ``name``, not less and not more than two others say.

    Each call that moves a value logs a warning with the names of the template's parameters, so
    callers cache what they make of it: it is said once in a process.
    """
    configured = value = int(os.environ[name])
    if at_least is not None:
        value = max(value, int(os.environ[at_least]))
    if at_most is not None:
        value = min(value, int(os.environ[at_most]))
    if value != configured:
        bounds = [_parameter(bound) for bound in (at_least, at_most) if bound is not None]
        log.logger().warning(
            "Configuration", parameter=_parameter(name), bounds=bounds, usedSeconds=value
        )
    return value


def _parameter(variable: str) -> str:
    """Return the parameter of the template behind a variable: ``RING_SECONDS``, RingSeconds."""
    return variable.title().replace("_", "")
