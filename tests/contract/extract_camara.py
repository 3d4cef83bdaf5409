"""Write ``camara.json`` of CAMARA's documents: ``python -m tests.contract.extract_camara FOLDER``.

``FOLDER`` has the three OpenAPI documents and the two ``CAMARA_...common.yaml``, as released at
https://github.com/camaraproject/WebRTC. Facts only: names, types, bounds, patterns, required
fields, parameters, scopes, statuses and codes, and no prose. A schema is one line, and so is each
of its properties (``Schema.property``); ``allOf`` is merged, and of a discriminated schema it is
told which it may be.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.support.camara import CAMARA, PATHS

_COMMON = ("CAMARA_event_common.yaml", "CAMARA_common.yaml")
_METHODS = ("get", "post", "put", "delete")
_PROSE = {"description", "summary", "title", "example", "examples"}
_STRUCTURE = {"allOf", "properties", "discriminator"}


class Document:
    """One of CAMARA's documents."""

    def __init__(self, folder: Path, name: str) -> None:
        self._document: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text())
        self._common: list[dict[str, Any]] = [
            yaml.safe_load((folder / common).read_text()) for common in _COMMON
        ]
        self._schemas: dict[str, dict[str, Any]] = {}

    def facts(self) -> dict[str, Any]:
        """Return the operations, and the schemas that they lead to."""
        return {"operations": dict(self._operations()), "schemas": self._schemas}

    def _operations(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for path, item in self._document["paths"].items():
            for method in _METHODS:
                if method in item:
                    operation = item[method]
                    facts = {"method": method.upper(), "path": path}
                    yield operation["operationId"], facts | self._operation(operation)

    def _operation(self, operation: dict[str, Any]) -> dict[str, Any]:
        parameters = map(self._resolve, operation["parameters"])
        facts: dict[str, Any] = {
            "scopes": [each for given in operation["security"] for each in given.get("openId", [])],
            "parameters": {
                f"{each['in']} {each['name']}": {
                    "required": each.get("required", False),
                    "schema": self._inline(each["schema"]),
                }
                for each in parameters
            },
            "request": self._content(operation.get("requestBody", {})),
            "answers": {
                str(status): self._answer(int(status), self._resolve(response))
                for status, response in operation["responses"].items()
            },
        }
        for callback in operation.get("callbacks", {}).values():
            for item in callback.values():
                facts["callback"] = self._operation(item["post"])
        return facts

    def _answer(self, status: int, response: dict[str, Any]) -> Any:
        """Return the schema of a success, the codes of an error."""
        if status < 400:
            return self._content(response)
        [content] = response["content"].values()
        [codes] = (
            part["properties"]["code"]["enum"]
            for part in content["schema"]["allOf"]
            if "properties" in part
        )
        for part in content["schema"]["allOf"]:
            self._inline(part)
        return codes

    def _content(self, message: dict[str, Any]) -> Any:
        for content in message.get("content", {}).values():
            return self._inline(content["schema"])
        return None

    def _inline(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the constraints of a schema; what it refers to is added to the schemas."""
        parts = [schema, *schema.get("allOf", ())]
        references = [part["$ref"] for part in parts if "$ref" in part]
        if len(references) == 1 and not any("properties" in part for part in parts):
            name = references[0].rpartition("/")[2]
            self._add(name, self._target(references[0]))
            return {"$ref": name}
        facts = {key: value for key, value in schema.items() if key not in _PROSE | _STRUCTURE}
        if "items" in facts:
            facts["items"] = self._inline(facts["items"])
        if "oneOf" in facts:
            facts["oneOf"] = [self._inline(each) for each in facts["oneOf"]]
        return facts

    def _add(self, name: str, schema: dict[str, Any]) -> None:
        if name in self._schemas:
            return
        for part in (schema, *schema.get("allOf", ())):
            if mapping := part.get("discriminator", {}).get("mapping"):
                self._schemas[name] = {}
                one_of = {value: self._inline({"$ref": each}) for value, each in mapping.items()}
                self._schemas[name] = {"oneOf": one_of}
                return
        self._schemas[name] = {}
        self._add_properties(name, self._merged(schema))

    def _add_properties(self, name: str, schema: dict[str, Any]) -> None:
        self._schemas[name] = self._inline(schema)
        for property_, inner in schema.get("properties", {}).items():
            facts = self._inline(inner)
            if "properties" in inner:
                self._add_properties(f"{name}.{property_}", inner)
            else:
                self._schemas[f"{name}.{property_}"] = facts

    def _merged(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema with its ``allOf`` merged into it."""
        if "allOf" not in schema:
            return schema
        merged: dict[str, Any] = {}
        own = {key: value for key, value in schema.items() if key != "allOf"}
        for part in (*schema["allOf"], own):
            whole = self._merged(self._resolve(part))
            required = dict.fromkeys([*merged.get("required", ()), *whole.get("required", ())])
            properties = dict(merged.get("properties", {}))
            for name, inner in whole.get("properties", {}).items():
                properties[name] = properties.get(name, {}) | inner
            merged |= whole
            merged |= {"required": list(required)} if required else {}
            merged |= {"properties": properties} if properties else {}
        return merged

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        return self._target(node["$ref"]) if "$ref" in node else node

    def _target(self, reference: str) -> dict[str, Any]:
        file, _, path = reference.partition("#/")
        _, kind, name = path.split("/")
        for document in self._common if file else (self._document, *self._common):
            if name in document["components"].get(kind, {}):
                found: dict[str, Any] = document["components"][kind][name]
                return found
        raise KeyError(reference)


def written(facts: dict[str, Any]) -> str:
    """Return the facts as JSON, with a line for each operation, schema and property."""
    apis = []
    for api, kinds in facts.items():
        parts = []
        for kind, entries in kinds.items():
            order = {name: place for place, name in enumerate(entries)}
            together = sorted(entries, key=lambda name: order[name.partition(".")[0]])
            lines = ",\n".join(
                f"   {json.dumps(name)}: {json.dumps(entries[name])}" for name in together
            )
            parts.append(f'  "{kind}": {{\n{lines}\n  }}')
        apis.append(f' "{api}": {{\n' + ",\n".join(parts) + "\n }")
    return "{\n" + ",\n".join(apis) + "\n}\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    CAMARA.write_text(written({api: Document(folder, api).facts() for api in PATHS}))
