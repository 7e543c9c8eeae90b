"""Groups, pipelines, parameters, needs, the catalogue, and running a file by itself."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import h5py
import pytest
from runner_client import ROOT, error, states, values

from firstlight.catalogue import Catalogue, CatalogueError, _Port

HEAD = "from damnit_ctx import Cell, Group, Pipeline, Skip, Variable\nfrom typing import Any\n"
GROUP = (
    HEAD
    + """
@Group(tags="x")
class XGM:
    factor: int = 1
    link: Any = None

    @Variable(title="Energy", tags="e")
    def energy(self, run): return 3 * self.factor

    @Variable
    def linked(self, run, other: "self#link.energy" = 0): return other

    @Variable
    def required(self, run, other: "self#link.energy"): return other

sa1 = XGM(title="SA1")
sa2 = XGM(factor=2, link=sa1)
"""
)
ANSWERS = {
    "/api/mymdc/proposals/by_number/1234/runs/1": {"runs": [{"id": 7, "sample_id": 2, "experiment_id": 3}]},
    "/api/mymdc/proposals/by_number/1234/runs/2": {"runs": []},
    "/api/mymdc/samples/2": {"name": "lysozyme"},
    "/api/mymdc/experiments/3": {"name": "Dark"},
    "/api/mymdc/runs/7": {"techniques": [{"identifier": "PaNET01168", "name": "SFX"}]},
}


class _StandIn(BaseHTTPRequestHandler):
    """A catalogue that knows one run."""

    def do_GET(self) -> None:
        known = ANSWERS.get(self.path)
        self.server.asked.append(self.path)
        allowed = self.headers["X-API-key"] == "test"
        self.send_response(403 if not allowed else 404 if known is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"info": "no"} if known is None or not allowed else known).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    """A stand-in catalogue whose credentials are in `tmp_path`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _StandIn) as server:
        server.asked = []
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "usr").mkdir()
        (tmp_path / "usr" / "mymdc-credentials.yml").write_text(f"server: http://127.0.0.1:{server.server_port}\ntoken: 'test'\n")
        yield server
        server.shutdown()


def test_groups_are_described_and_computed(runner, tmp_path, fragments):
    described = runner.load_text(tmp_path, GROUP)
    assert described["problems"] == []
    assert [(group["name"], group["title"], group["line"]) for group in described["groups"]] == [
        ("sa2", "sa2", 19),
        ("sa1", "SA1", 18),
    ]
    named = {item["name"]: (item["title"], item["tags"], item["line"]) for item in described["variables"]}
    assert named["sa1.energy"] == ("SA1/Energy", ["e", "x"], 10)
    assert named["sa2.linked"] == ("sa2/linked", ["x"], 13)
    told = values(runner.run(fragments))
    assert (told["sa1.energy"]["summary"], told["sa2.energy"]["summary"]) == (3, 6)
    assert (told["sa1.linked"]["summary"], told["sa2.linked"]["summary"], told["sa2.required"]["summary"]) == (0, 3, 3)
    assert error(told["sa1.required"]) == ("Skip", "Dependencies returned no data:\n- 'sa1.__missing__.link.energy'")


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("@Group\nclass G:\n    @Variable\n    def v(self, run, x: 'self#nope'): return 1\ng = G()\n", "does not exist", 6),
        ("@Group\nclass G: pass\na = b = G()\n", "multiple names ['a', 'b']", 5),
        ("@Group\nclass G: pass\na = G(name='x')\nb = G(name='x')\n", "used by multiple group instances", 5),
        ("@Group\nclass G:\n    name: str\n", "cannot define reserved fields: name", 4 if sys.version_info < (3, 11) else 3),
    ],
)
def test_what_is_wrong_with_a_group_is_told_with_its_place(runner, tmp_path, text, words, line):
    (problem,) = runner.load_text(tmp_path, HEAD + text)["problems"]
    assert words in problem["text"]
    assert problem["line"] == line


def test_a_file_can_choose_its_pipeline(runner, tmp_path, fragments):
    text = HEAD + "@Variable\ndef a(run): return 1\n@Variable\ndef b(run): return 2\nPipeline.set_default(Pipeline().add(b))\n"
    assert [item["name"] for item in runner.load_text(tmp_path, text)["variables"]] == ["b"]
    assert states(runner.run(fragments)) == {"b": "ok"}


def test_parameters_reach_both_spellings(runner, tmp_path, fragments):
    runner.load_text(tmp_path, HEAD + "@Variable\ndef a(run, cut: 'param#cut', old: 'input#cut' = 0): return cut + old\n")
    assert states(runner.run(fragments)) == {"a": "skipped"}
    assert values(runner.run(fragments, parameters={"cut": 2.5}))["a"]["summary"] == 5


def test_needs_are_described_and_the_time_is_enforced(runner, tmp_path, fragments):
    text = "from firstlight import needs\nimport time\n" + HEAD
    text += "@Variable\n@needs(timeout=0.1, memory=10, cpus=2, gpus=0, partial=True, depends_on='c.json')\ndef slow(run): time.sleep(60)\n"
    described = runner.load_text(tmp_path, text + "@Variable\ndef other(run): return 1\n")
    assert described["variables"][0]["needs"] == {
        "timeoutSeconds": 0.1,
        "memoryBytes": 10,
        "cpus": 2,
        "gpus": 0,
        "partial": True,
        "dependsOn": ["c.json"],
    }
    told = values(runner.run(fragments))
    assert error(told["slow"])[0] == "TimeLimit"
    assert told["other"]["state"] == "ok"


def test_an_uncertainty_is_kept(runner, tmp_path, fragments):
    text = HEAD + "import xarray as xr\n@Variable\ndef a(run): return xr.DataArray(3.0, attrs={'uncertainty': 0.25, 'units': 'm'})\n"
    runner.load_text(tmp_path, text)
    value = values(runner.run(fragments))["a"]
    assert value["attributes"] == {"uncertainty": 0.25, "units": "m"}
    with h5py.File(fragments / value["fragment"]) as file:
        assert file[".reduced/a"].attrs["uncertainty"] == 0.25


def test_the_port_asks_the_catalogue_for_a_run_once(catalogue, tmp_path, monkeypatch):
    monkeypatch.setattr(Catalogue, "_ways", lambda self: _Port(self._proposal, self._run, self._directory()).ways())
    facts = Catalogue(1234, 1, lambda: str(tmp_path))
    assert facts.fact("sample_name") == "lysozyme"
    assert facts.fact("run_type") == "Dark"
    assert facts.fact("techniques") == [{"identifier": "PaNET01168", "name": "SFX"}]
    assert len(catalogue.asked) == 4
    with pytest.raises(CatalogueError, match="does not know run 2"):
        Catalogue(1234, 2, lambda: str(tmp_path)).fact("run_type")


@pytest.mark.parametrize("by", ["our port", "extra_proposal"])
def test_a_catalogue_that_never_answers_is_not_waited_for_and_asked_once(tmp_path, monkeypatch, by):
    if by == "our port":
        monkeypatch.setattr(Catalogue, "_ways", lambda self: _Port(self._proposal, self._run, self._directory()).ways())
    else:
        pytest.importorskip("extra_proposal")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (tmp_path / "usr").mkdir()
        (tmp_path / "usr" / "mymdc-credentials.yml").write_text(f"server: http://127.0.0.1:{silent.getsockname()[1]}\ntoken: 'test'\n")
        if by == "extra_proposal":
            monkeypatch.setattr("extra_proposal.Proposal.__init__", lambda self, number: _wait_for_answer(silent.getsockname()))
        facts = Catalogue(1234, 1, lambda: str(tmp_path), patience=0.05)
        for name in ("sample_name", "run_type", "techniques"):
            with pytest.raises(CatalogueError, match=r"gave no answer within 0\.05 s"):
                facts.fact(name)
        silent.accept()[0].close()
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()


def _wait_for_answer(address):
    with socket.create_connection(address) as connection:
        connection.recv(1)
    raise ConnectionError


def test_a_catalogue_that_is_not_there_costs_its_variables_only(runner, tmp_path, fragments):
    text = HEAD + "@Variable\ndef a(run, s: 'mymdc#sample_name'): return s\n@Variable\ndef b(run): return 1\n"
    runner.load_text(tmp_path, text)
    assert states(runner.run(fragments)) == {"a": "failed", "b": "ok"}


def test_independent_variables_run_at_the_same_time(runner, tmp_path, fragments):
    text = HEAD + "import os, threading\nfrom pathlib import Path\n"
    text += f"here = Path({str(tmp_path)!r})\n"
    for name, other in (("one", "two"), ("two", "one")):
        text += f"@Variable\ndef {name}(run):\n    (here / '{name}').touch()\n"
        text += f"    while not (here / '{other}').exists(): pass\n    return {len(name)}\n"
    text += "@Variable\ndef both(run, a: 'var#one', b: 'var#two'): return a + b\n"
    runner.load_text(tmp_path, text)
    assert values(runner.run(fragments, parallel=2))["both"]["summary"] == 6


def test_results_cross_between_processes(runner, tmp_path, fragments):
    text = HEAD + "import numpy as np, time\n"
    text += "@Variable(transient=True)\ndef lock(run):\n    import threading\n    return threading.Lock()\n"
    text += "@Variable\ndef big(run): return np.arange(200_000.0).reshape(2, -1)\n"
    text += "".join(
        f"@Variable\ndef part{i}(run, big: 'var#big', lock: 'var#lock'):\n    with lock: big[0, 0] += {i}\n"
        f"    time.sleep(0.01)\n    return big[0, :3].sum()\n"
        for i in range(6)
    )
    runner.load_text(tmp_path, text)
    told = values(runner.run(fragments, parallel=3))
    assert {value["state"] for value in told.values()} == {"ok"}
    with h5py.File(fragments / told["big"]["fragment"]) as file:
        assert file["big/data"][0, 0] == 0


def test_a_crash_in_parallel_costs_one_variable(runner, tmp_path, fragments):
    text = HEAD + "import os\n@Variable\ndef base(run): return 5\n@Variable\ndef bad(run, base: 'var#base'): os._exit(3)\n"
    text += "".join(f"@Variable\ndef v{i}(run, base: 'var#base'): return base + {i}\n" for i in range(10))
    runner.load_text(tmp_path, text)
    told = values(runner.run(fragments, parallel=2))
    assert error(told["bad"])[0] == "Crashed"
    assert [told[f"v{i}"]["summary"] for i in range(10)] == list(range(5, 15))


def test_a_file_runs_by_itself_in_the_foreground(tmp_path):
    context = tmp_path / "context.py"
    context.write_text(
        HEAD + "@Variable\ndef a(run, cut: 'param#cut'):\n    breakpoint()\n    return cut * 2\n@Variable\ndef b(run): 1 / 0\n"
    )
    command = [sys.executable, "-m", "firstlight.run", str(context), "--run", "1", "--proposal", "1234", "--mock", "--param", "cut=4"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
    done = subprocess.run(
        [*command, "--store", str(tmp_path)], input="p cut + 1\nc\n", env=environment, capture_output=True, text=True, check=False
    )
    assert "(Pdb) 5" in done.stdout
    assert "a = array(8)" in done.stdout
    assert "b: failed: ZeroDivisionError: division by zero" in done.stdout
    assert f'{context}", line 8' in done.stderr
    assert done.returncode == 1
    assert len(list((tmp_path / "extracted_data").iterdir())) == 1
    only = subprocess.run([*command, "--var", "b"], env=environment, capture_output=True, text=True, check=False)
    assert "a =" not in only.stdout


def test_a_file_that_runs_by_itself_finds_the_data_where_its_folder_says(tmp_path):
    context = tmp_path / "context.py"
    context.write_text(HEAD + "@Variable\ndef a(run): return 1\n")
    with contextlib.closing(sqlite3.connect(tmp_path / "runs.sqlite")) as connection:
        connection.execute("CREATE TABLE metameta (key PRIMARY KEY NOT NULL, value)")
        connection.execute("INSERT INTO metameta VALUES ('data_root', ?)", (str(tmp_path / "data"),))
        connection.commit()
    command = [sys.executable, "-m", "firstlight.run", str(context), "--run", "1", "--proposal", "1234"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT / "python")}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"cannot be opened below {tmp_path / 'data'}" in done.stderr
