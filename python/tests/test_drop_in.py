"""`damnit_ctx` and `damnit.context` are ours in a context file; the rest of an installed damnit package stays what it is."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import h5py
import pytest
from runner_client import RunnerClient, error, states, values

# What users' environments have at least, with what these packages need themselves.
MINIMAL = ("numpy", "h5py", "xarray", "h5netcdf", "pandas", "packaging", "dateutil", "pytz", "tzdata", "six", "typing_extensions")

NAMES = """
from damnit_ctx import Variable, Skip, Cell
import damnit_ctx, damnit.context
from damnit.context import Variable as Same
import damnit

@Variable
def same(run):
    from damnit_ctx import Cell as Later
    return Same is Variable and damnit.context.Cell is Cell is Later and damnit_ctx.Skip is Skip

@Variable
def missing_name(run):
    from damnit.context import no_such_name
"""


def test_both_names_give_the_same_classes(runner, tmp_path, fragments):
    assert runner.load_text(tmp_path, NAMES)["problems"] == []
    events = runner.run(fragments)
    assert states(events) == {"same": "ok", "missing_name": "failed"}
    assert values(events)["same"]["summary"] is True
    assert error(values(events)["missing_name"])[0] == "ImportError"


@pytest.mark.skipif(find_spec("damnit") is None, reason="the damnit package is not installed")
def test_the_rest_of_the_installed_package_works(runner, tmp_path, fragments):
    folder = tmp_path / "experiment"
    command = [str(Path(sys.executable).with_name("damnit")), "init", str(folder), "--proposal", "1234"]
    environment = {**os.environ, "AMORE_BROKER": "none", "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(command, env=environment, capture_output=True, check=True)
    (folder / "extracted_data").mkdir(exist_ok=True)
    runner.load_text(
        tmp_path,
        f"""
from damnit.context import Cell, Variable
import sys

@Variable
def lazy(run):
    return "damnit.api" not in sys.modules

@Variable
def submits(run, lazy: "var#lazy"):
    import damnit
    damnit.submit(1234, 7, {{"plain": 5, "ours": Cell(6, bold=True)}}, provenance="test", damnit_dir={str(folder)!r})
    return damnit.__version__

@Variable
def reads(run, submits: "var#submits"):
    from damnit import Damnit
    return repr(Damnit({str(folder)!r}))

@Variable
def official_names(run, submits: "var#submits"):
    from damnit.context import Cell as Again, ContextFile, save_fragment
    return f"{{Again is Cell}} {{ContextFile.__module__}} {{save_fragment.__module__}}"
""",
    )
    told = values(runner.run(fragments))
    assert [told[name]["state"] for name in ("lazy", "submits", "reads", "official_names")] == ["ok"] * 4
    assert told["lazy"]["summary"] is True
    assert "Damnit" in told["reads"]["summary"]["text"]
    assert told["official_names"]["summary"] == {"text": "True ctxrunner damnit_writing"}
    (fragment,) = (folder / "extracted_data").glob("p1234_r7.*.h5")
    with h5py.File(fragment) as file:
        assert file["plain/data"][()] == 5
        assert file["ours/data"][()] == 6
        assert bool(file[".reduced/ours"].attrs["bold"]) is True


def test_an_environment_with_only_numpy_h5py_xarray_and_h5netcdf_is_enough(tmp_path, fragments):
    site = _minimal_site(tmp_path / "site")
    starter = tmp_path / "python"
    starter.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    starter.chmod(0o755)
    with RunnerClient(tmp_path / "log", executable=str(starter), extra_path=str(site)) as runner:
        text = """
import numpy as np, xarray as xr
@Variable
def image(run): return np.eye(4)
@Variable
def line(run): return xr.DataArray([1.0, 2.0])
@Variable
def plots(run):
    import matplotlib
@Variable
def official(run):
    from damnit import Damnit
"""
        assert runner.load_text(tmp_path, NAMES + text)["problems"] == []
        events = runner.run(fragments)
        assert states(events) == {
            "same": "ok",
            "missing_name": "failed",
            "image": "ok",
            "line": "ok",
            "plots": "failed",
            "official": "failed",
        }
        assert error(values(events)["official"])[0] == "ImportError"
        finished = runner.run(fragments, mock=False)[-1]
        assert finished["outcome"] == "failed"
        assert "has no extra_data package" in finished["message"]


def _minimal_site(folder: Path) -> Path:
    folder.mkdir()
    for name in MINIMAL:
        spec = find_spec(name)
        if spec is None:
            continue
        place = Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
        for entry in (place, *place.parent.glob(f"{name}.libs"), *place.parent.glob(f"{name}-*.dist-info")):
            (folder / entry.name).symlink_to(entry)
    return folder
