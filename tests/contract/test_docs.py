"""The documentation is complete, and says nothing that the code, template or API does not have."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from camara.scope import EventType
from tests.support.alarms import alarms
from tests.support.openapi import camaras_operation_ids, operations
from tests.support.pages import PAGES, ROOT, anchors, code, page, rows, section
from tests.support.template import template

FUNCTIONS = ROOT / "functions"
ALARMS = {name.removesuffix("Alarm") for name in alarms()}
RUNBOOK = page("docs/operate.md")
API = page("docs/api.md")


class Counted(NamedTuple):
    """A metric of the service's own, and its dimensions besides ``service``."""

    name: str
    dimensions: frozenset[str]


# All pages


def _links() -> Iterator[tuple[str, str]]:
    for source in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", source.read_text()):
            if "://" not in target:
                yield str(source.relative_to(ROOT)), target


@pytest.mark.parametrize(
    ("source", "target"),
    sorted(set(_links())),
    ids=lambda value: str(value).removeprefix(str(ROOT)),
)
def test_links_lead_somewhere(source: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    found = (ROOT / source).parent / path if path else ROOT / source

    assert found.exists()
    assert not anchor or anchor in anchors(found)


def test_files_that_are_named_are_there() -> None:
    """By their path from the root, from ``functions/``, or from where the page is."""
    named = {
        (source, name)
        for source in PAGES
        if source.name != "CHANGELOG.md"
        for name in re.findall(r"`([\w./*-]+\.(?:py|ya?ml|md|toml))`", source.read_text())
    }

    assert named
    assert [
        name
        for source, name in sorted(named)
        if not any(next(folder.glob(name), None) for folder in (ROOT, FUNCTIONS, source.parent))
    ] == []


def test_targets_of_make_that_are_named_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    named = {
        target
        for source in PAGES
        for target in re.findall(r"(?:`|^    )make ([a-z-]+)", source.read_text(), re.MULTILINE)
    }

    assert named
    assert named - targets == set()


def test_the_readme_is_one_page() -> None:
    assert len(page("README.md").encode()) <= 7 * 1024


def test_every_decision_is_in_their_list() -> None:
    decisions = ROOT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", page("docs/adr/README.md"))

    assert listed == sorted(path.name for path in decisions.glob("[0-9]*.md"))


# docs/api.md


def test_every_operation_is_there() -> None:
    table = rows(API, "operation", "request", "scope", "success")
    documented = {
        (
            operation["operationId"],
            f"{method} {path}",
            frozenset(scopes) if len(scopes := _scopes_of(operation)) == 1 else None,
            *(status for status in operation["responses"] if status < "300"),
        )
        for (method, path), operation in operations().items()
        if operation["operationId"] in camaras_operation_ids()
    }

    assert {
        (*code(name), *code(request), frozenset(code(scope)) or None, success)
        for name, request, scope, success in table
    } == documented
    assert len(table) == len(documented)


def test_every_type_of_event_is_there_with_its_scope() -> None:
    table = {
        tuple(code(kind) + code(scope))
        for kind, scope, _ in rows(API, "type", "scope to subscribe", "when")
    }
    unasked = EventType.SUBSCRIPTION_ENDED

    assert table == {
        (kind.value,)
        if kind is unasked
        else (kind.value, f"webrtc-events-subscriptions:{kind}:create")
        for kind in EventType
    }


def test_every_scope_is_there_and_no_other() -> None:
    known = {scope for operation in operations().values() for scope in _scopes_of(operation)}

    assert set(re.findall(r"`(webrtc-[a-z-]+:[\w.:-]+)`", API)) == known


def _scopes_of(operation: dict[str, Any]) -> set[str]:
    return {scope for requirement in operation["security"] for scope in requirement["openId"]}


def test_the_limits_name_parameters() -> None:
    named = {name for *_, cell in rows(API, "what", "limit", "parameter") for name in code(cell)}

    assert named
    assert named <= set(template()["Parameters"])


# docs/deploy.md


def test_every_parameter_is_there_with_its_default_and_no_other() -> None:
    parameters = rows(section("docs/deploy.md", "Parameters"), "parameter", "default", "")

    assert [(name, "".join(code(default))) for (name, default, _) in _named(parameters)] == [
        (name, "" if parameter.get("Default") == "none" else str(parameter.get("Default", "")))
        for name, parameter in template()["Parameters"].items()
    ]


def test_the_questions_that_have_an_answer_are_asked() -> None:
    asked = re.findall(r"\| Parameter (\w+) \|", section("docs/deploy.md", "Build and deploy"))

    assert "JwtIssuer" in asked
    assert set(asked) <= set(template()["Parameters"])


def test_the_scopes_that_the_smoke_test_needs_are_the_apis() -> None:
    known = {scope for operation in operations().values() for scope in _scopes_of(operation)}
    needed = re.findall(r"webrtc-[a-z-]+:[a-z:-]+", section("docs/deploy.md", "Test it"))

    assert needed
    assert set(needed) <= known


# docs/operate.md


def _counted_by_code() -> Iterator[Counted]:
    for path in FUNCTIONS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="metrics"), attr="count" | "seconds"),
                    args=[ast.Constant(value=str(name)), *_],
                    keywords=keywords,
                ):
                    yield Counted(name, frozenset(str(each.arg) for each in keywords))


def _counted_by_sweeps() -> Iterator[Counted]:
    """Return what ``aws.sweep`` counts: the numbers of a report, which have ``found`` in them."""
    for path in FUNCTIONS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                numbers = [str(key.value) for key in node.keys if isinstance(key, ast.Constant)]
                if "found" in numbers:
                    for number in numbers:
                        name = f"Sweep{number[0].upper()}{number[1:]}"
                        yield Counted(name, frozenset({"swept"}))


def _counted_in_logs() -> Iterator[Counted]:
    for resource in template()["Resources"].values():
        if resource["Type"] == "AWS::Logs::MetricFilter":
            for metric in resource["Properties"]["MetricTransformations"]:
                dimensions = {each["Key"] for each in metric["Dimensions"]} - {"service"}
                yield Counted(metric["MetricName"], frozenset(dimensions))


def test_every_metric_is_there_with_its_dimensions_and_no_other() -> None:
    documented = [
        Counted(name, frozenset(code(re.sub(r"\(.*?\)", "", dimensions))))
        for names, dimensions, _ in rows(RUNBOOK, "metric", "further dimensions", "")
        for name in code(names)
    ]

    assert len(documented) == len(set(documented))
    assert set(documented) == {
        *_counted_by_code(),
        *_counted_by_sweeps(),
        *_counted_in_logs(),
    }


ALARM_TABLE = ("alarm", "what it means", "what to look at", "what to do")


def test_every_alarm_has_one_entry_and_no_other() -> None:
    named = [name for names, *_ in rows(RUNBOOK, *ALARM_TABLE) for name in code(names)]

    assert sorted(named) == sorted(ALARMS)


def test_no_entry_of_an_alarm_leaves_anything_out() -> None:
    assert [
        cells
        for cells in rows(RUNBOOK, *ALARM_TABLE)
        if len(cells) != len(ALARM_TABLE) or not all(cells)
    ] == []


def test_what_the_runbook_names_is_in_the_template() -> None:
    """Alarms, parameters and resources that are spelled as such, not metrics."""
    known = ALARMS | template()["Parameters"].keys() | template()["Resources"].keys()
    spelled = re.findall(
        r"`(\w+(?:Throttles|Errors|Late|Concurrency|Preference|Seconds))`", RUNBOOK
    )

    assert set(spelled) <= known


def test_the_runbook_says_which_alarms_go_off_for_want_of_data() -> None:
    """So they do in a new stack: CloudWatch, "Configuring how alarms treat missing data"."""
    [said] = re.findall(r"^(.*) also go off when no sweep says anything", RUNBOOK, re.MULTILINE)

    assert {*code(said)} == {
        name.removesuffix("Alarm")
        for name, settings in alarms().items()
        if settings["TreatMissingData"] == "breaching"
    }


def _named(table: list[list[str]]) -> list[list[str]]:
    return [["".join(code(name)), *cells] for name, *cells in table]


# docs/architecture.md

DRAWING = section("docs/architecture.md", "The parts")
ROOMS = section("docs/architecture.md", "The rooms of functions/")


def test_every_function_is_in_the_drawing_and_no_other() -> None:
    functions = {
        name
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }

    assert set(re.findall(r"\w\[([A-Z][a-z]+[A-Z]\w+)\]", DRAWING)) == functions


def test_what_else_is_drawn_is_in_the_template() -> None:
    drawn = set(re.findall(r"\[[(\[](\w+)[)\]]\]", DRAWING))

    assert drawn
    assert drawn <= template()["Resources"].keys()


def test_every_room_is_described() -> None:
    described = {
        name.rstrip("/") for cell, _ in rows(ROOMS, "room", "what is in it") for name in code(cell)
    }

    assert described == {path.parent.name for path in FUNCTIONS.glob("*/__init__.py")}


def test_imports_point_one_way() -> None:
    """Each room knows those to the right of it, in a line that begins with it or passes it."""
    lines = [line.split(" -> ") for line in re.findall(r"^    (\w+ -> .*)$", ROOMS, re.MULTILINE)]
    may_know: dict[str, set[str]] = {}
    for line in lines:
        for place, room in enumerate(line):
            may_know.setdefault(room, {room}).update(line[place:])
    for line in lines:
        may_know[line[0]] |= may_know[line[-1]]

    ours = {path.stem for path in FUNCTIONS.iterdir()}
    assert {
        (room, known)
        for room, knows in may_know.items()
        for path in (FUNCTIONS / room).rglob("*.py")
        for known in _imported(path)
        if known in ours - knows
    } == set()
    assert may_know.keys() == {path.parent.name for path in FUNCTIONS.glob("*/__init__.py")}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]
