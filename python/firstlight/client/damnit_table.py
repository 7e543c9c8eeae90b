"""The table exactly as the official package gives it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .frames import TIME_ZONE, TITLES, place_columns
from .model import MISSING, TableColumns, Variable

if TYPE_CHECKING:
    import pandas

_COMMENT_COLUMN = 3


def damnit_table(table: TableColumns, declared: Mapping[str, Variable], *, with_titles: bool) -> pandas.DataFrame:
    """A row for each run with a start time; columns with values by name, then those without."""
    import pandas

    started = [index for index, time in enumerate(table.start_times) if time is not None]
    runs, start_times = [table.runs[index] for index in started], [table.start_times[index] for index in started]
    blank = _blank_rows(table)
    shown = _as_pandas_reads(table, blank)
    filled = {
        name: [_cell(values[index], shown, blank[index]) for index in started]
        for name, values in sorted(table.columns.items(), key=itemgetter(0))
    }
    empty = dict.fromkeys(name for name in declared if name not in filled)
    frame = pandas.DataFrame({**place_columns(TableColumns(runs, start_times, {})), **filled, **empty}, index=pandas.RangeIndex(len(runs)))
    if not runs:
        frame = frame.astype(object)
        frame["start_time"] = pandas.to_datetime(frame["start_time"], unit="s", utc=True).dt.tz_convert(TIME_ZONE)
    if "comment" not in frame:
        frame.insert(_COMMENT_COLUMN, "comment", None)
    titles = {name: variable.title for name, variable in declared.items()}
    return frame.rename(columns={**titles, **TITLES}) if with_titles else frame


def _as_pandas_reads(table: TableColumns, blank: Sequence[bool]) -> Callable[[Any], Any]:
    """What becomes of cells when pandas makes one column of all of them, before they are sorted into the table.

    Among nothing but numbers, NULL is NaN and a whole number too, as soon as there is any gap; among nothing but texts, NULL is NaN.
    """
    full = [not is_blank for is_blank in blank]
    kinds = {kind for values in table.columns.values() for kind in set(map(type, compress(values, full)))}
    there = kinds - {type(None), type(MISSING)}
    if there == {int} and kinds == there:
        return lambda value: value
    if there and there <= {int, float}:
        return lambda value: math.nan if value is None else float(value)
    return lambda value: math.nan if value is None and there == {str} else value


def _blank_rows(table: TableColumns) -> list[bool]:
    """The runs without a single cell."""
    blank = [True] * len(table.runs)
    for values in table.columns.values():
        blank = [was and value is MISSING for was, value in zip(blank, values, strict=True)]
    return blank


def _cell(value: Any, shown: Callable[[Any], Any], is_blank: bool) -> Any:
    import pandas

    if value is MISSING:
        return math.nan if is_blank else pandas.NA
    return shown(value)
