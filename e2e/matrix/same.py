"""Asks a folder and the server that works on it the same questions through `firstlight.open`, then changes things through either.

Usage: same.py FOLDER URL
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import firstlight

folder, url = (firstlight.open(place) for place in sys.argv[1:])


def asked(question: Callable[[firstlight.Experiment], Any]) -> tuple[Any, Any]:
    """The answers of both."""
    return question(folder), question(url)


def same(question: Callable[[firstlight.Experiment], Any]) -> Any:
    """The answer, which has to be the same."""
    here, there = asked(question)
    assert type(here) is type(there), f"{here!r} became {there!r}"
    assert here == there, f"{here!r} became {there!r}"
    return here


def refused(question: Callable[[firstlight.Experiment], Any], error: type[Exception]) -> str:
    """What both say to a question that makes no sense."""
    said = set()
    for experiment in (folder, url):
        try:
            question(experiment)
        except error as problem:
            said.add(str(problem).replace(experiment.where, "HERE"))
    assert len(said) == 1, said
    return said.pop()


same(lambda experiment: (experiment.proposals, experiment.proposal, experiment.runs, experiment.variables))
same(lambda experiment: (experiment[1].keys(), experiment[1].start_time, experiment[1234, 1].run))
for name in folder[1].keys():  # noqa: SIM118
    same(lambda experiment, name=name: (experiment[1, name].state, experiment[1, name].error, experiment[1, name].attributes))
    same(lambda experiment, name=name: [version.summary for version in experiment[1, name].history() if version.state != "ok"])
tables = asked(lambda experiment: experiment.table())
pd.testing.assert_frame_equal(*tables)
assert tables[0].attrs == tables[1].attrs
assert tables[0]["truth"].dtype == bool and tables[0]["floating_whole"].dtype == float and tables[0]["imaginary"].dtype == complex
assert tables[0].loc[0, "integer_largest"] == 2**63 - 1, "a large integer is exact"
pd.testing.assert_frame_equal(*asked(lambda experiment: experiment.table(["floating", "text"], with_titles=True)))
pd.testing.assert_series_equal(*asked(lambda experiment: experiment["floating"]))
assert "did you mean" in refused(lambda experiment: experiment[1, "floatin"], KeyError)
assert refused(lambda experiment: experiment[99], KeyError).startswith("There is no run 99 in HERE")
assert refused(lambda experiment: experiment[1, "fails"].read(), KeyError).endswith("failed, division by zero.")
refused(lambda experiment: experiment[1.5], TypeError)
refused(lambda experiment: experiment.submit(1, {"no name": 1}), ValueError)
refused(lambda experiment: experiment.submit(1, {"thing": object()}), ValueError)

first = next(url.changes(0))["number"]
url.submit(
    7,
    {"sent": firstlight.Cell(np.arange(3.0), units="mm"), "floating": 9.5},
    provenance="same.py",
    errors={"broken": ValueError("no light")},
)
assert same(lambda experiment: experiment[7, "sent"].units) == "mm"
assert same(lambda experiment: experiment[7, "sent"].read().tolist()) == [0.0, 1.0, 2.0]
assert same(lambda experiment: (experiment[7, "broken"].state, experiment[7, "broken"].error)) == ("failed", "no light")
url.submit(7, {"floating": 10.5, "sent": None})
assert same(lambda experiment: experiment[7, "sent"].state) == "none"
assert [version.summary for version in same(lambda experiment: experiment[7, "floating"].history())] == [10.5, 9.5]

events = list(folder.process(8, ["floating"], mock=True))
assert events[-1]["values"]["ok"] >= 1, events
assert same(lambda experiment: experiment[8, "floating"].summary()) == 2.5
(version,) = same(lambda experiment: experiment[8, "floating"].history())
assert "return 2.5" in version.source and version.host
for change in folder.changes(first):
    if any(cell["run"] == 8 and cell["name"] == "floating" and cell["state"] == "ok" for cell in change["cells"]):
        break
print("the same")
