"""`from firstlight import Damnit` answers every question as the official package does."""

from __future__ import annotations

import io
import random
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

if find_spec("damnit") is None:
    pytest.skip("the damnit package is not installed", allow_module_level=True)

from look_alike import differences
from official_folder import make_official_folder

import firstlight


@pytest.fixture(scope="module")
def official(tmp_path_factory) -> Path:
    return make_official_folder(tmp_path_factory.mktemp("look-alike"))


def test_every_call_answers_the_same_over_an_official_folder(official):
    assert differences(official) == []


@pytest.mark.parametrize("location", [1, 3.5, None, b"/tmp", "/no/such/folder", Path("/no/such/folder"), "/"])
def test_places_that_are_none_are_refused_in_the_same_way(location, monkeypatch, tmp_path):
    import damnit

    monkeypatch.setenv("XFEL_DATA_ROOT", str(tmp_path))
    with pytest.raises(Exception, match=r".") as expected:
        damnit.Damnit(location)
    with pytest.raises(type(expected.value)) as given:
        firstlight.Damnit(location)
    assert str(given.value) == str(expected.value)


def test_a_proposal_number_finds_the_folder_at_the_facility(official, monkeypatch, tmp_path):
    monkeypatch.setenv("XFEL_DATA_ROOT", str(tmp_path))
    shared = tmp_path / "SPB" / "202601" / "p001234" / "usr" / "Shared"
    shared.mkdir(parents=True)
    (shared / "amore").symlink_to(official)
    assert firstlight.Damnit(1234).runs() == firstlight.Damnit(official).runs()


def test_a_variable_data_can_be_drawn_where_the_official_package_fails(official):
    (line,) = firstlight.Damnit(official)[1, "named_like_another"].preview()
    assert line.get_ydata().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


PNG = b"\x89PNG\r\n\x1a\n"
CELLS: dict[str, Callable[[random.Random], tuple[Any, str | None]]] = {
    "integer": lambda chance: (chance.randrange(9), None),
    "float": lambda chance: (chance.random(), None),
    "whole float": lambda chance: (3.0, None),
    "text": lambda chance: ("t", None),
    "NULL": lambda chance: (None, None),
    "big integer": lambda chance: (2**60, None),
    "infinity": lambda chance: (float("inf"), None),
    "picture": lambda chance: (PNG, None),
    "picture, empty type": lambda chance: (PNG, ""),
    "trend line": lambda chance: (_npy(np.eye(2)), "trendline"),
    "array": lambda chance: (_npy(np.eye(3)), "numpy"),
    "complex": lambda chance: (struct.pack("<dd", 1, 2), "complex"),
}


def _fill(path: Path, chance: random.Random) -> None:
    """A few runs of one or two proposals, with and without start times; variables with all, some or no cells, of one or several kinds."""
    proposals = chance.sample((1234, 900, 2000), chance.choice((1, 1, 2)))
    runs = [(proposal, run) for proposal in proposals for run in chance.sample(range(1, 9), chance.randrange(4))]
    kinds = chance.sample(sorted(CELLS), chance.randrange(1, 5))
    is_full = chance.random() < 0.5
    with closing(sqlite3.connect(path)) as database, database:
        for table in ("run_info", "run_variables", "variables"):
            database.execute(f"DELETE FROM {table}")
        for run in runs:
            database.execute(
                "INSERT INTO run_info VALUES (?, ?, ?, 1.0)", (*run, chance.choice((None, 1.7e9 + chance.random() * 1e7, 1700000000)))
            )
        for number in range(chance.randrange(6)):
            name = f"{chance.choice('abcdefgh')}{number}"
            if chance.random() < 0.8:
                database.execute("INSERT INTO variables(name, title) VALUES (?, ?)", (name, chance.choice((name, name.upper()))))
            some = chance.sample(kinds, chance.randrange(1, min(3, len(kinds)) + 1))
            for run in runs:
                if is_full or chance.random() < 0.7:
                    _add(database, run, name, CELLS[chance.choice(some)](chance))
        for run in runs:
            if chance.random() < 0.2:
                _add(database, run, "comment", (chance.choice(("hi", None)), None))


def _add(database: sqlite3.Connection, run: tuple[int, int], name: str, cell: tuple[Any, str | None]) -> None:
    row = "INSERT INTO run_variables(proposal, run, name, version, value, summary_type) VALUES (?, ?, ?, 1, ?, ?)"
    database.execute(row, (*run, name, *cell))


def test_tables_of_any_cells_are_the_same(official, tmp_path):
    import damnit
    from look_alike import assert_same_table

    (tmp_path / "runs.sqlite").write_bytes((official / "runs.sqlite").read_bytes())
    for seed in range(25):
        _fill(tmp_path / "runs.sqlite", random.Random(seed))
        for with_titles in (False, True):
            expected = damnit.Damnit(tmp_path).table(with_titles=with_titles)
            given = firstlight.Damnit(tmp_path).table(with_titles=with_titles)
            # A table without rows has columns of types that mean nothing.
            if len(expected) or len(given):
                assert_same_table(expected, given)
