"""Where the data of a version of a value is, in a folder."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from .history import Version, no_data, version_among
from .model import RunKey
from .stored import open_stored

_LONGEST_NAME_BYTES = 150
_FIRST_OF_LONG_NAME = 37
_SCALAR = re.compile(r"bool|(u?int|float|complex)\d+")


@contextmanager
def stored_version(folder: Path, run_file: Path, history: Sequence[Version], place: tuple[RunKey, str, int]) -> Iterator[Path]:
    """A file with the data of a version: what was kept, the run's file, or one made here when the summary tells all. Raises UnknownKey."""
    run, name, number = place
    version = version_among(history, run, name, number)
    # First what is kept: in the middle of a merge the run's file has the next version already.
    files = [folder / ".firstlight" / "history" / _kept_file(run, name, number), *([run_file] if version.is_current else [])]
    found = next((path for path in files if _has(path, name)), None)
    if found is not None:
        yield found
        return
    whole = _whole(version)
    if whole is None:
        raise no_data(version, run, name)
    with tempfile.TemporaryDirectory(prefix="firstlight-") as directory:
        path = Path(directory) / "value.h5"
        with h5py.File(path, "w") as file:
            file[f"{name}/data"] = whole
        yield path


def _kept_file(run: RunKey, name: str, version: int) -> Path:
    """As `keptFile` of the TypeScript side names it."""
    if len(name.encode()) > _LONGEST_NAME_BYTES:
        name = f"{name[:_FIRST_OF_LONG_NAME]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return Path(f"p{run.proposal}_r{run.run}") / f"{name}@{version}.h5"


def _has(path: Path, name: str) -> bool:
    try:
        with open_stored(path) as file:
            return name in file
    except FileNotFoundError:
        return False


def _whole(version: Version) -> Any:
    """The data of a version whose summary tells all of it, with its type; None for others."""
    kind, summary = version.kind, version.summary
    if not version.has_data or kind is None:
        return None
    if kind == "text":
        return summary if isinstance(summary, str) else None
    if not _SCALAR.fullmatch(kind):
        return None
    return np.dtype(kind).type(np.nan if summary is None else summary)
