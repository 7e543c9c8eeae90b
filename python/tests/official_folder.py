"""A folder that the official `damnit` made, with every kind of value, what people type, and the oddities of old folders."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

CONTEXT = """
import matplotlib.pyplot as plt
import numpy as np, pandas as pd, plotly.graph_objects as go, xarray as xr
from damnit_ctx import Cell, Skip, Variable

@Variable(title="Pulse energy", units="mJ", tags=["a"])
def energy(run): return 2.5

@Variable(title="Count", description="how many")
def count(run): return 42

@Variable
def truth(run): return True

@Variable
def pair(run): return 1-2j

@Variable
def nothing_sensible(run): return float("nan")

@Variable
def text(run): return "Grüße"

@Variable
def empty_text(run): return ""

@Variable(title="energy")
def named_like_another(run): return np.arange(5.)

@Variable
def image(run): return np.arange(12.).reshape(3, 4)

@Variable
def cube(run): return np.zeros((2, 3, 5))

@Variable
def colours(run): return np.zeros((2, 3, 3))

@Variable(summary="mean")
def mean(run): return np.arange(10)

@Variable
def array_summary(run): return Cell(np.arange(5.), summary_value=np.arange(3))

@Variable
def labelled(run): return xr.DataArray(np.arange(3.), dims="t", coords={"t": [1, 2, 3]}, name="x", attrs={"units": "mJ"})

@Variable
def several(run): return xr.Dataset({"a": ("x", [1, 2]), "b": ("y", [1., 2, 3])})

@Variable
def fails(run): 1 / 0

@Variable
def skips(run): raise Skip("not now")

@Variable
def nothing(run): return None

@Variable
def frame(run): return pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})

@Variable
def series(run): return pd.Series([1., 2.], name="s")

@Variable
def nameless_series(run): return pd.Series([1., 2.])

@Variable
def summary_only(run): return Cell(None, summary_value=7)

@Variable
def preview(run): return Cell(3.5, preview=np.arange(4.))

@Variable
def labelled_preview(run): return Cell(3.5, preview=xr.DataArray(np.eye(3), dims=("a", "b")))

@Variable
def records(run): return np.array([(1, 2.)], dtype=[("a", int), ("b", float)])

@Variable
def some_bytes(run): return b"abc"

@Variable
def words(run): return np.array([b"ab", b"cde"])

@Variable
def figure(run):
    figure, axes = plt.subplots(figsize=(1, 1))
    axes.plot([1, 2])
    return figure

@Variable
def plotly(run): return Cell(go.Figure(go.Scatter(y=[1, 2])), summary_value="a figure")

@Variable
def empty(run): return np.zeros(0)

@Variable
def empty_image(run): return np.zeros((0, 3))

@Variable
def integer_image(run): return np.arange(12).reshape(3, 4)

@Variable
def one_number(run): return np.array([4.5])
"""

# What the desktop program and years of use leave in a database.
_TYPED = """
INSERT INTO variables(name, type, title) VALUES
  ('u_bool', 'boolean', 'User bool'), ('u_int', 'integer', 'User int'), ('u_num', 'number', 'User num'), ('u_str', 'string', 'User str');
INSERT INTO run_variables(proposal, run, name, version, value, timestamp, provenance) VALUES
  (1234, 1, 'u_bool', 1, 1, 1.0, 'manual-input'), (1234, 1, 'u_int', 1, 7, 1.0, 'manual-input'),
  (1234, 1, 'u_num', 1, 2.0, 1.0, 'manual-input'), (1234, 1, 'u_str', 1, 'hello', 1.0, 'manual-input'),
  (1234, 2, 'u_str', 1, NULL, 1.0, 'manual-input'), (1234, 1, 'comment', 1, 'a comment', 1.0, ''),
  (900, 1, 'energy', 1, 9.0, 1.0, 'x'), (1234, 4, 'comment', 1, 'a run without a file', 1.0, ''), (1234, 6, 'energy', 1, 1.0, 1.0, 'x');
INSERT INTO run_info VALUES (1234, 4, 1700000100.0, 1.0), (1234, 5, NULL, 1.0), (900, 1, 1700000200.0, 1.0);
"""

_SUBMIT = """
import damnit
damnit.submit(1234, 3, {"not_in_the_context": 5, "energy": 3.25, "start_time": 1.7e9}, provenance="me", damnit_dir=".")
"""


def official_environment(base: Path) -> dict[str, str]:
    """What the official package needs to run without a facility."""
    own = {"AMORE_BROKER": "none", "MPLBACKEND": "Agg", "QT_QPA_PLATFORM": "offscreen", "HOME": str(base), "XFEL_DATA_ROOT": str(base)}
    scripts = str(Path(sys.executable).parent)
    return {**os.environ, **own, "EXTRA_DATA_DATA_ROOT": str(base), "PATH": f"{scripts}:{os.environ['PATH']}"}


def make_official_folder(base: Path) -> Path:
    """Makes the folder: runs 1 and 2 of its context, run 3 submitted, and what people typed."""
    folder = base / "official"

    def run(*command: str, where: Path = folder) -> None:
        done = subprocess.run(command, cwd=where, env=official_environment(base), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    run("damnit", "init", str(folder), "--proposal", "1234", where=base)
    (folder / "extracted_data").mkdir(exist_ok=True)
    (folder / "context.py").write_text(CONTEXT)
    run("damnit", "db-config", "context_python", sys.executable)
    run("damnit", "read-context")
    run("damnit", "reprocess", "1", "2", "--mock", "--direct")
    run(sys.executable, "-c", _SUBMIT)
    run("damnit", "combiner", "now", ".")
    with closing(sqlite3.connect(folder / "runs.sqlite")) as database, database:
        database.executescript(_TYPED)
    return folder
