"""What a runner says and leaves on disk for a run; the runs are real processes."""

from __future__ import annotations

import os
import stat
import time

import h5py
from runner_client import RunnerClient, error, states, values

SIMPLE = """
from damnit_ctx import Variable, Skip, Cell
import numpy as np

@Variable(title="Number", units="mm")
def number(run):
    return 3.5

@Variable
def double(run, number: "var#number"):
    return 2 * number

@Variable
def nothing(run):
    return None

@Variable
def skipped(run):
    raise Skip("no beam")

@Variable
def failed(run):
    return 1 / 0

@Variable
def after(run, a: "var#failed", b: "var#skipped"):
    return 1

@Variable(transient=True)
def helper(run):
    return {"any": "thing"}

@Variable
def uses_helper(run, helper: "var#helper"):
    return helper["any"]
"""


def test_a_run_announces_start_time_first_then_every_variable_once(runner, tmp_path, fragments):
    described = runner.load_text(tmp_path, SIMPLE)
    assert described["problems"] == []
    assert described["language"] == "python"
    assert described["file"] == str(tmp_path / "context.py")
    events = runner.run(fragments)
    assert events[0]["type"] == "started"
    assert events[0]["variables"][0] == "start_time"
    assert [event["variable"] for event in events if event["type"] == "value"] == events[0]["variables"]
    assert events[-1]["outcome"] == "done"
    assert states(events) == {
        "number": "ok",
        "double": "ok",
        "nothing": "none",
        "skipped": "skipped",
        "failed": "failed",
        "after": "failed",
        "helper": "ok",
        "uses_helper": "ok",
    }


def test_a_value_is_announced_when_its_fragment_is_complete_and_has_the_value(runner, tmp_path, fragments):
    runner.load_text(tmp_path, SIMPLE)
    value = values(runner.run(fragments))["number"]
    assert (value["summary"], value["kind"], value["attributes"]) == (3.5, "float64", {"units": "mm"})
    path = fragments / value["fragment"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o666
    with h5py.File(path) as file:
        assert dict(file.attrs) == {"provenance": "context.py"}
        assert {".reduced", ".preview", ".errors", "number"} <= set(file)
        assert file["number/data"][()] == file[".reduced/number"][()] == 3.5
        assert file[".reduced/number"].attrs["units"] == "mm"


def test_failures_none_and_transients_leave_what_the_writer_needs(runner, tmp_path, fragments):
    runner.load_text(tmp_path, SIMPLE)
    told = values(runner.run(fragments))
    assert told["helper"]["fragment"] is None
    with h5py.File(fragments / told["after"]["fragment"]) as file:
        assert file[".errors/after"].attrs["type"] == "DependencyError"
        text = file[".errors/after"].asstr()[()]
    assert text == told["after"]["attributes"]["error"]
    assert text == (
        "Skipped due to missing dependency:\n├ (failed) failed: ZeroDivisionError: division by zero\n└ (skipped) failed: Skip: no beam"
    )
    with h5py.File(fragments / told["nothing"]["fragment"]) as file:
        assert list(file[".firstlight"].attrs["none"]) == ["nothing"]
        assert "nothing" not in file
    assert {path.name for path in fragments.iterdir()} == {value["fragment"] for value in told.values()} - {None}


def test_a_warm_runner_gives_the_first_value_within_a_tenth_of_a_second(runner, tmp_path, fragments):
    runner.load_text(tmp_path, SIMPLE)
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        runner.start(fragments)
        runner.until("value")
        seconds.append(time.perf_counter() - began)
        runner.until("finished")
    assert min(seconds) < 0.1


def test_only_the_wanted_variables_and_what_they_need_run(runner, tmp_path, fragments):
    runner.load_text(tmp_path, SIMPLE)
    assert list(states(runner.run(fragments, variables=["double", "nothing"]))) == ["number", "nothing", "double"]


def test_unknown_names_are_told_and_cost_only_themselves(runner, tmp_path, fragments):
    runner.load_text(tmp_path, SIMPLE)
    events = runner.run(fragments, variables=["number", "nonsense"])
    assert events[-1]["outcome"] == "done"
    assert "nonsense" in events[-1]["message"]
    finished = runner.run(fragments, variables=["nonsense"])[-1]
    assert finished["outcome"] == "failed"
    assert "no variable named nonsense" in finished["message"]


def test_raw_and_proc_triggers_select_and_dependencies_are_added(runner, tmp_path, fragments):
    runner.load_text(
        tmp_path,
        """
from damnit_ctx import Variable
@Variable
def base(run): return 1
@Variable
def other(run): return 2
@Variable(data="proc")
def calibrated(run, base: "var#base"): return 3
@Variable
def promoted(run, x: "var#calibrated"): return 4
""",
    )
    assert list(states(runner.run(fragments, trigger="raw"))) == ["base", "other"]
    assert list(states(runner.run(fragments, trigger="proc"))) == ["base", "calibrated", "promoted"]
    assert list(states(runner.run(fragments, trigger="raw", variables=["calibrated"]))) == []


def test_users_output_and_log_lines_are_in_their_order(runner, tmp_path, fragments):
    runner.load_text(
        tmp_path,
        """
from damnit_ctx import Variable
@Variable
def talking(run):
    print("hello from a variable")
    return 1
@Variable
def wrong(run):
    raise ValueError("oh no")
""",
    )
    runner.run(fragments)
    log = runner.log.read_text()
    hello = log.index("hello from a variable\nINFO:firstlight:Computed talking in 0.")
    failure = log[log.index("ERROR:firstlight:Could not get data for wrong\nTraceback") :]
    assert hello < log.index("ERROR:firstlight:Could not get data for wrong")
    assert "execute.py" not in failure
    assert failure.rstrip().endswith("ValueError: oh no")


def test_two_jobs_at_once_keep_their_events_apart(runner, tmp_path, fragments):
    runner.load_text(tmp_path, SIMPLE)
    first, second = runner.start(fragments, run=1), runner.start(fragments, run=2)
    events = [*runner.until("finished"), *runner.until("finished")]
    for job, run in ((first, 1), (second, 2)):
        of_job = [event for event in events if event["job"] == job]
        assert len(values(of_job)) == 9
        assert {event["run"] for event in of_job if event["type"] == "value"} == {run}


def test_a_job_that_runs_already_is_refused_and_goes_on(runner, tmp_path, fragments):
    runner.load_text(tmp_path, SIMPLE)
    runner.start(fragments, job="twice")
    runner.start(fragments, job="twice")
    events = runner.until("finished")
    assert [event["id"] for event in events if event["type"] == "fault"] == ["twice"]
    assert len(values(events)) == 9


def test_a_run_without_a_context_and_wrong_lines_are_answered(tmp_path, fragments):
    with RunnerClient(tmp_path / "log") as runner:
        assert runner.run(fragments)[-1]["message"].startswith("No context is loaded")
        runner.send(type="describe", id="early")
        assert runner.event()["id"] == "early"
        runner.send_line("nonsense")
        assert "not JSON" in runner.event()["message"]
        runner.send(type="cancel", job="gone", variable=None, reason="")
        assert "no job" in runner.event()["message"]
        runner.send(type="exit")
        assert runner.event() is None
        assert runner.process.wait(timeout=10) == 0


def test_a_value_that_cannot_be_stored_is_that_values_error(runner, tmp_path, fragments):
    runner.load_text(
        tmp_path,
        """
from damnit_ctx import Variable
import xarray as xr, numpy as np
@Variable
def nul(run): return "a\\0b"
@Variable
def odd(run): return xr.DataArray(np.array([{}, None], dtype=object))
@Variable
def slash(run): return xr.DataArray([1, 2], dims="a/b")
@Variable
def timedelta(run): return np.timedelta64(3, "s")
@Variable
def fine(run, x: "var#nul"): return x
@Variable
def good(run): return 1
""",
    )
    events = runner.run(fragments)
    assert states(events) == {"nul": "failed", "odd": "failed", "slash": "failed", "timedelta": "failed", "good": "ok", "fine": "failed"}
    assert error(values(events)["nul"])[0] == "ValueError"
    assert not [path for path in fragments.iterdir() if path.name.endswith(".writing.h5")]


def test_a_folder_that_cannot_be_written_fails_the_job_with_one_sentence(runner, tmp_path):
    runner.load_text(tmp_path, SIMPLE)
    missing = tmp_path / "not" / "there"
    runner.start(missing)
    finished = runner.until("finished")[-1]
    assert finished["outcome"] == "failed"
    assert "could not be written" in finished["message"]
    assert str(missing) in finished["message"]


def test_a_run_number_that_does_not_exist_is_one_sentence(runner, tmp_path, fragments):
    runner.load_text(tmp_path, SIMPLE)
    finished = runner.run(fragments, mock=False, run=99, dataRoot=str(tmp_path))[-1]
    assert finished["outcome"] == "failed"
    assert "Run 99 of proposal 1234 cannot be opened" in finished["message"]
    assert list(fragments.iterdir()) == []


def test_user_code_may_clutter_its_world(runner, tmp_path, fragments):
    """Standard input, output, the working directory and signals are the variable's own."""
    runner.load_text(
        tmp_path,
        """
from damnit_ctx import Variable
import os, sys, signal
@Variable
def reads(run): return sys.stdin.read()
@Variable
def closes(run):
    sys.stdout.close(); os.chdir("/"); signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return 1
@Variable
def after(run): return os.getcwd()
""",
    )
    events = runner.run(fragments)
    assert states(events) == {"reads": "ok", "closes": "ok", "after": "ok"}
    assert values(events)["reads"]["summary"] == {"text": ""}
    assert values(runner.run(fragments, variables=["after"]))["after"]["summary"] == {"text": str(tmp_path)}


def test_many_runs_leave_no_process_and_no_descriptor_behind(runner, tmp_path, fragments):
    runner.load_text(tmp_path, SIMPLE)
    folder = f"/proc/{runner.process.pid}/fd"
    runner.run(fragments)
    before = len(os.listdir(folder))
    for _ in range(10):
        runner.run(fragments, variables=["number"])
    assert len(os.listdir(folder)) == before


def test_runs_draw_random_numbers_of_their_own_unless_the_context_seeds_them(runner, tmp_path, fragments):
    text = "from damnit_ctx import Variable\nimport random\nimport numpy as np\n{seed}\n@Variable\ndef drawn(run): return {source}\n"

    def two(seed: str, source: str) -> list[float]:
        runner.load_text(tmp_path, text.format(seed=seed, source=source))
        return [values(runner.run(fragments))["drawn"]["summary"] for _ in range(2)]

    for source, first in (("np.random.rand()", 0.417022004702574), ("random.random()", 0.13436424411240122)):
        assert len(set(two("", source))) == 2
        module = source.rpartition(".")[0]
        assert two(f"{module}.seed(1)", source) == [first, first]
