"""Figures of Matplotlib and plotly as values of a real run."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from fragments import is_png, picture, variables_in
from runner_client import states, values

pytest.importorskip("matplotlib")
pytest.importorskip("plotly")

PLOTLY = """
from damnit_ctx import Cell, Variable
import numpy as np
import plotly.graph_objects as go

@Variable
def line(run): return go.Figure(go.Scatter(x=[1, 2, 3], y=np.array([4.0, 1.0, 5.0])))
@Variable
def tall(run): return go.Figure(go.Heatmap(z=np.eye(5)), layout={"width": 200, "height": 400})
@Variable
def many(run):
    return go.Figure([go.Bar(x=["a", "b"], y=[1, 2]), go.Histogram(x=[1, 1, 2]), go.Scattergl(y=[1, 2], mode="markers"),
                      go.Contour(z=[[1, 2], [3, 4]]), go.Image(z=np.zeros((2, 2, 3))), go.Pie(values=[1, 2]),
                      go.Surface(z=[[1, 2], [3, 4]])])
@Variable
def empty(run): return go.Figure()
@Variable
def preview(run): return Cell([1, 2], preview=go.Figure(go.Scatter(y=[3, 4])))
@Variable
def counts(run, line: "var#line"): return len(line.data)
"""


def test_a_plotly_figure_is_stored_as_json_with_a_drawn_picture(runner, tmp_path, fragments):
    runner.load_text(tmp_path, PLOTLY)
    events = runner.run(fragments)
    assert states(events) == dict.fromkeys(["line", "tall", "many", "empty", "preview", "counts"], "ok")
    assert values(events)["line"]["kind"] == "figure"
    found = variables_in(fragments.glob("*.ready.h5"))
    stored = found["line"]["data"]
    assert stored["attributes"] == {"_damnit_objtype": "PlotlyFigure"}
    content = json.loads(stored["inside"]["data"]["value"].tobytes())
    assert content["data"][0]["x"] == [1, 2, 3]
    for name, (height, width) in {"line": (214, 300), "tall": (300, 150), "many": (214, 300), "empty": (214, 300)}.items():
        assert picture(found[name]["summary"]).shape == (height, width, 4), name
    assert json.loads(found["preview"]["preview"]["value"].tobytes())["data"][0]["y"] == [3, 4]
    assert is_png(found["preview"]["summary"])


def test_figures_do_not_stay_in_memory(runner, tmp_path, fragments):
    runner.load_text(
        tmp_path,
        """
from damnit_ctx import Cell, Variable
import matplotlib.pyplot as plt
@Variable
def one(run): return plt.figure(figsize=(1, 1))
@Variable
def two(run): return Cell(1, preview=plt.figure(figsize=(1, 1)))
@Variable
def left(run, one: "var#one", two: "var#two"): return len(plt.get_fignums())
@Variable
def usable(run, one: "var#one"):
    one.subplots().plot([1, 2])
    return one
""",
    )
    told = values(runner.run(fragments))
    assert told["left"]["summary"] == 0
    assert told["usable"]["state"] == "ok"
    with h5py.File(fragments / told["usable"]["fragment"]) as file:
        assert len(np.unique(file["usable/data"][()])) > 2
