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
    folder = SCRATCH / FUNCTION
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(zipped()) as archive:
        archive.extractall(folder)
    return folder


def packages() -> Counter[str]:
    """Return the compressed bytes of each top-level package, metadata left out."""
    sizes = Counter[str]()
    with zipfile.ZipFile(zipped()) as archive:
        for entry in archive.infolist():
            top = entry.filename.partition("/")[0]
            if not top.endswith((".dist-info", ".data")):
                sizes[top] += entry.compress_size
    return sizes
