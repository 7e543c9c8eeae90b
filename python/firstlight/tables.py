"""pandas tables: Parquet files in a value's group, as DAMNIT stores them since 0.4."""

from __future__ import annotations

import importlib.util
import io
import warnings
from typing import Any

import numpy as np


def can_store_tables() -> bool:
    """Whether this environment has what pandas needs to write Parquet."""
    return importlib.util.find_spec("pyarrow") is not None


def table_kind(table: Any) -> str:
    """What the table is called in the file: `dataframe` or `series`."""
    return "dataframe" if table.ndim == 2 else "series"


def parquet(table: Any) -> np.ndarray:
    """A DataFrame, or a Series as its only column, as the bytes of a Parquet file, uint8."""
    frame = table if table.ndim == 2 else table.to_frame(name=table.name)
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The DataFrame has column names of mixed type")  # a series without a name
        frame.to_parquet(file, engine="pyarrow")
    return np.frombuffer(file.getvalue(), np.uint8)


def read_table(content: bytes, kind: str) -> Any:
    """A stored table back as a DataFrame or Series."""
    import pandas

    frame = pandas.read_parquet(io.BytesIO(content), engine="pyarrow")
    return frame if kind == "dataframe" else frame.iloc[:, 0]


def table_size(table: Any) -> int:
    """How much memory a table takes, in bytes, its texts included."""
    return int(table.memory_usage(deep=True).sum())
