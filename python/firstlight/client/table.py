"""The table of a folder, read from its database in columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import repeat

import numpy as np

from .database import decode, load_booleans, load_runs
from .model import MISSING, RunKey, TableColumns

_ROWS_AT_ONCE = 100_000
_RUN_BITS = 32

# Pictures and arrays come as markers, so that their bytes stay where they are.
_VALUE = """
CASE WHEN typeof(value) <> 'blob' THEN value
     WHEN summary_type = 'complex' THEN value
     WHEN summary_type = 'trendline' THEN '<sparkline>'
     WHEN summary_type = 'numpy' THEN '<ndarray>'
     WHEN ifnull(summary_type, '') = '' THEN '<thumbnail>'
     ELSE '<blob>' END
"""


def load_table(connection: sqlite3.Connection, names: Sequence[str], *, booleans: bool = True) -> TableColumns:
    """The cells of all runs and some variables.

    Args:
        connection: the folder's database.
        names: the variables.
        booleans: give those cells as booleans that Firstlight knows to be; for the database, and for DAMNIT, they are integers.

    Three million cells take seconds, so everything here works on many of them at once.
    """
    runs = load_runs(connection)
    rows = _Rows(runs)
    columns = {name: index for index, name in enumerate(names)}
    grid = np.full((len(names), len(runs)), MISSING, object)
    for places, chunk_names, values in _chunks(connection):
        column = np.fromiter(map(columns.get, chunk_names, repeat(-1)), np.int64, len(chunk_names))
        row, known = rows.find(np.array(places, np.int64))
        known &= column >= 0
        cells = np.empty(len(values), object)
        cells[:] = values
        grid[column[known], row[known]] = cells[known]
    if booleans:
        _mark_booleans(connection, grid, columns, {run: index for index, run in enumerate(runs)})
    return TableColumns(list(runs), list(runs.values()), {name: grid[index] for name, index in columns.items()})


class _Rows:
    """Finds the rows of many runs at once."""

    def __init__(self, runs: Iterable[RunKey]) -> None:
        keys = np.array([run.proposal << _RUN_BITS | run.run for run in runs], np.int64)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def find(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The row of each place, and whether there is one."""
        if len(self._keys) == 0:
            return np.zeros(len(places), np.int64), np.zeros(len(places), bool)
        at = np.minimum(np.searchsorted(self._keys, places), len(self._keys) - 1)
        return self._order[at], self._keys[at] == places


def _chunks(connection: sqlite3.Connection) -> Iterable[tuple[tuple[int, ...], tuple[str, ...], list[object]]]:
    # Later versions must come later, so that they win; as DAMNIT keeps one only, sorting is hardly ever needed.
    several = connection.execute("SELECT EXISTS (SELECT 1 FROM run_variables WHERE version <> 1)").fetchone()[0]
    order = "ORDER BY version" if several else ""
    cursor = connection.execute(f"SELECT proposal << {_RUN_BITS} | run, name, {_VALUE} FROM run_variables {order}")
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        places, names, values = zip(*rows, strict=True)
        has_bytes = bytes in set(map(type, values))
        yield places, names, [decode(value, "complex") for value in values] if has_bytes else list(values)


def _mark_booleans(connection: sqlite3.Connection, grid: np.ndarray, columns: dict[str, int], rows: dict[RunKey, int]) -> None:
    for proposal, run, name in load_booleans(connection):
        column, row = columns.get(name), rows.get(RunKey(proposal, run))
        if column is not None and row is not None and isinstance(grid[column, row], int):
            grid[column, row] = bool(grid[column, row])
