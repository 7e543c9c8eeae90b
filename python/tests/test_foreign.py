"""Values that were computed before, in another language."""

from __future__ import annotations

import shutil

import pytest
from runner_client import RunnerClient, error, states, values

FIRST = """
from damnit_ctx import Variable
import numpy as np
import pandas as pd
import xarray as xr

@Variable()
def number(run):
    return 21

@Variable()
def text(run):
    return "beam"

@Variable()
def array(run):
    return np.arange(3.0)

@Variable()
def labelled(run):
    return xr.DataArray([1.0, 2.0], dims=["x"], coords={"x": [10, 20]})

@Variable()
def frame(run):
    return pd.DataFrame({"a": [1, 2]}, index=pd.Index([10, 20], name="train"))

@Variable()
def wrong(run):
    raise ValueError("no beam")
"""

SECOND = """
from damnit_ctx import Variable

@Variable()
def twice(run, number: "var#number"):
    return 2 * number

@Variable()
def told(run, text: "var#text", array: "var#array", labelled: "var#labelled", frame: "var#frame"):
    return f"{text} {array.sum()} {float(labelled.sel(x=20))} {frame.loc[20, 'a']}"

@Variable()
def behind(run, wrong: "var#wrong"):
    return 1

@Variable()
def missing(run, nothing: "var#nothing"):
    return 1

@Variable()
def perhaps(run, nothing: "var#nothing" = 7):
    return nothing

@Variable()
def names(run, some: "var#nu*"):
    return ", ".join(some)

@Variable()
def after(run, twice: "var#twice", number: "var#number"):
    return twice + number
"""


@pytest.fixture
def runner(tmp_path):
    with RunnerClient(tmp_path / "log") as client:
        yield client


def _load(runner, folder, text):
    folder.mkdir()
    (folder / "context.py").write_text(text)
    runner.send(type="load", id="shared", context=str(folder / "context.py"), shared=True)
    return runner.until("described")[-1]


def test_values_computed_before_are_inputs_and_their_errors_are_causes(runner, tmp_path):
    fragments = tmp_path / "extracted_data"
    fragments.mkdir()
    _load(runner, tmp_path / "first", FIRST)
    first = values(runner.run(fragments))
    foreign = [
        {"name": name, "fragment": first[name]["fragment"], "error": None}
        for name in ("start_time", "number", "text", "array", "labelled", "frame")
    ]
    foreign.append({"name": "wrong", "fragment": None, "error": {"errorClass": "ValueError", "message": "no beam"}})
    foreign.append({"name": "nothing", "fragment": None, "error": None})
    assert _load(runner, tmp_path / "second", SECOND)["problems"] == []
    events = runner.run(fragments, foreign=foreign)
    second = values(events)
    assert "start_time" not in second
    assert {name: second[name]["summary"] for name in ("twice", "told", "perhaps", "names", "after")} == {
        "twice": 42,
        "told": {"text": "beam 3.0 2.0 2"},
        "perhaps": 7,
        "names": {"text": "number"},
        "after": 63,
    }
    assert error(second["behind"]) == ("DependencyError", "Skipped due to missing dependency:\n└ (wrong) failed: ValueError: no beam")
    assert error(second["missing"]) == ("Skip", "Dependencies returned no data:\n- 'nothing'")


def test_a_value_whose_fragment_was_merged_is_read_from_the_runs_file(runner, tmp_path):
    fragments = tmp_path / "extracted_data"
    fragments.mkdir()
    _load(runner, tmp_path / "first", FIRST)
    number = values(runner.run(fragments))["number"]
    merged = fragments / f"p{number['proposal']}_r{number['run']}.h5"
    shutil.copy(fragments / number["fragment"], merged)
    (fragments / number["fragment"]).unlink()
    _load(runner, tmp_path / "second", SECOND)
    foreign = [{"name": "number", "fragment": number["fragment"], "error": None}]
    events = runner.run(fragments, variables=["after"], foreign=foreign)
    assert states(events) == {"twice": "ok", "after": "ok"}


def test_a_file_that_stands_alone_is_told_of_inputs_that_nobody_has(runner, tmp_path):
    (problem, *_) = runner.load_text(tmp_path, SECOND)["problems"]
    assert problem["text"].startswith("Missing dependency: 'number' for 'twice'")
