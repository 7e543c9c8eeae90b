"""Values that a program has computed, as a fragment like those of runners."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..cell import Cell
from ..failures import Failure
from ..fragment import Entry, FragmentPlace, write_fragment
from ..store import close_figures, stored_entry
from .errors import BadRequest
from .model import RunKey, Source


def submit(source: Source, run: RunKey, values: Mapping[str, Any], *, provenance: str, errors: Mapping[str, BaseException]) -> None:
    """Stores values and errors of a run. Raises BadRequest, before anything is stored."""
    both = sorted(set(values) & set(errors))
    if both:
        raise BadRequest("bad-value", f'"{both[0]}" has both a value and an error; give one of them.')
    if not values and not errors:
        raise BadRequest("bad-value", "There is nothing to submit: give at least one value or error.")
    entries = [*(_entry(name, value) for name, value in values.items()), *(_failure(name, error) for name, error in errors.items())]
    try:
        source.submit(run, lambda folder: _write(folder, run, entries, provenance))
    finally:
        for entry in entries:
            close_figures(entry)


def _write(folder: Path, run: RunKey, entries: list[Entry], provenance: str) -> str:
    try:
        return write_fragment(FragmentPlace(str(folder), run.proposal, run.run), entries, provenance)
    except OSError:
        raise
    except Exception as error:  # netCDF's own complaints about what users gave
        names = ", ".join(entry.name for entry in entries)
        raise BadRequest("bad-value", f"{names} cannot be stored: {error}") from error


def _entry(name: str, value: Any) -> Entry:
    _check_name(name)
    try:
        return stored_entry(name, _as_cell(value))
    except Exception as error:  # whatever the value's own class raises
        raise BadRequest("bad-value", f'The value of "{name}" cannot be stored: {error}') from error


def _as_cell(value: Any) -> Cell:
    """A cell of ours: of one as the official package has it, or of a bare value."""
    if isinstance(value, Cell):
        return value
    if not all(hasattr(value, name) for name in ("data", "summary_value", "preview", "get_summary")):
        return Cell(value)
    background = None if value.background is None else list(value.background)
    looks = {"summary": value.summary, "summary_value": value.summary_value, "bold": value.bold, "background": background}
    return Cell(value.data, **looks, preview=value.preview, units=getattr(value, "units", None))


def _failure(name: str, error: BaseException) -> Entry:
    _check_name(name)
    return Entry(name, failure=Failure(type(error).__name__, str(error)))


def _check_name(name: str) -> None:
    if not all(part.isidentifier() for part in name.split(".")):
        raise BadRequest(
            "bad-name", f'"{name}" cannot be the name of a variable: it has to be a Python identifier, or several joined by dots.'
        )
