"""Reads folders of the matrix and says what it finds, as JSON: `{READER=PLACE: {NAME: {read, preview, summary, units, state}}}`.

Usage: read.py READER=PLACE…, with expected=CONTEXT, official=FOLDER, direct=FOLDER, client=FOLDER or client=URL
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import xarray as xr
from said import said, said_summary


def attempt(function: Callable[[], Any], saying: Callable[[Any], Any] = said) -> Any:
    """What a call gives, or that it raised KeyError, which means that there is nothing."""
    try:
        return saying(function())
    except KeyError:
        return {"kind": "nothing"}
    except Exception as error:
        return {"kind": "raised", "text": f"{type(error).__name__}: {error}"}


def official(folder: str) -> dict[str, Any]:
    """With the published package."""
    from damnit import Damnit

    run = Damnit(folder)[1]
    return {name: _asked(run[name]) for name in run.keys() if name != "start_time"}


def client(where: str) -> dict[str, Any]:
    """With ours, from a folder or a server."""
    import firstlight

    run = firstlight.open(where)[1]
    return {name: {**_asked(run[name]), "state": run[name].state} for name in run.keys()}


def _asked(value: Any) -> dict[str, Any]:
    return {
        "read": attempt(value.read),
        "preview": attempt(value.preview_data),
        "summary": attempt(value.summary, said_summary),
        "units": value.units,
    }


def direct(folder: str) -> dict[str, Any]:
    """With xarray, h5py and sqlite3 alone, as someone does who knows the format."""
    path = os.path.join(folder, "extracted_data", _only_file(folder))
    with sqlite3.connect(os.path.join(folder, "runs.sqlite")) as database:
        rows = dict(database.execute("SELECT name, json_extract(attributes, '$.units') FROM run_variables WHERE run = 1"))
    with h5py.File(path, "r") as file:
        names = {name for name in (*file, *file[".reduced"]) if not name.startswith(".") and name != "start_time"}
        return {name: {"read": attempt(lambda name=name: _stored(path, file, name)), "units": rows.get(name)} for name in sorted(names)}


def _only_file(folder: str) -> str:
    (name,) = (name for name in os.listdir(os.path.join(folder, "extracted_data")) if name.endswith("_r1.h5"))
    return name


def _stored(path: str, file: h5py.File, name: str) -> Any:
    kind = file[name].attrs.get("_damnit_objtype")
    if kind in ("dataarray", "dataset"):
        load = xr.load_dataarray if kind == "dataarray" else xr.load_dataset
        return _without_marks(load(path, group=name, engine="h5netcdf"))
    data = file[name]["data"]
    if kind in ("dataframe", "series"):
        return _from_parquet(data[()].tobytes(), kind)
    if kind == "PlotlyFigure":
        return _Figure(data[()].tobytes().decode())
    if h5py.check_string_dtype(data.dtype) and data.shape == ():
        return data.asstr()[()]
    return data[()]


def _without_marks(value: Any) -> Any:
    value.attrs = {key: attribute for key, attribute in value.attrs.items() if not key.startswith("_damnit_")}
    return value


def _from_parquet(content: bytes, kind: str) -> Any:
    import io

    import pandas as pd

    frame = pd.read_parquet(io.BytesIO(content))
    return frame if kind == "dataframe" else frame.iloc[:, 0]


class _Figure:
    def __init__(self, text: str) -> None:
        self.to_plotly_json = text
        self.to_json = lambda: text


def expected(context: str) -> dict[str, Any]:
    """What the functions of the context return, without anything having been stored."""
    return {name: _returned(variable.func) for name, variable in variables_of(context).items()}


def variables_of(context: str) -> dict[str, Any]:
    """The variables of a context; the function of each is its `func`."""
    from damnit.context import ContextFile

    return ContextFile.from_py_file(Path(context)).vars


def _returned(function: Callable[[Any], Any]) -> dict[str, Any]:
    from damnit.context import Cell

    try:
        returned = function(None)
        cell = returned if isinstance(returned, Cell) else Cell(returned)
    except Exception as error:
        return {"read": {"kind": "nothing"}, "preview": None, "error": type(error).__name__}
    read = {"kind": "nothing"} if cell.data is None else _as_stored(cell.data)
    return {"read": read, "preview": None if cell.preview is None else _as_stored(cell.preview)}


def _as_stored(value: Any) -> Any:
    """Figures are stored as their pixels, bytes as texts."""
    if getattr(value, "dtype", None) is not None and not hasattr(value, "dims") and value.dtype.kind == "S" and value.ndim == 0:
        return said(value.item())
    if hasattr(value, "canvas"):
        import numpy as np

        value.canvas.draw()
        return said(np.asarray(value.canvas.buffer_rgba()))
    return said(value)


READERS = {"official": official, "client": client, "direct": direct, "expected": expected}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asked = {argument: argument.split("=", 1) for argument in sys.argv[1:]}
    json.dump({argument: READERS[reader](place) for argument, (reader, place) in asked.items()}, sys.stdout)
