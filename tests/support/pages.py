"""The pages of documentation as data: their tables, headings and links."""

import re
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


@lru_cache
def page(name: str) -> str:
    """Return a page below the repository's root."""
    return (ROOT / name).read_text()


def section(name: str, title: str) -> str:
    """Return a section of a page, without its heading."""
    [found] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", page(name), re.MULTILINE | re.DOTALL)
    return str(found)


def rows(text: str, *header: str) -> list[list[str]]:
    """Return the rows of all tables with this header, each by its cells."""
    line = re.escape("| " + " | ".join(header) + " |").replace(r"\ \ ", r"\ ")
    tables = re.findall(rf"^{line}\n\|[-| :]+\|\n((?:\|.*\|\n)+)", text + "\n", re.MULTILINE)
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        for table in tables
        for row in table.splitlines()
    ]


def code(cell: str) -> list[str]:
    """Return what a cell has in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    prose = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}
