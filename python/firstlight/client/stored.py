"""Stored values, read back from a run's file or a fragment. Nothing here knows whose experiment it is."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..tables import read_table

_LOCK_SECONDS = 5.0  # an official tool may be merging into the file
_LOOK_AGAIN_SECONDS = 0.05
OBJECT_TYPE = "_damnit_objtype"
_LARGEST_INTEGER = 2**63 - 1
LABELLED = ("dataarray", "dataset")


@contextmanager
def open_stored(path: Path) -> Iterator[h5py.File]:
    """Opens a file to read, and waits a moment for who writes in it. Raises FileNotFoundError."""
    with _when_unlocked(path) as file:
        yield file


def _when_unlocked(path: Path) -> h5py.File:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            return h5py.File(path, "r")
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)


def names_in(file: h5py.File) -> set[str]:
    """The variables that have data or a summary in a file."""
    return {name for name in file if not name.startswith(".")} | set(file.get(".reduced", ()))


def object_type(file: h5py.File, name: str) -> str | None:
    """What a value says it is (`dataarray`, `image` …); None for numbers, texts and arrays. Raises KeyError without data."""
    return _text(file[name].attrs.get(OBJECT_TYPE))


def _text(value: Any) -> str | None:
    return value.decode() if isinstance(value, bytes) else value


def read_data(path: Path, name: str, *, figures: bool = True) -> Any:
    """A value's data. Raises KeyError when there is none.

    Args:
        path: the file that has it.
        name: the variable.
        figures: Plotly figures as objects; otherwise as JSON text.
    """
    with open_stored(path) as file:
        kind = object_type(file, name)
        if kind not in LABELLED:
            return _plain(file[name]["data"], kind, figures)
        return _labelled(path, name, kind)


def read_preview(path: Path, name: str, *, fallback: bool = True, figures: bool = True) -> Any:
    """What stands for a value in a picture: its own preview, else (`fallback`) its data when that can be drawn, else None.

    Raises:
        KeyError: it would be the data, and there is none.
    """
    with open_stored(path) as file:
        own = file.get(f".preview/{name}")
        if isinstance(own, h5py.Group):
            return _labelled(path, f".preview/{name}", "dataarray")
        if own is not None:
            return _plain(own, _text(own.attrs.get(OBJECT_TYPE)), figures)
        if not fallback:
            return None
        kind = object_type(file, name)
        if kind == "dataset" or (kind is None and not _is_drawable(file[name]["data"])):
            return None
    return _if_drawable(read_data(path, name, figures=figures), kind)


def _is_drawable(data: Any) -> bool:
    """Numbers or booleans in one or two dimensions, or three when the last can be a colour."""
    if not hasattr(data, "shape") or data.dtype.kind not in "biufc" or data.shape is None:
        return False
    return len(data.shape) in (1, 2) or (len(data.shape) == 3 and data.shape[2] in (3, 4))


def _if_drawable(data: Any, kind: str | None) -> Any:
    if kind in ("dataarray", "series"):
        return data if getattr(data.dtype, "kind", "O") in "biufc" and _is_drawable(data) else None
    return None if kind == "dataframe" else data


def _plain(data: h5py.Dataset, kind: str | None, figures: bool) -> Any:
    if kind in ("dataframe", "series"):
        return read_table(data[()].tobytes(), kind)
    if kind == "PlotlyFigure":
        return plotly_figure(data[()].tobytes().decode()) if figures else data[()].tobytes().decode()
    if data.shape == () and (h5py.check_string_dtype(data.dtype) or data.dtype.kind == "S"):
        return data.asstr(errors="surrogateescape")[()]
    return data[()]


def plotly_figure(text: str) -> Any:
    """A Plotly figure from its JSON. Raises ImportError without plotly."""
    import plotly.graph_objects as go

    return go.Figure(json.loads(text), skip_invalid=True)


def _labelled(path: Path, group: str, kind: str) -> Any:
    import xarray

    load = xarray.load_dataset if kind == "dataset" else xarray.load_dataarray
    found = load(path, group=group, engine="h5netcdf", phony_dims="access")
    found.attrs = {key: value for key, value in found.attrs.items() if not str(key).startswith("_damnit_")}
    return found


def read_summary(path: Path, name: str) -> Any:
    """A value's summary as its file has it: a number, text, array, the bytes of a PNG; None when there is none (or it is NaN)."""
    with open_stored(path) as file:
        if name not in file.get(".reduced", ()):
            return None
        data = file[".reduced"][name]
        if h5py.check_string_dtype(data.dtype) or data.dtype.kind == "S":
            return data.asstr(errors="surrogateescape")[()]
        return plain_summary(data[()])


def plain_summary(value: Any) -> Any:
    """A stored summary as the table of a folder would give it."""
    array = np.asarray(value)
    if array.ndim == 0:
        item = array.item()
        if isinstance(item, float) and item != item:
            return None
        # SQLite's integers end there; what is larger is kept approximately.
        return float(item) if isinstance(item, int) and item > _LARGEST_INTEGER else item
    if array.dtype == np.uint8 and array.ndim == 1 and array[:4].tobytes() == b"\x89PNG":
        return array.tobytes()
    return array
