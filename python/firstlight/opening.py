"""Opens a run's data through extra_data, or makes a run without data."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

# Opening many files costs more than starting the processes that extra_data would open them with; few do not.
FILES_WORTH_PROCESSES = 32


class OpenError(Exception):
    """A run's data cannot be opened; the text is one sentence for people."""


def set_data_root(data_root: str | None) -> None:
    """Tells extra_data and DAMNIT's tools where INSTRUMENT/CYCLE/pNNNNNN directories are."""
    if data_root is not None:
        os.environ["EXTRA_DATA_DATA_ROOT"] = data_root
        os.environ["XFEL_DATA_ROOT"] = data_root


def has_proc(proposal: int, run: int) -> bool:
    """Tells whether a run has calibrated data."""
    try:
        _open(proposal, run, "proc")
    except FileNotFoundError:
        return False
    return True


def open_run(proposal: int, run: int) -> Any:
    """Opens raw and (if there is) proc data of a run as an `extra_data.DataCollection`.

    Raises:
        OpenError: why not, in one sentence.
    """
    try:
        return _open(proposal, run, "all")
    except Exception as error:  # a damaged file can raise anything
        where = os.environ.get("EXTRA_DATA_DATA_ROOT", "/gpfs/exfel/exp")
        raise OpenError(f"Run {run} of proposal {proposal} cannot be opened below {where}: {error}") from error


def _open(proposal: int, run: int, data: str) -> Any:
    if importlib.util.find_spec("extra_data") is None:
        raise OpenError(
            f"{sys.executable} has no extra_data package, which opens the run's files; install it there (pip install extra-data)."
        )
    import extra_data

    with _metadata_read_once():
        return extra_data.open_run(proposal, run, data=data, parallelize=_files(proposal, run) >= FILES_WORTH_PROCESSES)


@contextlib.contextmanager
def _metadata_read_once() -> Iterator[None]:
    """Keeps the metadata of files while a run is opened: extra_data reads them again for every source, which takes most of that time."""
    from extra_data.file_access import FileAccess

    read = getattr(FileAccess, "metadata", None)
    if not callable(read):  # a version of it that does so otherwise
        yield
        return
    known: dict[str, dict[str, Any]] = {}

    @functools.wraps(read)
    def metadata(file: Any) -> dict[str, Any]:
        if file.filename not in known:
            known[file.filename] = read(file)
        return dict(known[file.filename])

    FileAccess.metadata = metadata
    try:
        yield
    finally:
        FileAccess.metadata = read


def _files(proposal: int, run: int) -> int:
    from extra_data.read_machinery import find_proposal

    try:
        directory = Path(find_proposal(f"p{proposal:06d}")) / "raw" / f"r{run:04d}"
        return len(os.listdir(directory))
    except Exception:  # opening will tell what is wrong
        return 0


def mock_run() -> Any:
    """A run without data: ten trains, no sources; everything else that is asked of it is a mock."""
    from unittest.mock import MagicMock

    run = MagicMock()
    run.train_ids = np.arange(10)
    run.select_trains.return_value = run
    first = np.datetime64("2017-05-04T12:00:00", "ns")
    run.train_timestamps.return_value = first + np.arange(10) * np.timedelta64(100, "ms")
    run.files = [MagicMock(filename="/nonexistent/raw/r0001/RAW-R0001-DA01-S00000.h5")]
    return run


def is_data_collection(run: Any) -> bool:
    """Tells whether a run object comes from extra_data."""
    module = sys.modules.get("extra_data")
    return module is not None and isinstance(run, module.DataCollection)


def start_time(run: Any) -> float:
    """When the run began, in seconds since the epoch (UTC).

    The first train's time; without one the modification time of the first raw file; now for a run without data.
    """
    if not is_data_collection(run):
        return time.time()
    stamps = run.train_timestamps()
    if len(stamps) and not np.isnat(stamps[0]):
        return float(stamps[0].astype("datetime64[us]").astype(np.int64)) / 1e6
    names = sorted(file.filename for file in run.files)
    raw = [name for name in names if os.path.basename(name).startswith("RAW")]
    return os.stat((raw or names)[0]).st_mtime_ns // 1000 / 1e6


def proposal_path(run: Any) -> Path | str:
    """The proposal's directory, from the first file's path (its last three parts off); "" for a run without data."""
    if not is_data_collection(run):
        return ""
    return Path(run.files[0].filename).parents[2]
