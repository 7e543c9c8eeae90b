"""Tables as pandas DataFrames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .model import MISSING, TableColumns, Variable

if TYPE_CHECKING:
    import pandas

TIME_ZONE = "Europe/Berlin"
TITLES = {"proposal": "Proposal", "run": "Run", "start_time": "Timestamp"}
_EXACT_IN_FLOAT = 2**53


def data_frame(table: TableColumns, variables: Mapping[str, Variable], *, with_titles: bool = False) -> pandas.DataFrame:
    """A table with the columns `proposal`, `run`, `start_time`, then one for each variable.

    Numbers are float64 with NaN where there is none, booleans `bool` or (with gaps) pandas' `boolean`, complex numbers complex128;
    everything else is text or objects with None where there is nothing. Its `attrs["units"]` has the units of the columns that have one.
    """
    import pandas

    columns = {**place_columns(table), **{name: _column(values) for name, values in table.columns.items()}}
    frame = pandas.DataFrame(columns)
    names = {name: variables[name].title for name in table.columns if name in variables} if with_titles else {}
    units = {names.get(name, name): variables[name].units for name in table.columns if name in variables and variables[name].units}
    frame = frame.rename(columns={**TITLES, **names}) if with_titles else frame
    frame.attrs["units"] = units
    return frame


def place_columns(table: TableColumns) -> dict[str, Any]:
    """Where and when: the columns that every table begins with."""
    return {
        "proposal": np.array([run.proposal for run in table.runs], np.int64),
        "run": np.array([run.run for run in table.runs], np.int64),
        "start_time": times(table.start_times),
    }


def times(seconds: Sequence[float | None]) -> Any:
    """Times in the facility's zone from seconds since 1970."""
    import pandas

    numbers = pandas.Series(np.array([np.nan if second is None else second for second in seconds], float))
    return pandas.to_datetime(numbers, unit="s", utc=True).dt.tz_convert(TIME_ZONE)


def _column(values: Sequence[Any]) -> Any:
    import pandas

    cells = np.asarray(values, object)
    kinds = set(map(type, cells.tolist())) - {type(None), type(MISSING)}
    if kinds <= {float} or (kinds <= {int, float} and _fits_floats(cells)):
        return cells.astype(float)
    present = [None if value is MISSING else value for value in values]
    if kinds == {bool}:
        return np.array(present, bool) if None not in present else pandas.array(present, dtype="boolean")
    if kinds == {complex}:
        return np.array([complex("nan") if value is None else value for value in present], complex)
    return pandas.Series(present) if kinds == {str} else pandas.Series(present, dtype=object)


def _fits_floats(cells: np.ndarray) -> bool:
    """Whether no integer is so large that a float cannot hold it exactly."""
    return not any(isinstance(value, int) and abs(value) > _EXACT_IN_FLOAT for value in cells.tolist())
