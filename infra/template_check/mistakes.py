"""Mistakes in the template and in its translation, as cfn-lint knows them."""

from infra import tool


def look(*templates: str) -> list[str]:
    """Name every mistake, with file and line. Raises ToolError."""
    finished = tool.run("template", "cfn-lint", "--format=parseable", *templates)
    if finished.returncode and not finished.stdout:
        raise tool.ToolError(finished.stderr)
    return finished.stdout.splitlines()
