"""The table of a folder, read from its database in columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

import numpy as np

from .database import decode, load_booleans, load_runs
from .model import MISSING, RunKey, TableColumns

_ROWS_AT_ONCE = 100_000
_RUN_BITS = 32
_MOST_NAMES_IN_QUERY = 50

# Pictures and arrays come as markers, so that their bytes stay where they are.
_VALUE = """
CASE WHEN typeof(value) <> 'blob' THEN value
     WHEN summary_type = 'complex' THEN value
     WHEN summary_type = 'trendline' THEN '<sparkline>'
     WHEN summary_type = 'numpy' THEN '<ndarray>'
     WHEN ifnull(summary_type, '') = '' THEN '<thumbnail>'
     ELSE '<blob>' END
"""


def load_table(connection: sqlite3.Connection, names: Sequence[str], *, others: bool = False, booleans: bool = True) -> TableColumns:
    """The cells of all runs and some variables.

    Args:
        connection: the folder's database.
        names: the variables.
        others: also those that have values without being named, after the named ones.
        booleans: give those cells as booleans that Firstlight knows to be; for the database, and for DAMNIT, they are integers.

    Three million cells take seconds, so everything here works on many of them at once.
    """
    runs = load_runs(connection)
    rows = _Rows(runs)
    grid = _Grid(names, len(runs))
    for places, chunk_names, values in _chunks(connection, None if others else names):
        if others:
            grid.add(sorted(set(chunk_names) - grid.columns.keys()))
        row, known = rows.find(np.array(places, np.int64))
        grid.put(chunk_names, row, values, known)
    if booleans:
        grid.mark_booleans(load_booleans(connection), {run: index for index, run in enumerate(runs)})
    return TableColumns(list(runs), list(runs.values()), grid.by_name())


class _Grid:
    """The cells: a line for each variable, so that a column is one piece."""

    def __init__(self, names: Sequence[str], length: int) -> None:
        self.columns = {name: index for index, name in enumerate(dict.fromkeys(names))}
        self._cells = np.full((len(self.columns), length), MISSING, object)

    def add(self, names: Sequence[str]) -> None:
        """Makes room for more variables."""
        if names:
            self.columns.update({name: len(self.columns) + index for index, name in enumerate(names)})
            self._cells = np.vstack([self._cells, np.full((len(names), self._cells.shape[1]), MISSING, object)])

    def put(self, names: Sequence[str], row: np.ndarray, values: list[object], known: np.ndarray) -> None:
        """Puts cells into place; those of unknown runs are left out."""
        column = np.fromiter(map(self.columns.get, names, repeat(-1)), np.int64, len(names))
        known = known & (column >= 0)
        cells = np.empty(len(values), object)
        cells[:] = values
        self._cells[column[known], row[known]] = cells[known]

    def mark_booleans(self, booleans: Iterable[tuple[int, int, str]], rows: Mapping[RunKey, int]) -> None:
        """Makes booleans of integers that stand for them."""
        for proposal, run, name in booleans:
            place = self.columns.get(name), rows.get(RunKey(proposal, run))
            if None not in place and isinstance(self._cells[place], int):
                self._cells[place] = bool(self._cells[place])

    def by_name(self) -> dict[str, np.ndarray]:
        """The columns."""
        return {name: self._cells[index] for name, index in self.columns.items()}


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


def _chunks(connection: sqlite3.Connection, names: Sequence[str] | None) -> Iterable[tuple[tuple[int, ...], tuple[str, ...], list[object]]]:
    # Later versions must come later, so that they win; as DAMNIT keeps one only, sorting is hardly ever needed.
    several = connection.execute("SELECT EXISTS (SELECT 1 FROM run_variables WHERE version <> 1)").fetchone()[0]
    order = "ORDER BY version" if several else ""
    # Of a few variables SQLite finds the rows faster than we do; it takes only so many names.
    chosen = names if names is not None and len(names) <= _MOST_NAMES_IN_QUERY else ()
    condition = f"WHERE name IN ({', '.join('?' * len(chosen))})" if chosen else ""
    cursor = connection.execute(
        f"SELECT proposal << {_RUN_BITS} | run, name, {_VALUE} FROM run_variables {condition} {order}", tuple(chosen)
    )
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        places, found, values = zip(*rows, strict=True)
        has_bytes = bytes in set(map(type, values))
        yield places, found, [decode(value, "complex") for value in values] if has_bytes else list(values)
