"""What `pip install ./python` gives: the client, without Node and without this checkout."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import h5py
import pytest
from runner_client import ROOT

_USE = """
import sys
import firstlight
assert firstlight.__file__.startswith(sys.argv[1]), firstlight.__file__
assert "numpy" not in sys.modules, "import firstlight is not light"
experiment = firstlight.open(sys.argv[2])
experiment.submit(1, {"sent": 2.5})
print(experiment.runs, experiment[1, "line"].read().tolist(), experiment[1, "sent"].read(), "pandas" in sys.modules)
print(experiment.table().columns.tolist())
"""

_DATABASE = """
CREATE TABLE metameta(key PRIMARY KEY NOT NULL, value);
INSERT INTO metameta VALUES ('data_format_version', 4), ('proposal', 1234);
CREATE TABLE run_info(proposal, run, start_time, added_at);
INSERT INTO run_info VALUES (1234, 1, 1700000000.0, 1.0);
CREATE TABLE run_variables(proposal, run, name, version, value, timestamp, max_diff, provenance, summary_type, summary_method, attributes);
INSERT INTO run_variables VALUES (1234, 1, 'line', 1, 3.0, 1.0, 2.0, 'context.py', NULL, 'max', NULL);
CREATE TABLE variables(name TEXT PRIMARY KEY NOT NULL, type TEXT, title TEXT, description TEXT, attributes TEXT);
INSERT INTO variables VALUES ('line', NULL, 'Line', NULL, NULL);
"""


@pytest.mark.skipif(find_spec("setuptools") is None or find_spec("pip") is None, reason="pip and setuptools are not installed")
def test_the_installed_package_reads_a_folder_by_itself(tmp_path):
    site = _install(tmp_path)
    folder = _folder(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _USE, str(site), str(folder)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[1] [1.0, 2.0, 3.0] 2.5 False", "['proposal', 'run', 'start_time', 'line']"]


def _install(folder: Path) -> Path:
    """Installs a copy, because building leaves things beside the sources."""
    source, site = folder / "source", folder / "site"
    shutil.copytree(ROOT / "python", source, ignore=shutil.ignore_patterns("tests", "__pycache__", ".*_cache", "build", "*.egg-info"))
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(source)], cwd=folder, capture_output=True, check=True)
    assert (site / "firstlight" / "py.typed").exists()
    assert not (site / "damnit_ctx.py").exists()
    return site


def _folder(base: Path) -> Path:
    folder = base / "experiment"
    (folder / "extracted_data").mkdir(parents=True)
    with closing(sqlite3.connect(folder / "runs.sqlite")) as database:
        database.executescript(_DATABASE)
    with h5py.File(folder / "extracted_data" / "p1234_r1.h5", "w") as file:
        for group in (".reduced", ".preview", ".errors"):
            file.create_group(group)
        file["line/data"] = [1.0, 2.0, 3.0]
    return folder
