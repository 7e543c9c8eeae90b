"""Our fragments in an official DAMNIT folder: the published combiner merges them and the published API reads them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from runner_client import ROOT

pytestmark = pytest.mark.skipif(find_spec("damnit") is None, reason="the damnit package is not installed")

CONTEXTS = ("scalars", "arrays", "labelled", "figures", "failures", "cells")
_READ = """
import json, sys
import numpy as np
from damnit import Damnit
run = Damnit(sys.argv[1])[1234, 1]
found = {}
for name in run.keys():
    variable = run[name]
    try:
        data = variable.read()
        found[name] = [type(data).__name__, np.asarray(data).shape if not hasattr(data, "data_vars") else sorted(map(str, data.data_vars))]
    except Exception as error:
        found[name] = [type(error).__name__, str(error)]
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def merged(runner, tmp_path_factory) -> dict[str, list]:
    """What the official API reads of each variable after the official combiner has merged our fragments."""
    base = tmp_path_factory.mktemp("official")
    folder = base / "experiment"
    environment = {**os.environ, "AMORE_BROKER": "none", "HOME": str(base), "QT_QPA_PLATFORM": "offscreen"}
    damnit = str(Path(sys.executable).with_name("damnit"))
    subprocess.run([damnit, "init", str(folder), "--proposal", "1234"], env=environment, capture_output=True, check=True)
    (folder / "extracted_data").mkdir(exist_ok=True)
    for name in CONTEXTS:
        described = runner.load_text(folder, (ROOT / "fixtures" / "contexts" / name / "context.py").read_text())
        _add_variables(folder, described["variables"])
        assert runner.run(folder / "extracted_data")[-1]["outcome"] == "done"
    done = subprocess.run([damnit, "combiner", "now", "."], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list((folder / "extracted_data").iterdir()) == [folder / "extracted_data" / "p1234_r1.h5"]
    read = subprocess.run(
        [sys.executable, "-c", _READ, str(folder)], cwd=base, env=environment, capture_output=True, text=True, check=False
    )
    assert read.returncode == 0, read.stderr
    return json.loads(read.stdout)


def _add_variables(folder: Path, variables: list[dict]) -> None:
    """What our server does with a description; the official combiner leaves it to the official job."""
    with closing(sqlite3.connect(folder / "runs.sqlite")) as database, database:
        rows = [(variable["name"], variable["title"], variable["description"]) for variable in variables]
        database.executemany("insert or ignore into variables (name, title, description) values (?, ?, ?)", rows)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("integer", ["int64", []]),
        ("truth", ["bool", []]),
        ("small_complex", ["complex64", []]),
        ("single", ["float32", []]),
        ("text", ["str", []]),
        ("long_line", ["ndarray", [1000]]),
        ("cube", ["DataArray", [3, 4, 5]]),
        ("records", ["ndarray", [2]]),
        ("series", ["Series", [3]]),
        ("frame", ["DataFrame", [2, 2]]),
        ("named_line", ["DataArray", [3]]),
        ("named_like_its_coordinate", ["DataArray", [2]]),
        ("several", ["Dataset", ["a", "b_c", "text"]]),
        ("figure", ["ndarray", [200, 400, 4]]),
        ("line_preview", ["ndarray", [3, 3, 3]]),
    ],
)
def test_the_official_api_reads_what_the_function_returned(merged, name, expected):
    assert merged[name] == expected


def test_nothing_is_taken_for_a_variable_that_is_none(merged):
    assert not [name for name in merged if name.startswith(".")]
    assert "nothing" not in merged
