"""Stores pandas tables in a run's file as DAMNIT 0.4 does, and says what xarray makes of them, as JSON.

Usage: tables.py FILE
"""

import io
import json
import sys

import h5py
import numpy as np
import pandas as pd

rows = 1000
times = pd.date_range("2026-01-01T00:00:00.000000001", periods=rows, freq="s", unit="ns")
every = pd.DataFrame(
    {
        **{name: np.arange(rows).astype(name) for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"]},
        "uint64": np.arange(rows, dtype="uint64") + np.uint64(2**63),
        "float16": np.linspace(0, 1, rows, dtype="float16"),
        "float32": np.linspace(0, 1, rows, dtype="float32"),
        "float64": np.where(np.arange(rows) % 3 == 0, np.nan, np.linspace(0, 1, rows)),
        "bool": np.arange(rows) % 2 == 0,
        "text": [f"Grüße {i % 7}" for i in range(rows)],
        "category": pd.Categorical(np.array(["a", "b", "c"])[np.arange(rows) % 3]),
        "time": times,
        "duration": pd.to_timedelta(np.arange(rows), unit="ns"),
    },
    index=pd.Index(np.arange(rows, dtype="uint64") * 10, name="trainId"),
)
tables = {
    "every": every,
    "missing": pd.DataFrame(
        {
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "truth": pd.array([True, None, False], dtype="boolean"),
        }
    ),
    "levels": pd.DataFrame(
        {"v": [1.5, 2.5]},
        index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None]),
    ),
    "counted": pd.DataFrame({0: [1.0, 2.0], 1: [3.0, 4.0]}, index=pd.RangeIndex(5, 9, 2)),
    "no_rows": pd.DataFrame({"a": np.zeros(0)}),
    "series": pd.Series([1.0, 2.0, 4.0], index=[0.5, 1.5, 2.5], name="signal"),
    "nameless": pd.Series([1, 2, 4], dtype="int16"),
    "same": pd.Series([1.0, 2.0], index=pd.Index([3.0, 4.0], name="x"), name="x"),
}


def said(array):
    array = np.asarray(array)
    if array.dtype.kind in "mM":
        array = array.astype(f"{array.dtype.kind}8[ns]").astype("int64")
    if array.dtype == object and all(item is None or item is pd.NA or isinstance(item, bool | int | float) for item in array):
        array = np.array([np.nan if item is None or item is pd.NA else float(item) for item in array])
    if array.dtype.kind in "OUT":
        return {
            "dtype": "string",
            "data": ["" if item is None else str(item) for item in array],
        }
    return {
        "dtype": str(array.dtype),
        "data": np.ascontiguousarray(array).tobytes().hex(),
    }


def parquet(table):
    frame = table if table.ndim == 2 else table.to_frame(name=table.name)
    file = io.BytesIO()
    frame.to_parquet(
        file,
        engine="pyarrow",
        **({"row_group_size": 300} if len(frame) == rows else {}),
    )
    return np.frombuffer(file.getvalue(), "uint8")


expected = {}
with h5py.File(sys.argv[1], "w") as file:
    for area in (".reduced", ".preview", ".errors"):
        file.create_group(area)
    for name, table in tables.items():
        file[f"{name}/data"] = parquet(table)
        file[name].attrs["_damnit_objtype"] = "dataframe" if table.ndim == 2 else "series"
        columns = table.items() if table.ndim == 2 else [(table.name, table)]
        levels = [table.index.get_level_values(i) for i in range(table.index.nlevels)]
        expected[name] = {
            "columns": [[None if column is None else str(column), said(values)] for column, values in columns],
            "index": [[level.name, said(level)] for level in levels],
        }
    file["broken/data"] = np.arange(100, dtype="uint8")
    file["broken"].attrs["_damnit_objtype"] = "dataframe"
print(json.dumps(expected))
