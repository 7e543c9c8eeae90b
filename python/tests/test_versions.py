"""Our side of the user's interpreter, in every Python from 3.10 on that this machine has."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from runner_client import ROOT, RunnerClient, error, states, values

SOURCES = [*sorted((ROOT / "python" / "firstlight").rglob("*.py")), ROOT / "python" / "damnit_ctx.py"]
OLDEST = (3, 10)
NEWEST = 20
NEEDED = "import numpy, h5py, xarray, h5netcdf"
CONTEXT = """
from __future__ import annotations
from damnit_ctx import Cell, Group, Skip, Variable
from firstlight import needs
import os
import numpy as np

@Variable(title="A number")
@needs(timeout=60)
def number(run, n: "meta#run_number") -> int: return 40 + n

@Variable
def twice(run, number: "var#number", unknown_type: Nowhere = None): return Cell(2 * number, units="mm", bold=True)

@Group(tags="g")
class Part:
    by: int
    @Variable(title="Moved")
    def moved(self, run, n: "var#number"): return int(n) + self.by

part = Part(by=2)

@Variable
def broken(run):
    raise ValueError("too cold")

@Variable
def gone(run): os._exit(3)

@Variable
def left_out(run): raise Skip("not today")

@Variable
def line(run): return np.arange(1000.0)
"""


def _interpreters() -> list[str]:
    """Interpreters of this machine by version: on the path, of pyenv, and those of `FIRSTLIGHT_PYTHONS` (separated as a path is)."""
    said = os.environ.get("FIRSTLIGHT_PYTHONS", "").split(os.pathsep)
    found = [shutil.which(f"python3.{minor}") for minor in range(OLDEST[1], NEWEST)]
    pyenv = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin/python3"))
    recent = [path for path in pyenv if int(path.parents[1].name.split(".")[1]) >= OLDEST[1]]
    return list(dict.fromkeys(str(path) for path in (sys.executable, *said, *found, *recent) if path and "shims" not in str(path)))


def _says(executable: str, code: str) -> bool:
    return subprocess.run([executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_source_is_python_3_10(path):
    ast.parse(path.read_text(), feature_version=OLDEST)


@pytest.mark.parametrize("executable", _interpreters())
def test_the_source_compiles_without_a_warning(executable):
    code = "import pathlib, sys\nfor path in sys.argv[1:]: compile(pathlib.Path(path).read_bytes(), path, 'exec', dont_inherit=True)"
    done = subprocess.run([executable, "-W", "error", "-c", code, *map(str, SOURCES)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("executable", [executable for executable in _interpreters() if _says(executable, NEEDED)])
def test_a_context_is_described_and_run_where_the_packages_are(executable, tmp_path, fragments):
    with RunnerClient(tmp_path / "log", executable=executable) as runner:
        described = runner.load_text(tmp_path, CONTEXT)
        assert described["problems"] == []
        assert [variable["title"] for variable in described["variables"]][:1] == ["A number"]
        events = runner.run(fragments, parallel=2)
    told = values(events)
    failed = {"broken": "failed", "gone": "failed", "left_out": "skipped"}
    assert states(events) == {"number": "ok", "twice": "ok", "part.moved": "ok", "line": "ok", **failed}
    assert (told["twice"]["summary"], told["part.moved"]["summary"]) == (82, 43)
    assert error(told["broken"]) == ("ValueError", "too cold")
    assert told["broken"]["attributes"]["where"].startswith("context.py:")
