"""`firstlight.open` over a folder: what a scientist types, and what it says when something is not there."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from client_folder import ClientFolder

import firstlight


@pytest.fixture
def folder(tmp_path) -> ClientFolder:
    folder = ClientFolder(tmp_path / "experiment")
    for run in (1, 2, 3, 7):
        folder.run(run)
    folder.variable("energy", "Pulse energy")
    folder.variable("spectrum")
    folder.variable("note", "Energy note", "string")
    folder.cell(1, "energy", 2.5, units="mJ")
    folder.cell(2, "energy", 3)
    folder.cell(3, "energy", None, error="division by zero\nat line 3", error_cls="ZeroDivisionError")
    folder.cell(1, "note", "by hand")
    folder.data(1, {"energy": 2.5, "spectrum": np.arange(4.0)})
    return folder


@pytest.fixture
def experiment(folder) -> firstlight.Experiment:
    return firstlight.open(folder.path)


def test_an_experiment_says_what_is_in_it(experiment, folder):
    assert repr(experiment) == (f"<Experiment p1234 in {folder.path}\n  runs       1-3, 7\n  variables  energy, spectrum, note>")
    assert "Pulse energy" in experiment._repr_html_()
    assert experiment._ipython_key_completions_() == ["energy", "spectrum", "note"]
    assert repr(experiment[1]) == "<Run 1 of p1234: energy, note, spectrum>"
    assert experiment[1]._ipython_key_completions_() == ["energy", "note", "spectrum"]
    assert repr(experiment[1, "energy"]) == "<energy of p1234, r1: 2.5 mJ>"
    assert repr(experiment[3, "energy"]) == "<energy of p1234, r3: failed, division by zero>"
    assert repr(experiment[7, "energy"]) == "<energy of p1234, r7: missing>"


def test_runs_and_values_are_found_by_whatever_names_them(experiment):
    assert experiment.runs == [1, 2, 3, 7]
    assert (experiment.proposal, experiment.proposals) == (1234, [1234])
    assert experiment[np.int64(2)].run == experiment[1234, 2].run == 2
    values = (experiment[1, "energy"], experiment[1, "Pulse energy"], experiment[1234, 1, "energy"], experiment[1]["energy"])
    assert [value.read() for value in values] == [2.5] * 4
    assert [value.name for value in experiment[1]] == ["energy", "note", "spectrum"]
    assert "energy" in experiment[1]
    assert len(experiment[1]) == 3


def test_a_name_is_stronger_than_a_title(experiment, folder):
    folder.variable("other", "energy")
    assert experiment[1, "energy"].title == "Pulse energy"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((1, "enrgy"), 'There is no variable "enrgy" in HERE; did you mean "energy"?'),
        ((1, "Energy not"), 'There is no variable "Energy not" in HERE; did you mean "Energy note" or "energy"?'),
        ((1, "xyz"), 'There is no variable "xyz" in HERE; `experiment.variables` lists all that are known.'),
        ("energi", 'There is no variable "energi" in HERE; did you mean "energy"?'),
        (99, "There is no run 99 in HERE; `experiment.runs` lists all."),
        ((900, 1), "There is no run 1 of proposal 900 in HERE; `experiment.runs` lists all."),
    ],
)
def test_what_is_not_there_is_a_key_error_that_names_the_nearest(experiment, asked, said):
    with pytest.raises(KeyError) as error:
        experiment[asked]
    assert isinstance(error.value, firstlight.FirstlightError)
    assert str(error.value) == said.replace("HERE", experiment.where)


@pytest.mark.parametrize("asked", [1.5, True, None, (1, 2, 3, 4), (1, None), ("energy", 1)])
def test_what_is_no_key_is_a_type_error(experiment, asked):
    with pytest.raises(TypeError):
        experiment[asked]


def test_a_value_says_why_it_has_no_data(experiment):
    failed = experiment[3, "energy"]
    assert (failed.state, failed.error, failed.error_class) == ("failed", "division by zero\nat line 3", "ZeroDivisionError")
    with pytest.raises(KeyError, match=r'There is no data of "energy" for p1234, r3: failed, division by zero\.'):
        failed.read()
    with pytest.raises(KeyError, match="only its summary is stored"):
        experiment[2, "energy"].read()
    assert experiment[2, "energy"].summary() == 3
    assert experiment[2, "energy"].preview_data() is None
    assert experiment[1, "note"].read() == "by hand"


def test_the_table_has_types_and_units(experiment, folder):
    folder.cell(1, "good", True)
    folder.cell(2, "good", False)
    folder.cell(1, "large", 2**60 + 1)
    folder.cell(1, "pair", struct.pack("<dd", 1, 2), kind="complex")
    folder.cell(1, "picture", b"\x89PNG\r\n\x1a\n")
    folder.execute("CREATE TABLE fl_variables(name TEXT, units TEXT)")
    folder.execute("INSERT INTO fl_variables VALUES ('energy', 'mJ')")
    table = experiment.table()
    assert list(table) == ["proposal", "run", "start_time", "energy", "spectrum", "note", "good", "large", "pair", "picture"]
    assert table["energy"].tolist()[:2] == [2.5, 3.0]
    assert table["energy"].dtype == float
    assert np.isnan(table["energy"][2])
    assert str(table["good"].dtype) == "boolean"
    assert table["large"][0] == 2**60 + 1
    assert table["pair"].dtype == complex
    assert table["picture"].tolist()[0] == "<thumbnail>"
    assert table["start_time"][0] == pd.Timestamp("2023-11-14 22:13:20", tz="UTC")
    assert table.attrs == {"units": {"energy": "mJ"}}
    titled = experiment.table(["Pulse energy", "note"], with_titles=True)
    assert list(titled) == ["Proposal", "Run", "Timestamp", "Pulse energy", "Energy note"]
    assert titled.attrs == {"units": {"Pulse energy": "mJ"}}
    series = experiment["energy"]
    assert (series.name, series.index.name, series[1], series.attrs) == ("energy", "run", 2.5, {"units": "mJ"})


def test_several_proposals_live_in_one_folder(experiment, folder):
    folder.run(1, proposal=900, start=None)
    folder.run(4, proposal=900)
    folder.cell(1, "energy", 9.0, proposal=900)
    assert experiment.proposals == [1234, 900]
    assert experiment.runs == [(900, 1), (900, 4), (1234, 1), (1234, 2), (1234, 3), (1234, 7)]
    assert experiment[1].proposal == 1234, "the folder's own proposal comes first"
    assert experiment[4].proposal == 900, "there is no other run 4"
    assert [experiment[run].run for run in experiment.runs] == [1, 4, 1, 2, 3, 7]
    assert experiment[900, 1, "energy"].summary() == 9.0
    assert experiment[900, 1].start_time is None
    assert experiment["energy"][(900, 1)] == 9.0


def test_what_is_submitted_can_be_read_before_anyone_has_stored_it(experiment, folder):
    experiment.submit(1, {"spectrum": np.arange(2.0), "new": firstlight.Cell(7, units="mm")}, errors={"broken": ValueError("no")})
    assert experiment[1, "spectrum"].read().tolist() == [0.0, 1.0]
    assert experiment[1, "new"].read() == 7
    experiment.submit(1, {"spectrum": None})
    with pytest.raises(KeyError):
        experiment[1, "spectrum"].read()
    fragments = sorted((folder.path / "extracted_data").glob("*.ready.h5"))
    assert len(fragments) == 2
    assert firstlight.open(folder.path)[1, "energy"].read() == 2.5


@pytest.mark.parametrize("values", [{"a b": 1}, {"thing": object()}, {"much": 2**70}, {"labelled/x": 1}, {}])
def test_what_cannot_be_stored_is_a_value_error_and_leaves_nothing(experiment, folder, values):
    with pytest.raises(ValueError):
        experiment.submit(1, {"fine": 1, **values} if values else {})
    assert list((folder.path / "extracted_data").iterdir()) == [folder.path / "extracted_data" / "p1234_r1.h5"]


@contextmanager
def _as_nobody(path: Path) -> Iterator[None]:
    """As a user who may not write everywhere, as root may."""
    if os.geteuid() != 0:
        yield
        return
    for above in path.parents:
        if above.stat().st_uid == 0 and str(above).startswith(tempfile.gettempdir() + os.sep):
            above.chmod(0o755)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_can_only_be_read_is_read(experiment, folder):
    assert experiment[1, "energy"].read() == 2.5  # with all that it imports
    for path in (folder.path / "extracted_data", folder.path):
        path.chmod(0o555)
    with _as_nobody(folder.path):
        assert firstlight.open(folder.path)[1, "energy"].read() == 2.5
        with pytest.raises(PermissionError, match="cannot be written"):
            experiment.submit(1, {"a": 1})
    for path in (folder.path / "extracted_data", folder.path):
        path.chmod(0o755)


def test_a_value_without_history_has_one_version(experiment):
    (version,) = experiment[1, "energy"].history()
    assert (version.version, version.is_current, version.summary, version.attributes) == (1, True, 2.5, {"units": "mJ"})
    assert experiment[7, "energy"].history() == []


def test_places_without_experiment_are_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="firstlight init"):
        firstlight.open(tmp_path)
    old = ClientFolder(tmp_path / "old", version=0)
    with pytest.raises(firstlight.FirstlightError, match="firstlight migrate"):
        firstlight.open(old.path)
    assert firstlight.open(ClientFolder(tmp_path / "new", proposal=None, version=9).path).runs == []


def test_without_a_server_nothing_is_computed(experiment):
    with pytest.raises(firstlight.FirstlightError, match="firstlight serve"):
        next(experiment.process(1))
    with pytest.raises(firstlight.FirstlightError, match="firstlight serve"):
        next(experiment.changes())


@contextmanager
def _answering(status: int, body: bytes) -> Iterator[str]:
    """A server that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_server_that_is_not_there_or_not_ours_is_a_connection_error():
    with _answering(404, b"<html>") as url, pytest.raises(ConnectionError, match="is not a Firstlight server"):
        firstlight.open(url)
    with _answering(200, b"<html>") as url, pytest.raises(ConnectionError, match="is not a Firstlight server"):
        firstlight.open(url)
    with pytest.raises(ConnectionError, match="cannot be reached"):
        firstlight.open(url)


def test_a_server_with_several_experiments_wants_to_know_which():
    served = [{"id": "p1234-aaaaaa", "folder": "/a"}, {"id": "p1234-bbbbbb", "folder": "/b"}]
    with _answering(200, json.dumps(served).encode()) as url:
        with pytest.raises(ValueError, match="p1234-aaaaaa, p1234-bbbbbb; say which, for example http"):
            firstlight.open(url)
        assert firstlight.open(f"{url}/api/experiments/p1234-bbbbbb").where.endswith("/p1234-bbbbbb")
        assert firstlight.open(f"{url}/#/p1234-bbbbbb/p1234/run/7/energy").where.endswith("/p1234-bbbbbb")
    with _answering(200, b"[]") as url, pytest.raises(FileNotFoundError, match="has no experiment"):
        firstlight.open(url)


def test_importing_costs_nothing_until_it_is_used():
    code = "import sys, firstlight; from firstlight import needs; print({'numpy', 'h5py', 'pandas', 'urllib.request'} & set(sys.modules))"
    place = Path(firstlight.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.skipif(find_spec("damnit") is None, reason="the damnit package is not installed")
def test_cells_of_the_official_package_are_accepted(experiment):
    from damnit.context import Cell

    experiment.submit(2, {"theirs": Cell(np.arange(3.0), summary_value=7, units="mm", bold=True, background="#ff0000", preview=np.eye(2))})
    assert experiment[2, "theirs"].read().tolist() == [0.0, 1.0, 2.0]
    assert experiment[2, "theirs"].preview_data().tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_the_examples_of_the_how_to_run(tmp_path, monkeypatch):
    folder = ClientFolder(tmp_path / "EXPERIMENT")
    for run in (11, 12):
        folder.run(run)
        folder.cell(run, "energy", 2.5 * run)
        folder.cell(run, "spectrum", "a line")
        folder.data(run, {"spectrum": np.arange(4.0)})
    folder.variable("energy")
    folder.variable("spectrum", "Pulse spectrum")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    text = (Path(__file__).parents[2] / "docs" / "how-to" / "read-results.md").read_text()
    examples = [block.split("```")[0] for block in text.split("```python\n")[1:]]
    # What needs a server is tried over one, elsewhere.
    alone = [line for block in examples for line in block.split("\nfor ")[0].splitlines() if "http://" not in line]
    names = {"curve": np.arange(3.0)}
    exec("\n".join(alone), names)
    assert names["value"].read().tolist() == [0.0, 1.0, 2.0, 3.0]
    assert names["experiment"][12, "centroid"].read() == 3.2
    assert names["Damnit"]("EXPERIMENT").runs() == [11, 12]
