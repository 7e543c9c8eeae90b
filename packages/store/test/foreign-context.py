"""A context for the official damnit: one value of each sort that a fragment of its own can carry."""

import numpy as np
import xarray as xr
from damnit_ctx import Cell, Skip, Variable


@Variable(title="Integer")
def f_integer(run):
    return 3


@Variable(title="Boolean")
def f_bool(run):
    return True


@Variable(title="Complex")
def f_complex(run):
    return 1 - 2j


@Variable(title="Text")
def f_text(run):
    return "Größe"


@Variable(title="Line", summary="mean")
def f_line(run):
    return np.arange(10)


@Variable(title="Matrix")
def f_matrix(run):
    return np.arange(12.0).reshape(3, 4)


@Variable(title="Labelled", units="J")
def f_labelled(run):
    coords = {"x": [1, 2, 3], "label": "hi", "other": ("x", [1.0, 2, 3])}
    return xr.DataArray(np.arange(6.0).reshape(2, 3), dims=["y", "x"], coords=coords, attrs={"units": "mJ", "n": 4}, name="foo")


@Variable(title="Labelled complex")
def f_labelled_complex(run):
    return xr.DataArray(np.arange(3) * 1j, dims=["t"])


@Variable(title="Dates")
def f_dates(run):
    return xr.DataArray(np.array([1, 2], dtype="uint16"), dims=["t"], coords={"t": np.array(["2020-01-01", "2020-01-02"], dtype="M8[ns]")})


@Variable(title="Dataset")
def f_dataset(run):
    return xr.Dataset({"a": (("x", "y"), np.ones((2, 3))), "b": ("x", [1, 2])}, coords={"x": [10, 20]}, attrs={"q": "w"})


@Variable(title="Cell")
def f_cell(run):
    preview = xr.DataArray(np.arange(4.0), dims=["p"], coords={"p": [1, 2, 3, 4]})
    return Cell(np.ones((3, 4)), summary_value=4, bold=True, background="#ff0010", units="m", preview=preview)


@Variable(title="Error")
def f_error(run):
    return 1 / 0


@Variable(title="Skipped")
def f_skip(run):
    raise Skip("not today")


@Variable(title="Not a number")
def f_nan(run):
    return float("nan")


@Variable(title="Figure")
def f_figure(run):
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(2, 1))
    figure.gca().plot([1, 2])
    return figure
