"""The template as CloudFormation's transform makes it of SAM, without asking AWS.

A program of its own, in the environment of the tools: TEMPLATE TRANSLATION [PARAMETER=VALUE ...].
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

_UPLOADED = "s3://bucket/key"


def translation(template: str, values: dict[str, str]) -> dict[str, Any]:
    """Translate a template (YAML), with these values as the defaults of its parameters."""
    document = yaml_parse(template)
    for name, value in values.items():
        parameter = document["Parameters"][name]
        parameter["Default"] = int(value) if parameter["Type"] == "Number" else value
    defaults = {
        name: parameter["Default"]
        for name, parameter in document["Parameters"].items()
        if "Default" in parameter
    }
    for properties in _properties(document):
        for local in {"CodeUri", "ContentUri"} & properties.keys():
            properties[local] = _UPLOADED
    # No managed policy is known by its name alone: AWS would have to be asked for them.
    translated: dict[str, Any] = Translator({}, Parser()).translate(document, defaults)
    # Where SAM has put the value of a parameter or of a mapping, nothing refers to it any more.
    _ignore(translated, "W2001", "W7001")
    return translated


def _ignore(template: dict[str, Any], *rules: str) -> None:
    """Tell cfn-lint to ignore rules, beside those it is told to ignore already."""
    config = template.setdefault("Metadata", {}).setdefault("cfn-lint", {}).setdefault("config", {})
    config["ignore_checks"] = [*config.get("ignore_checks", []), *rules]


def _properties(document: Any) -> list[Any]:
    resources = [resource.get("Properties", {}) for resource in document["Resources"].values()]
    return [*document.get("Globals", {}).values(), *resources]


def main(template: str, written: str, *parameters: str) -> None:
    """Translate a file into another."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # which partition ARNs are of
    values = dict(parameter.split("=", 1) for parameter in parameters)
    translated = translation(Path(template).read_text(), values)
    Path(written).write_text(json.dumps(translated, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
