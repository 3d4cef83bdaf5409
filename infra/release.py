"""Print the notes of a release: ``python -m infra.release v0.2.0``.

They are the section of CHANGELOG.md (Keep a Changelog) with that version. Needs the standard
library only, for it runs before anything is set up.
"""

import re
import sys
import tomllib
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


class ReleaseError(Exception):
    """What keeps a tag from being released; the message says what to mend."""


def release_notes(tag: str, root: Path) -> str:
    """Return the changelog's section of the version that ``tag`` names, without its heading.

    Raises ``ReleaseError`` unless the tag is ``v`` and the version of pyproject.toml, and that
    version has a section with something in it.
    """
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    if tag != f"v{version}":
        message = f"The tag is {tag}, the version in pyproject.toml is {version}."
        raise ReleaseError(message)
    section = re.search(
        rf"^## \[?{re.escape(version)}\]?(?: [^\n]*)?\n(.*?)(?=^## |\Z)",
        (root / "CHANGELOG.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
    if section is None or not section[1].strip():
        message = f"CHANGELOG.md has no section for {version}."
        raise ReleaseError(message)
    return section[1].strip()


if __name__ == "__main__":
    try:
        print(release_notes(" ".join(sys.argv[1:]), _ROOT))
    except ReleaseError as error:
        sys.exit(str(error))
