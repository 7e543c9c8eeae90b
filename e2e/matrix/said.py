"""Values as JSON that loses nothing: types, shapes, bits, labels. `said.ts` says the same of what TypeScript reads."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def said_array(value: Any) -> dict[str, Any]:
    """Elements: texts as they are, times as nanoseconds since 1970, everything else as its bytes."""
    array = np.asarray(value)
    if array.dtype.kind in "OUT":
        return {"dtype": "string", "shape": list(array.shape), "data": [str(item) for item in array.ravel()]}
    if array.dtype.kind == "M":
        return {**said_array(array.astype("datetime64[ns]").astype(np.int64)), "dtype": "time"}
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": np.ascontiguousarray(array).tobytes().hex()}


def said_attributes(attributes: Any) -> dict[str, Any]:
    """Attributes as JSON: netCDF knows neither lists nor the types of numbers in them."""
    return {key: value.tolist() if isinstance(value, np.generic | np.ndarray) else value for key, value in attributes.items()}


def _said_coordinates(value: xr.DataArray | xr.Dataset) -> dict[str, Any]:
    return {
        name: {"dims": list(coordinate.dims), "attrs": said_attributes(coordinate.attrs), **said_array(coordinate.values)}
        for name, coordinate in value.coords.items()
    }


def said(value: Any) -> Any:
    """A value as any of the readers gives it."""
    if value is None:
        return None
    if isinstance(value, str | bytes):
        return {"kind": "text", "text": value if isinstance(value, str) else value.decode()}
    if isinstance(value, xr.DataArray):
        labels = {"name": value.name, "dims": list(value.dims), "coords": _said_coordinates(value), "attrs": said_attributes(value.attrs)}
        return {"kind": "DataArray", **labels, **said_array(value.values)}
    if isinstance(value, xr.Dataset):
        variables = {name: {"dims": list(variable.dims), **said_array(variable.values)} for name, variable in value.data_vars.items()}
        return {"kind": "Dataset", "variables": variables, "coords": _said_coordinates(value), "attrs": said_attributes(value.attrs)}
    if isinstance(value, pd.DataFrame):
        columns = {str(name): said_array(column) for name, column in value.items()}
        return {"kind": "DataFrame", "columns": columns, "index": _said_index(value)}
    if isinstance(value, pd.Series):
        return {"kind": "Series", "name": value.name, "index": _said_index(value), **said_array(value)}
    if hasattr(value, "to_plotly_json"):
        return said_figure(value.to_json())
    return {"kind": "array", **said_array(value)}


def _said_index(value: pd.DataFrame | pd.Series) -> dict[str, Any]:
    return {"name": value.index.name, **said_array(value.index)}


def said_figure(text: str) -> dict[str, Any]:
    """What is drawn; Plotly adds a template of its own to the layout."""
    return {"kind": "plotly", "data": [{"type": trace["type"], "y": trace["y"]} for trace in json.loads(text)["data"]]}


def said_summary(value: Any) -> Any:
    """A summary: numbers without their types, which the table does not show, and of other arrays than lines only what they are."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return {"picture": value.startswith(SIGNATURE)}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, complex):
        return {"re": _bits(value.real), "im": _bits(value.imag)}
    if isinstance(value, np.ndarray):
        is_line = value.shape[:1] == (2,)
        return (
            {"line": [[_bits(x) for x in row] for row in value]}
            if is_line
            else {"array": {"dtype": str(value.dtype), "shape": list(value.shape)}}
        )
    return {"number": str(value) if isinstance(value, int) and abs(value) > 2**53 else _bits(value)}


def _bits(number: float) -> str:
    return struct.pack("<d", number).hex()
