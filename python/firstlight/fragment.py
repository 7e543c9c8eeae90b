"""Fragments: values of one run as a small HDF5 file, complete before anyone can see it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from .cell import Cell, is_data_array, is_dataset, is_figure, is_plotly, is_table
from .failures import Failure
from .fault_point import fault_point
from .figures import figure_pixels
from .netcdf import write_netcdf
from .plotly_figures import plotly_json
from .summaries import is_trendline
from .tables import can_store_tables, parquet, table_kind

PROVENANCE = "context.py"
WRITING, READY = ".writing.h5", ".ready.h5"


@dataclass(frozen=True)
class FragmentPlace:
    """The folder for fragments and the run that they belong to."""

    folder: str
    proposal: int
    run: int


@dataclass(frozen=True)
class StoredCell:
    """A cell and what was made from it: what a fragment holds."""

    cell: Cell
    summary: Any
    max_diff: float | None
    uncertainty: float | None = None


@dataclass(frozen=True)
class Entry:
    """What a fragment says about one variable: its cell, its failure, or (neither) that it has no value."""

    name: str
    stored: StoredCell | None = None
    failure: Failure | None = None
    # Only announced, never written.
    transient: bool = False
    # Transient, and nothing came of it.
    empty: bool = False
    # What it was made of and how; None: not known.
    origin: Mapping[str, Any] | None = None


def write_fragment(
    place: FragmentPlace, entries: Sequence[Entry], provenance: str = PROVENANCE, about_to: Callable[[str], None] = lambda name: None
) -> str:
    """Writes variables of one run into a fragment, with who made them; its file name, which `about_to` is told before the file gets it.

    Raises:
        OSError: the folder cannot be written.
        Exception: one of them cannot be stored; nothing is left behind.
    """
    with _fragment(place, about_to) as fragment:
        with _open(fragment.path, provenance) as file:
            for entry in entries:
                _write_entry(file, entry)
            _write_ours(file, entries)
        for entry in entries:
            if entry.stored is not None:
                _write_labelled(fragment.path, entry.name, entry.stored.cell)
    return fragment.name


def is_complete(place: FragmentPlace, name: str) -> bool:
    """Whether a fragment that was about to get its name, by a process that has ended, has got it; it may have been merged since."""
    return not os.path.exists(os.path.join(place.folder, name.replace(READY, WRITING)))


def _write_ours(file: h5py.File, entries: Sequence[Entry]) -> None:
    """What the official format has no place for."""
    absent = [entry.name for entry in entries if entry.stored is None and entry.failure is None]
    origins = {entry.name: entry.origin for entry in entries if entry.origin is not None}
    if not absent and not origins:
        return
    group = file.create_group(".firstlight")
    if absent:
        group.attrs.create("none", absent, dtype=h5py.string_dtype())
    if origins:
        group.create_dataset("origin", data=json.dumps(origins, ensure_ascii=False), dtype=h5py.string_dtype())


def _write_entry(file: h5py.File, entry: Entry) -> None:
    if entry.stored is not None:
        _write_data(file, entry.name, entry.stored.cell.data)
        _write_summary(file, entry.name, entry.stored)
        _write_preview(file, entry.name, entry.stored.cell.preview)
    elif entry.failure is not None:
        error = file[".errors"].create_dataset(entry.name, data=_clean(entry.failure.message), dtype=h5py.string_dtype())
        error.attrs["type"] = entry.failure.error_class
        if entry.failure.where is not None:
            error.attrs["where"] = _clean(entry.failure.where)


@dataclass(frozen=True)
class _Fragment:
    path: str
    name: str


@contextmanager
def _fragment(place: FragmentPlace, about_to: Callable[[str], None]) -> Iterator[_Fragment]:
    """A file that gets its readable name when it is complete and on disk, and vanishes if it cannot be."""
    stem = os.path.join(place.folder, f"p{place.proposal}_r{place.run}.{secrets.token_hex(4)}")
    writing, ready = f"{stem}{WRITING}", f"{stem}{READY}"
    try:
        yield _Fragment(writing, os.path.basename(ready))
        _sync(writing)
        about_to(os.path.basename(ready))
        fault_point("fragment:before-rename")
        os.rename(writing, ready)
        fault_point("fragment:after-rename")
    except BaseException:
        if os.path.exists(writing):
            os.unlink(writing)
        raise


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fchmod(descriptor, 0o666)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _open(path: str, provenance: str) -> Iterator[h5py.File]:
    with h5py.File(path, "x") as file:
        file.attrs["provenance"] = provenance
        for group in (".reduced", ".preview", ".errors"):
            file.create_group(group)
        yield file


def _write_data(file: h5py.File, name: str, data: Any) -> None:
    if data is None or _is_labelled(data):
        return
    group = file.create_group(name)
    _write_object(group, "data", data, marked=group)


def _write_preview(file: h5py.File, name: str, preview: Any) -> None:
    if preview is not None and not _is_labelled(preview):
        _write_object(file[".preview"], name, preview, marked=None)


def _write_object(group: h5py.Group, name: str, value: Any, marked: h5py.Group | None) -> None:
    """Writes a plain value or figure; the kind of a figure is marked on `marked`, by default on the dataset."""
    if is_figure(value):
        kind, content = "image", figure_pixels(value)
    elif is_plotly(value):
        kind, content = "PlotlyFigure", np.frombuffer(plotly_json(value), np.uint8)
    elif is_table(value) and can_store_tables():
        kind, content = table_kind(value), parquet(value)
    else:
        _write_plain(group, name, np.asarray(value) if is_table(value) else value)
        return
    dataset = group.create_dataset(name, data=content)
    (dataset if marked is None else marked).attrs["_damnit_objtype"] = kind


def _write_plain(group: h5py.Group, name: str, value: Any) -> h5py.Dataset:
    if isinstance(value, str):
        return group.create_dataset(name, data=value, dtype=h5py.string_dtype())
    return group.create_dataset(name, data=value)


def _write_labelled(path: str, name: str, cell: Cell) -> None:
    """Labelled arrays are written through netCDF, which wants the file for itself."""
    if _is_labelled(cell.data):
        write_netcdf(path, name, cell.data)
    if _is_labelled(cell.preview):
        write_netcdf(path, f".preview/{name}", cell.preview)


def _is_labelled(value: Any) -> bool:
    return is_data_array(value) or is_dataset(value)


def _write_summary(file: h5py.File, name: str, stored: StoredCell) -> None:
    if stored.summary is None:
        return
    dataset = _write_plain(file[".reduced"], name, stored.summary)
    cell = stored.cell
    wishes = {
        "max_diff": None if stored.max_diff is None else np.float64(stored.max_diff),
        "summary_method": cell.summary if isinstance(cell.summary, str) else None,
        "summary_type": "trendline" if is_trendline(stored.summary) else None,
        "bold": cell.bold,
        "background": cell.background,
        "units": cell.units,
        "uncertainty": stored.uncertainty,
    }
    for key, value in wishes.items():
        if value is not None:
            dataset.attrs[key] = value


def _clean(message: str) -> str:
    """HDF5's strings hold neither NUL nor half of a UTF-16 pair."""
    return message.replace("\0", "\\0").encode(errors="backslashreplace").decode()
