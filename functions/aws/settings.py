"""Settings: environment variables that ``template.yaml`` gives to a function, read strictly.

Each room has a ``settings.py`` that says which it reads. What is missing or makes no sense raises
``Misconfigured`` before anything is done with it, and the log has the names of the variables.

Numbers are kept within bounds that others set: CloudFormation's rules compare equality only, so a
stack may be deployed with a minimum above its maximum. What contradicts a bound is moved to it, and
where bounds contradict each other the maximum wins, for that is what protects the service.

This is for functions that start without pydantic, DELETE first of all: it would be a third of their
start. ``notifications/settings.py`` has the same by pydantic.
"""

import os
from collections.abc import Mapping

from aws import log


class Misconfigured(Exception):
    """Variables are missing or make no sense; raised once their names are in the log."""

    def __init__(self, *variables: str) -> None:
        super().__init__(", ".join(variables))
        log.logger().error("Configuration", variables=variables)


def text(name: str) -> str:
    """Return the variable ``name``, which is not empty. Raises ``Misconfigured``."""
    value = os.environ.get(name)
    if not value:
        raise Misconfigured(name)
    return value


def choice[T](name: str, choices: Mapping[str, T]) -> T:
    """Return what the variable ``name`` stands for. Raises ``Misconfigured``."""
    value = text(name)
    if value not in choices:
        raise Misconfigured(name)
    return choices[value]


def whole(name: str) -> int:
    """Return the variable ``name``, a whole number from 0 on. Raises ``Misconfigured``."""
    value = text(name)
    if not value.isascii() or not value.isdecimal():
        raise Misconfigured(name)
    return int(value)


def seconds(name: str, *, at_least: str | None = None, at_most: str | None = None) -> int:
    """Return the variable ``name``, clamped to the values of the variables that bound it.

    A call that clamps logs a warning with the names of the template's parameters; callers cache the
    value, so that each process warns once. Raises ``Misconfigured``.
    """
    configured = value = whole(name)
    if at_least is not None:
        value = max(value, whole(at_least))
    if at_most is not None:
        value = min(value, whole(at_most))
    if value != configured:
        bounds = [_parameter(bound) for bound in (at_least, at_most) if bound is not None]
        log.logger().warning(
            "Configuration", parameter=_parameter(name), bounds=bounds, usedSeconds=value
        )
    return value


def _parameter(variable: str) -> str:
    """Return the parameter of the template behind a variable: ``RING_SECONDS``, RingSeconds."""
    return variable.title().replace("_", "")
