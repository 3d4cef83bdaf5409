"""The built artifact as `sam package` uploads it, and as Lambda unpacks it."""

import shutil
import zipfile
from collections import Counter
from pathlib import Path

from tests.performance import ROOT, SCRATCH
from tests.performance.environment import FUNCTION

_BUILT = ROOT / ".aws-sam" / "build" / FUNCTION
_ZIP = SCRATCH / f"{FUNCTION}.zip"
_DEFLATE_LEVEL = 6


def zipped() -> Path:
    """Zip what `sam build` has left (deflate, level 6, dates of 1980 as `sam package` sets them).

    Raises ``FileNotFoundError`` when nothing was built.
    """
    if not _BUILT.is_dir():
        message = f"nothing is built in {_BUILT.relative_to(ROOT)}; run: make build"
        raise FileNotFoundError(message)
    SCRATCH.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(_ZIP, "w", zipfile.ZIP_DEFLATED, compresslevel=_DEFLATE_LEVEL) as archive:
        for file in sorted(_BUILT.rglob("*")):
            if file.is_file():
                entry = zipfile.ZipInfo(str(file.relative_to(_BUILT)))
                archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED, _DEFLATE_LEVEL)
    return _ZIP


def unpacked() -> Path:
    """Return a fresh folder with what Lambda has in the function's task root.

    Bytecode that goes by the date of its source is stale there, as it is on Lambda.
    """
    return _extracted(SCRATCH / FUNCTION, bytecode=True)


def usual_libraries() -> Path:
    """Return a fresh folder with the libraries as `sam build` usually leaves them: no bytecode."""
    return _extracted(SCRATCH / f"{FUNCTION}-without-bytecode", bytecode=False)


def _extracted(folder: Path, *, bytecode: bool) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(zipped()) as archive:
        entries = archive.infolist()
        archive.extractall(folder, [each for each in entries if bytecode or not _is_bytecode(each)])
    return folder


def packages(*, bytecode: bool = True) -> Counter[str]:
    """Return the compressed bytes of each top-level package, metadata left out."""
    sizes = Counter[str]()
    for entry in _entries():
        top = entry.filename.partition("/")[0]
        if not top.endswith(".dist-info") and (bytecode or not _is_bytecode(entry)):
            sizes[top] += entry.compress_size
    return sizes


def unpacked_bytes() -> int:
    """Return how large the artifact is in a function's task root."""
    return sum(entry.file_size for entry in _entries())


def bytecode_bytes() -> int:
    """Return the compressed bytes of all bytecode."""
    return sum(entry.compress_size for entry in _entries() if _is_bytecode(entry))


def _entries() -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(zipped()) as archive:
        return archive.infolist()


def _is_bytecode(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.endswith(".pyc")
