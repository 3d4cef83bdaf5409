"""What the Lambda runtime brings along, apart from all else that is installed here."""

import re
from importlib.metadata import distribution
from pathlib import Path


def link_lambda_packages(folder: Path) -> None:
    """Link boto3 and the runtime's client, with what they need, into an empty folder.

    With that folder on its path instead of the project's environment, a function cannot find
    anything that its artifact lacks and Lambda does not have.
    """
    for name in _with_requirements({"boto3", "awslambdaric"}):
        installed = distribution(name)
        for entry in {file.parts[0] for file in installed.files or []} - {"..", "__pycache__"}:
            (folder / entry).symlink_to(Path(str(installed.locate_file(entry))))


def _with_requirements(names: set[str]) -> set[str]:
    required = {
        re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        for name in names
        for requirement in distribution(name).requires or []
        if "extra ==" not in requirement
    }
    return names if required <= names else _with_requirements(names | required)
