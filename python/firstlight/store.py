"""From a variable's outcome to what is stored and said about it."""

from __future__ import annotations

import errno
import os
from typing import Any

import numpy as np

from .cell import Cell, is_data_array, is_figure
from .failures import Failure
from .figures import close_figure
from .fragment import Entry, StoredCell
from .summaries import WIRE_TEXT_LENGTH, kind_of, max_difference, summary_of, wire_summary
from .wire import Value, wire_number

_NO_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOENT, errno.ESTALE)


class StorageError(Exception):
    """The folder for fragments cannot be written; the text is one sentence for people."""


def stored_entry(name: str, cell: Cell) -> Entry:
    """A cell with its summary, ready to be written; closes its figures.

    Raises:
        Exception: no summary can be made of it.
    """
    if cell.data is None and cell.summary_value is None and cell.preview is None:
        return Entry(name)
    return Entry(name, stored=StoredCell(cell, summary_of(cell, name), max_difference(cell.data), uncertainty_of(cell.data)))


def close_figures(entry: Entry) -> None:
    """Takes a stored cell's figures out of memory."""
    for value in (entry.stored.cell.data, entry.stored.cell.preview) if entry.stored else ():
        if is_figure(value):
            close_figure(value)


def uncertainty_of(data: Any) -> float | None:
    """One standard deviation of a labelled array's summary, from its attribute `uncertainty`, if that is a number."""
    said = data.attrs.get("uncertainty") if is_data_array(data) else None
    try:
        return None if said is None or isinstance(said, str | bool) else float(said)
    except (TypeError, ValueError):
        return None


def value_event(job: str, place: Any, entry: Entry, seconds: float, fragment: str | None) -> Value:
    """What is announced about a variable of a job."""
    stored, failure = entry.stored, entry.failure
    spread = stored.max_diff if stored else None
    return Value(
        job=job,
        proposal=place.proposal,
        run=place.run,
        variable=entry.name,
        state=state_of(entry),
        summary=wire_summary(stored.summary) if stored else None,
        maxDiff=None if spread is None else wire_number(spread),
        attributes=failure_attributes(failure) if failure else cell_attributes(stored),
        kind=kind_of(stored.cell.data) if stored else None,
        seconds=seconds,
        fragment=fragment,
        identity=entry.origin["identity"] if entry.origin else None,
    )


def state_of(entry: Entry) -> str:
    """What is said to have become of a variable."""
    if entry.failure is not None:
        return entry.failure.state
    return "ok" if entry.stored or (entry.transient and not entry.empty) else "none"


def failure_attributes(failure: Failure) -> dict[str, Any]:
    """A failure as the wire's attributes."""
    said = {"error": failure.message[:WIRE_TEXT_LENGTH], "error_cls": failure.error_class}
    return said if failure.where is None else {**said, "where": failure.where}


def cell_attributes(stored: StoredCell | None) -> dict[str, Any] | None:
    """A cell's looks as the wire's attributes, None when it has none."""
    if stored is None:
        return None
    cell = stored.cell
    looks = {
        "units": cell.units,
        "bold": None if cell.bold is None else bool(cell.bold),
        "background": None if cell.background is None else np.asarray(cell.background)[:3].tolist(),
        "uncertainty": None if stored.uncertainty is None else wire_number(stored.uncertainty),
    }
    return {key: value for key, value in looks.items() if value is not None} or None


def is_about_the_disk(error: BaseException) -> bool:
    """Whether an error is the folder's, not the value's."""
    return isinstance(error, OSError) and error.errno in _NO_DISK


def storage_error(folder: str, error: OSError) -> StorageError:
    """The sentence about a folder that cannot be written."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StorageError(f"A value could not be written to {folder}: {reason}; make room or check the folder, then process the run again.")
