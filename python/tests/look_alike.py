"""Asks the official `damnit` and ours the same questions about a folder, and tells where the answers differ.

Usage: look_alike.py FOLDER...   (without drawing, which takes most of the time)
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import damnit
import matplotlib.pyplot as plt
import numpy as np
import pandas
import xarray

import firstlight

ODD_KEYS = (99, True, 1.0, "x", None, slice(1, 2), np.int64(1))
ODD_TUPLES = ((1,), (1, 2), (99, "x"), (1, "no such variable"), (1234, "x"), (1, None), (1, 2, 3, 4))
ODD_NAMES = ("no such variable", 5, None, ("x",))
# On purpose, ours is better: the official package hands Matplotlib a keyword that it does not know, and draws nothing of a single number.
BROKEN_THERE = (("AttributeError", "Line2D.set() got an unexpected keyword argument 'fmt'"), ("NoneType", None, None))


def differences(folder: Path, *, drawing: bool = True) -> list[str]:
    """A line for each answer that is not the same."""
    theirs, ours = damnit.Damnit(folder), firstlight.Damnit(folder)
    found = []
    for (question, expected), (_, given) in zip(_answers(theirs, drawing), _answers(ours, drawing), strict=True):
        difference = _difference(expected, given)
        if difference and not (isinstance(expected, tuple) and expected in BROKEN_THERE):
            found.append(f"{folder.name}: {question}: {difference}")
    return found


def _answers(db: Any, drawing: bool) -> Iterator[tuple[str, Any]]:
    """Questions with their answers, always in the same order."""
    yield "repr", _ask(lambda: repr(db))
    yield "proposal", _ask(lambda: db.proposal)
    yield "runs()", _ask(db.runs)
    yield "table()", _ask(db.table)
    yield "table(with_titles=True)", _ask(lambda: db.table(with_titles=True))
    yield "table(True)", _ask(lambda: db.table(True))
    for key in (*ODD_KEYS, *ODD_TUPLES):
        yield f"db[{key!r}]", _ask(lambda key=key: repr(db[key]))
    rows = db.table()[["proposal", "run"]].itertuples(index=False)
    for proposal, run in [(int(row[0]), int(row[1])) for row in rows]:
        yield f"db[{run}]", _ask(lambda run=run: repr(db[run]))
        yield from ((f"db[{proposal}, {run}].{question}", answer) for question, answer in _answers_of_run(db, (proposal, run), drawing))


def _answers_of_run(db: Any, key: tuple[int, int], drawing: bool) -> Iterator[tuple[str, Any]]:
    variables = db[key]
    for name in ("proposal", "run", "file"):
        yield name, _ask(lambda name=name: getattr(variables, name))
    for name in ("keys", "titles", "_ipython_key_completions_", "__repr__"):
        yield f"{name}()", _ask(getattr(variables, name))
    for name in ODD_NAMES:
        yield f"[{name!r}]", _ask(lambda name=name: repr(variables[name]))
    keys, titles = _ask(variables.keys), _ask(variables.titles)
    for name in sorted({*(keys if isinstance(keys, list) else []), *(titles if isinstance(titles, list) else [])}):
        yield f"[{name!r}]", _ask(lambda name=name: repr(variables[name]))
        yield f"[…, {name!r}]", _ask(lambda name=name: repr(db[(*key, name)]))
        try:
            value = variables[name]
        except KeyError:
            continue
        yield from ((f"[{name!r}].{question}", answer) for question, answer in _answers_of_value(value))
        if drawing:
            yield f"[{name!r}].preview()", _ask(lambda value=value: _drawn(value.preview()))
            plt.close("all")  # or the next one would be drawn over it


def _answers_of_value(value: Any) -> Iterator[tuple[str, Any]]:
    for name in ("name", "title", "proposal", "run", "file", "units"):
        yield name, _ask(lambda name=name: getattr(value, name))
    for name in ("type_hint", "read", "summary", "preview_data"):
        yield f"{name}()", _ask(getattr(value, name))
    yield "read(deserialize_plotly=False)", _ask(lambda: value.read(deserialize_plotly=False))
    yield "read(False)", _ask(lambda: value.read(False))
    yield "preview_data(data_fallback=False)", _ask(lambda: value.preview_data(data_fallback=False))
    yield "preview_data(deserialize_plotly=False)", _ask(lambda: value.preview_data(deserialize_plotly=False))
    yield "preview_data(True)", _ask(lambda: value.preview_data(True))


def _drawn(picture: Any) -> Any:
    """What a preview is, and the numbers in it."""
    if isinstance(picture, list):
        return [_drawn(part) for part in picture]
    numbers = picture.get_array() if hasattr(picture, "get_array") else getattr(picture, "get_ydata", lambda: None)()
    return type(picture).__name__, None if numbers is None else np.ma.getdata(numbers), _limits(picture)


def _limits(picture: Any) -> list[float] | None:
    # Those of an empty picture mean nothing.
    return [float(limit) for limit in picture.get_clim()] if hasattr(picture, "get_clim") and picture.get_array().size else None


def _ask(question: Callable[[], Any]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return question()
    except Exception as error:
        return type(_builtin(error)).__name__, str(error.args[0] if error.args else "") if isinstance(
            error, KeyError | AttributeError
        ) else ""


def _builtin(error: Exception) -> Exception:
    """An exception as its built-in class: the class that a notebook catches."""
    made = next(base for base in type(error).__mro__ if base.__module__ == "builtins" and base is not Exception)
    return made()


def _difference(expected: Any, given: Any) -> str | None:
    try:
        _assert_same(expected, given)
    except AssertionError as error:
        return " ".join(str(error).split())[:600] or f"{expected!r} became {given!r}"[:600]
    return None


def _assert_same(expected: Any, given: Any) -> None:
    if isinstance(expected, Enum):
        assert (expected.name, expected.value) == (given.name, given.value)
        return
    assert type(expected) is type(given), f"{expected!r} ({type(expected).__name__}) became {given!r} ({type(given).__name__})"
    if isinstance(expected, pandas.DataFrame):
        assert_same_table(expected, given)
    elif isinstance(expected, pandas.Series):
        pandas.testing.assert_series_equal(expected, given)
    elif isinstance(expected, xarray.DataArray | xarray.Dataset):
        xarray.testing.assert_identical(expected, given)
    elif isinstance(expected, np.ndarray | np.generic):
        assert expected.dtype == given.dtype
        np.testing.assert_array_equal(expected, given)
    elif isinstance(expected, list | tuple):
        assert len(expected) == len(given), f"{expected!r} became {given!r}"
        for one, other in zip(expected, given, strict=True):
            _assert_same(one, other)
    else:
        assert expected == given, f"{expected!r} became {given!r}"


def assert_same_table(expected: pandas.DataFrame, given: pandas.DataFrame) -> None:
    """Columns without any value may stand in any order; the official package has none for them."""
    assert sorted(expected.columns) == sorted(given.columns), f"{list(expected)} became {list(given)}"
    if expected.columns.is_unique:
        given = given[list(expected)]
    pandas.testing.assert_frame_equal(expected, given)


if __name__ == "__main__":
    print("\n".join(line for folder in sys.argv[1:] for line in differences(Path(folder), drawing=False)))
