"""Values that runners have computed before, perhaps in another language: inputs of this job's variables, not computed again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import h5py

from .failures import Failure
from .loading import LoadedContext
from .log import log
from .tables import read_table
from .wire import Run


@dataclass(frozen=True)
class Given:
    """What is known before the first variable is computed."""

    names: frozenset[str] = frozenset()
    results: Mapping[str, Any] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)


def given_to(request: Run) -> Given:
    """Reads the values that a request brings along; one that cannot be read is a failure of that variable."""
    results: dict[str, Any] = {}
    failures: dict[str, Failure] = {}
    for item in request.foreign:
        name, error = item["name"], item["error"]
        if error is not None:
            failures[name] = Failure(error["errorClass"], error["message"])
        elif item["fragment"] is not None:
            try:
                results[name] = read_stored(request, name, item["fragment"])
            except Exception as problem:  # a damaged file costs its own dependants only
                log("ERROR", f"The value of {name} cannot be read", problem)
                failures[name] = Failure(type(problem).__name__, f"Its stored value cannot be read: {problem}")
    return Given(frozenset(item["name"] for item in request.foreign), results, failures)


def without_given(context: LoadedContext, names: Iterable[str]) -> LoadedContext:
    """What is left to compute of a context when some of its values are there."""
    there = frozenset(names)
    graph = {name: tuple(other for other in needed if other not in there) for name, needed in context.graph.items() if name not in there}
    return replace(context, graph=graph, promoted={name: needs for name, needs in context.promoted.items() if name not in there})


def read_stored(request: Run, name: str, fragment: str) -> Any:
    """A stored value as DAMNIT's API gives it: a number, text, array, DataArray, Dataset, pandas table or Plotly figure.

    Args:
        request: says where the run's files are.
        name: the variable.
        fragment: the file that has it, until it is merged into the run's own.
    """
    with _file_with(request, fragment) as file:
        kind = file[name].attrs.get("_damnit_objtype")
        if kind not in ("dataarray", "dataset"):
            return _plain(file[name]["data"], kind)
        path = file.filename
    return _labelled(path, name, kind)


@contextmanager
def _file_with(request: Run, fragment: str) -> Iterator[h5py.File]:
    try:
        file = h5py.File(os.path.join(request.fragments, fragment), "r")
    except FileNotFoundError:  # merged in the meantime
        file = h5py.File(os.path.join(request.fragments, f"p{request.proposal}_r{request.run}.h5"), "r")
    with file:
        yield file


def _plain(data: h5py.Dataset, kind: str | None) -> Any:
    if kind in ("dataframe", "series"):
        return read_table(data[()].tobytes(), kind)
    if h5py.check_string_dtype(data.dtype):
        return data.asstr()[()]
    if kind == "PlotlyFigure":
        import plotly.io

        return plotly.io.from_json(data[()].tobytes().decode())
    return data[()]


def _labelled(path: str, name: str, kind: str) -> Any:
    import xarray

    load = xarray.load_dataarray if kind == "dataarray" else xarray.load_dataset
    return load(path, group=name, engine="h5netcdf")
