"""Reads all values of a run of a folder with the official damnit and says exactly what it got, as JSON.

Usage: damnit-read.py FOLDER PROPOSAL RUN
"""

import json
import sys

import numpy as np
import pandas as pd
import xarray as xr
from damnit import Damnit


def array(value):
    value = np.asarray(value)
    if value.dtype.kind in "OUT":
        return {"dtype": "string", "shape": list(value.shape), "data": [str(item) for item in value.ravel()]}
    return {"dtype": str(value.dtype), "shape": list(value.shape), "data": np.ascontiguousarray(value).tobytes().hex()}


def labelled(value):
    coords = {name: {**array(coord.values), "dims": list(coord.dims)} for name, coord in value.coords.items()}
    attrs = {key: (attr.tolist() if isinstance(attr, (np.generic, np.ndarray)) else attr) for key, attr in value.attrs.items()}
    return {"coords": coords, "attrs": attrs}


def said(value):
    if value is None or value is pd.NA:
        return None
    if isinstance(value, str):
        return {"kind": "text", "text": value}
    if isinstance(value, bytes):
        return {"kind": "png"} if value.startswith(b"\x89PNG\r\n\x1a\n") else {"kind": "bytes", "hex": value.hex()}
    if isinstance(value, xr.DataArray):
        return {"kind": "DataArray", "name": value.name, "dims": list(value.dims), **array(value.values), **labelled(value)}
    if isinstance(value, xr.Dataset):
        variables = {name: {"dims": list(var.dims), **array(var.values)} for name, var in value.data_vars.items()}
        return {"kind": "Dataset", "variables": variables, **labelled(value)}
    if hasattr(value, "to_plotly_json"):
        return {"kind": "plotly", "data": [trace.type for trace in value.data], "y": [list(map(float, trace.y)) for trace in value.data]}
    if isinstance(value, (bool, int, float, complex)) and not isinstance(value, np.generic):
        return {"kind": type(value).__name__, "text": repr(value)}
    return {"kind": "array", **array(value)}


def attempt(function):
    try:
        return said(function())
    except Exception as error:
        return {"kind": "raised", "type": type(error).__name__}


folder, proposal, run = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
damnit = Damnit(folder)
variables = damnit[proposal, run]
table = damnit.table()
row = table[(table["proposal"] == proposal) & (table["run"] == run)].iloc[0]
values = {}
for name in variables.keys():
    if name == "start_time":
        continue
    value = variables[name]
    values[name] = {
        "title": value.title,
        "units": value.units,
        "read": attempt(value.read),
        "summary": attempt(value.summary),
        "preview": attempt(value.preview_data),
        "table": said(row.get(name)),
    }
answer = {
    "runs": [int(number) for number in damnit.runs()],
    "proposal": int(damnit.proposal),
    "columns": list(table.columns),
    "startTime": row["start_time"].timestamp(),
    "values": values,
}
print(json.dumps(answer))
