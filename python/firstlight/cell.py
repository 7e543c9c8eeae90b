"""`Cell`: a value, and how the table shows it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np


class Cell:
    """A value with its summary, preview and looks.

    Args:
        data: the value; anything a variable may return.
        summary: name of a numpy function that makes the summary.
        summary_value: the summary itself, a number, string or array.
        bold: force bold letters on or off.
        background: `"#rrggbb"` or three values from 0 to 255.
        preview: an array (1-D or 2-D) or figure that is shown instead of the data.
        units: the unit of the data.
    """

    def __init__(
        self,
        data: Any,
        summary: str | None = None,
        summary_value: Any = None,
        bold: bool | None = None,
        background: str | Sequence[int] | None = None,
        *,
        preview: Any = None,
        units: str | None = None,
    ) -> None:
        self.data = _storable(data)
        self.summary = summary
        self.summary_value = _summary_value(summary_value)
        self.bold = bold
        self.background = _colour(background)
        self.preview = _preview(preview)
        self.units = _units(units, self.data)

    def __repr__(self) -> str:
        return f"<Cell {type(self.data).__name__}>"


def is_instance_of(value: Any, module: str, *names: str) -> bool:
    """Tells whether a value is of a class of a module that may not be loaded; asking does not load it."""
    loaded = sys.modules.get(module)
    classes = tuple(getattr(loaded, name) for name in names if hasattr(loaded, name))
    return bool(classes) and isinstance(value, classes)


def is_figure(value: Any) -> bool:
    """Tells whether a value is a Matplotlib figure."""
    return is_instance_of(value, "matplotlib.figure", "Figure")


def is_plotly(value: Any) -> bool:
    """Tells whether a value is a plotly figure."""
    return is_instance_of(value, "plotly.basedatatypes", "BaseFigure")


def is_data_array(value: Any) -> bool:
    """Tells whether a value is an xarray DataArray."""
    return is_instance_of(value, "xarray", "DataArray")


def is_dataset(value: Any) -> bool:
    """Tells whether a value is an xarray Dataset."""
    return is_instance_of(value, "xarray", "Dataset")


def is_table(value: Any) -> bool:
    """Tells whether a value is a pandas DataFrame or Series."""
    return is_instance_of(value, "pandas", "DataFrame", "Series")


def _storable(data: Any) -> Any:
    data = _whole_figure(data)
    if data is None or isinstance(data, str):
        return data
    if is_figure(data) or is_plotly(data) or is_dataset(data) or is_data_array(data) or is_table(data):
        return data
    return _array(
        data,
        "Returned data type {} cannot be saved",
        "Returned data type {} whose native array type {} cannot be saved",
    )


def _summary_value(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    text = "summary_value should be number or string, not {}"
    return _array(value, text, text)


def _array(value: Any, no_array: str, no_type: str) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind == "O":
        raise TypeError(no_array.format(type(array)))
    if not np.issubdtype(array.dtype, np.number) or array.dtype.kind == "m":
        _check_type(array, no_type)
    return array


def _check_type(array: np.ndarray, no_type: str) -> None:
    try:
        h5py.h5t.py_create(array.dtype, logical=True)
    except TypeError as error:
        raise TypeError(no_type.format(type(array), array.dtype)) from error


def _whole_figure(value: Any) -> Any:
    if is_instance_of(value, "matplotlib.axes", "Axes"):
        return value.get_figure()
    return value


def _preview(preview: Any) -> Any:
    preview = _whole_figure(preview)
    if preview is None or is_figure(preview) or is_plotly(preview):
        return preview
    if not (isinstance(preview, np.ndarray) or is_data_array(preview)):
        raise TypeError(f"preview must be an array or a figure object (got {type(preview)})")
    if preview.ndim not in (1, 2):
        raise TypeError(f"preview should be a 1D or 2D array (shape is {preview.shape})")
    if not (np.issubdtype(preview.dtype, np.number) or preview.dtype.kind == "b") or preview.dtype.kind == "m":
        raise TypeError("preview array should be numeric")
    return preview


def _colour(background: Any) -> np.ndarray | None:
    if background is None:
        return None
    if isinstance(background, str):
        if not re.match("#[0-9a-fA-F]{6}", background):
            raise ValueError("Colour string should be hex code (like '#ffcc00')")
        return np.array(list(bytes.fromhex(background[1:])), dtype=np.uint8)  # DAMNIT keeps what follows, an opacity say
    if not isinstance(background, Sequence):
        raise TypeError(f"Don't understand colour as {type(background)}")
    if len(background) != 3:
        raise TypeError(f"Wrong number of values ({len(background)}) for R,G,B")
    if not all(0 <= value <= 255 for value in background):
        raise ValueError("Colour values must be 0 - 255")
    return np.array([int(value) for value in background], dtype=np.uint8)


def _units(units: Any, data: Any) -> str | None:
    if units is None and is_data_array(data):
        inherited = data.attrs.get("units")
        return inherited if isinstance(inherited, str) else None
    if units is None or isinstance(units, str):
        return units
    raise TypeError(f"units should be a string, not {type(units)}")
