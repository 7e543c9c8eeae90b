"""User code that ends its process, never ends, or is stopped costs its variable and the dependants, and nothing else."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import h5py
import pytest
from runner_client import RunnerClient, error, states, values

AROUND = """
from damnit_ctx import Variable, Skip
import ctypes, os, resource, signal, sys, time
from pathlib import Path

@Variable
def before(run): return 7

@Variable
def bad(run, before: "var#before"):
    {body}

@Variable
def dependant(run, bad: "var#bad"): return 1

@Variable
def tolerant(run, before: "var#before", bad: "var#bad" = 5): return before + bad

@Variable
def other(run): return 2

@Variable
def last(run, other: "var#other", before: "var#before"): return other + before
"""
SURVIVORS = {"before": "ok", "other": "ok", "last": "ok", "tolerant": "ok"}


@pytest.mark.parametrize(
    ("body", "error_class", "words"),
    [
        ("raise ValueError('cold')", "ValueError", "cold"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("sys.exit()", "SystemExit", "exit() was called"),
        ("exit(3)", "SystemExit", "exit(3) was called"),
        ("os._exit(1)", "Crashed", "ended itself with exit code 1"),
        ("os._exit(0)", "Crashed", "ended itself with exit code 0"),
        ("ctypes.string_at(0)", "Crashed", "signal SIGSEGV, a fault in compiled code"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "Crashed", "signal SIGKILL, perhaps because memory ran out"),
        ("os.abort()", "Crashed", "signal SIGABRT"),
        ("resource.setrlimit(resource.RLIMIT_AS, (1 << 30, -1)); return len(bytearray(1 << 33))", "MemoryError", ""),
    ],
)
def test_a_crash_costs_the_variable_and_its_dependants(runner, tmp_path, fragments, body, error_class, words):
    runner.load_text(tmp_path, AROUND.format(body=body))
    events = runner.run(fragments)
    told = values(events)
    assert events[-1]["outcome"] == "done"
    assert {name: state for name, state in states(events).items() if name in SURVIVORS} == SURVIVORS
    assert told["last"]["summary"] == 9
    assert told["tolerant"]["summary"] == 12
    assert told["bad"]["state"] == told["dependant"]["state"] == "failed"
    assert error(told["dependant"])[0] == "DependencyError"
    assert error(told["bad"])[0] == error_class
    assert words in error(told["bad"])[1]
    with h5py.File(fragments / told["bad"]["fragment"]) as file:
        assert file[".errors/bad"].attrs["type"] == error(told["bad"])[0]
        assert file[".errors/bad"].asstr()[()] == error(told["bad"])[1]
    assert {path.name for path in fragments.iterdir()} == {value["fragment"] for value in told.values()}
    # The next run is as good as ever.
    assert values(runner.run(fragments, variables=["last"]))["last"]["summary"] == 9


def test_several_crashes_in_one_run_cost_one_variable_each(runner, tmp_path, fragments):
    text = "from damnit_ctx import Variable\nimport os\n" + "".join(
        f"@Variable\ndef v{index}(run):\n    {'os._exit(1)' if index % 3 == 1 else f'return {index}'}\n" for index in range(9)
    )
    runner.load_text(tmp_path, text)
    events = runner.run(fragments)
    assert states(events) == {f"v{index}": "failed" if index % 3 == 1 else "ok" for index in range(9)}
    assert len([event for event in events if event["type"] == "started"]) == 1


def test_an_input_that_crashes_when_it_is_computed_again_is_told_to_those_who_need_it(runner, tmp_path, fragments):
    runner.load_text(
        tmp_path,
        f"""
from damnit_ctx import Variable
import os
from pathlib import Path
seen = Path({str(tmp_path / "seen")!r})
@Variable
def once(run):
    if seen.exists(): os._exit(1)
    seen.touch()
    return 1
@Variable
def crash(run): os._exit(2)
@Variable
def needs_once(run, once: "var#once"): return once
@Variable
def free(run, crash: "var#crash" = 3): return crash
""",
    )
    events = runner.run(fragments)
    assert states(events) == {"once": "ok", "crash": "failed", "needs_once": "failed", "free": "ok"}
    assert "(once) failed: Crashed" in error(values(events)["needs_once"])[1]


def test_a_variable_that_never_ends_is_cancelled_and_the_rest_goes_on(runner, tmp_path, fragments):
    runner.load_text(tmp_path, AROUND.format(body="\n    while True: pass"))
    job = runner.start(fragments)
    events = []
    while not events or events[-1].get("variable") != "bad":
        events.append(runner.event())
    runner.send(type="cancel", job=job, variable="bad", reason="Anna has stopped it.")
    events += runner.until("finished")
    told = values(events)
    assert events[-1]["outcome"] == "done"
    assert error(told["bad"]) == ("Cancelled", "Anna has stopped it.")
    assert told["bad"]["state"] == "failed"
    assert told["dependant"]["state"] == "skipped"
    assert {name: state for name, state in states(events).items() if name in SURVIVORS} == SURVIVORS


def test_a_variable_that_has_not_begun_can_be_cancelled(runner, tmp_path, fragments):
    gate = tmp_path / "gate"
    runner.load_text(
        tmp_path,
        f"""
from damnit_ctx import Variable
import time
from pathlib import Path
@Variable
def waits(run):
    while not Path({str(gate)!r}).exists(): time.sleep(0.001)
    return 1
@Variable
def later(run): return 1
@Variable
def last(run): return 1
""",
    )
    job = runner.start(fragments)
    runner.until("progress")
    runner.send(type="cancel", job=job, variable="later", reason="not needed")
    runner.send(type="cancel", job="nobody", variable=None, reason="")
    assert runner.event()["type"] == "fault"  # so the first cancel has been taken, too
    gate.touch()
    events = runner.until("finished")
    assert states(events) == {"waits": "ok", "later": "failed", "last": "ok"}
    assert error(values(events)["later"]) == ("Cancelled", "not needed")


def test_a_cancelled_job_records_the_running_variable_and_tells_about_the_rest(runner, tmp_path, fragments):
    runner.load_text(tmp_path, AROUND.format(body="\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    while True: pass"))
    job = runner.start(fragments)
    events = []
    while not events or events[-1].get("variable") != "bad":
        events.append(runner.event())
    runner.send(type="cancel", job=job, variable=None, reason="The server ends.")
    events += runner.until("finished")
    told = values(events)
    assert (events[-1]["outcome"], events[-1]["message"]) == ("cancelled", "The server ends.")
    assert error(told["bad"]) == ("Cancelled", "The server ends.")
    assert {name for name, value in told.items() if value["state"] == "cancelled"} == {"dependant", "tolerant", "last"}
    assert all(value["fragment"] is None for value in told.values() if value["state"] == "cancelled")
    kept = {name for name, value in told.items() if value["fragment"]}
    assert kept == {"start_time", "before", "other", "bad"}


def test_a_variable_over_its_time_limit_is_stopped(runner, tmp_path, fragments):
    runner.load_text(tmp_path, AROUND.format(body="\n    while True: pass"))
    events = runner.run(fragments, limits={"seconds": 0.2})
    told = values(events)
    assert error(told["bad"]) == ("TimeLimit", "This variable ran longer than its limit of 0.2 s and was stopped.")
    assert 0.2 <= told["bad"]["seconds"] < 2
    assert {name: state for name, state in states(events).items() if name in SURVIVORS} == SURVIVORS


def test_killing_a_jobs_process_from_outside_costs_the_running_variable(runner, tmp_path, fragments):
    gate = tmp_path / "gate"
    runner.load_text(tmp_path, AROUND.format(body=f"\n    while not Path({str(gate)!r}).exists(): time.sleep(0.001)"))
    runner.start(fragments)
    events = []
    while not events or events[-1].get("variable") != "bad":
        events.append(runner.event())
    os.kill(next(event["pid"] for event in events if event["type"] == "started"), signal.SIGKILL)
    events += runner.until("finished")
    assert error(values(events)["bad"])[0] == "Crashed"
    assert {name: state for name, state in states(events).items() if name in SURVIVORS} == SURVIVORS


def test_what_a_variable_has_started_ends_with_its_job(runner, tmp_path, fragments):
    runner.load_text(
        tmp_path,
        """
from damnit_ctx import Variable
import subprocess
@Variable
def starts(run): return subprocess.Popen(["sleep", "1000"]).pid
""",
    )
    pid = values(runner.run(fragments))["starts"]["summary"]
    _wait_until(lambda: not _is_running(pid))


def test_what_has_left_its_parent_and_its_session_ends_with_the_job_too(runner, tmp_path, fragments):
    runner.load_text(
        tmp_path,
        """
from damnit_ctx import Variable
import subprocess
@Variable
def starts(run):
    command = "setsid sleep 1000 > /dev/null 2>&1 & echo $!"
    return int(subprocess.run(["sh", "-c", command], capture_output=True, text=True).stdout)
""",
    )
    pid = values(runner.run(fragments))["starts"]["summary"]
    _wait_until(lambda: not _is_running(pid))


def test_the_end_of_input_ends_the_runner_and_all_its_children(tmp_path, fragments):
    with RunnerClient(tmp_path / "log") as runner:
        runner.load_text(tmp_path, AROUND.format(body="\n    while True: pass"))
        runner.start(fragments)
        events = []
        while not events or events[-1].get("variable") != "bad":
            events.append(runner.event())
        children = _descendants(runner.process.pid)
        assert len(children) == 3
        runner.process.stdin.close()
        assert runner.process.wait(timeout=5) == 0
        _wait_until(lambda: not any(_is_running(pid) for pid in children))


def test_killing_the_runner_ends_all_its_children(tmp_path, fragments):
    with RunnerClient(tmp_path / "log") as runner:
        runner.load_text(tmp_path, AROUND.format(body="\n    while True: pass"))
        runner.start(fragments)
        events = []
        while not events or events[-1].get("variable") != "bad":
            events.append(runner.event())
        children = _descendants(runner.process.pid)
        runner.process.kill()
        _wait_until(lambda: not any(_is_running(pid) for pid in children))


def test_the_end_of_the_context_process_costs_its_jobs_only(tmp_path, fragments):
    with RunnerClient(tmp_path / "log") as runner:
        runner.load_text(tmp_path, AROUND.format(body="\n    while True: pass"))
        runner.start(fragments)
        runner.until("progress")
        context, *_ = _children(runner.process.pid)
        os.kill(context, signal.SIGKILL)
        assert runner.until("finished")[-1]["outcome"] == "failed"
        events = runner.run(fragments, variables=["last"])
        assert states(events) == {"before": "ok", "other": "ok", "last": "ok"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import os; os._exit(4)", "ended itself with exit code 4"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("exit(2)", "ends the process while it is loaded (SystemExit: 2)"),
    ],
)
def test_a_context_that_ends_or_hangs_the_process_is_a_problem_and_the_runner_lives(runner, tmp_path, fragments, text, words):
    described = runner.load_text(tmp_path, text)
    assert len(described["problems"]) == 1
    assert words in described["problems"][0]["text"]
    finished = runner.run(fragments)[-1]
    assert finished["outcome"] == "failed"
    assert words in finished["message"]
    runner.load_text(tmp_path, AROUND.format(body="return 1"))
    assert states(runner.run(fragments, variables=["last"]))["last"] == "ok"


def test_a_context_that_hangs_while_it_is_loaded_is_stopped_and_the_runner_lives(tmp_path, fragments):
    with RunnerClient(tmp_path / "log", "--load-seconds", "2") as runner:
        (problem,) = runner.load_text(tmp_path, "while True: pass")["problems"]
        assert "did not come to an end and was stopped" in problem["text"]
        assert "did not come to an end" in runner.run(fragments)[-1]["message"]
        assert runner.load_text(tmp_path, "x = 1")["problems"] == []


def test_a_new_version_of_a_hanging_context_need_not_wait_for_it(tmp_path):
    with RunnerClient(tmp_path / "log") as runner:
        path = tmp_path / "context.py"
        path.write_text("while True: pass")
        runner.send(type="load", id="hanging", context=str(path))
        described = runner.load_text(tmp_path, "x = 1")
        assert described["problems"] == []
        assert {described["id"], runner.until("described")[-1]["id"]} == {"hanging", "load"}


def test_a_lot_of_output_is_only_output(tmp_path, fragments):
    with RunnerClient(Path(os.devnull)) as runner:
        runner.load_text(
            tmp_path,
            "from damnit_ctx import Variable\n@Variable\ndef loud(run):\n    for _ in range(256): print('x' * (1 << 20))\n    return 1",
        )
        assert states(runner.run(fragments)) == {"loud": "ok"}


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _descendants(pid: int) -> list[int]:
    below = _children(pid)
    return [*below, *(other for child in below for other in _descendants(child))]


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _wait_until(holds, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


@pytest.mark.parametrize(("step", "state"), [("after-rename", "ok"), ("before-rename", "failed")])
def test_a_value_is_announced_if_it_was_complete_when_its_process_was_killed(runner, tmp_path, fragments, step, state):
    runner.load_text(
        tmp_path,
        f"""
from damnit_ctx import Variable
import os
import numpy as np

@Variable
def large(run):
    os.environ["FIRSTLIGHT_FAULT"] = "fragment:{step}"  # of this process only, which stores what is large
    return np.arange(100_000.0)

@Variable
def mean(run, large: "var#large"): return large.mean()
""",
    )
    # For the mean the large value is computed again in a second process, and not stored again.
    told = values(runner.run(fragments))
    assert "memory ran out while it computed large" in runner.log.read_text()
    assert (told["large"]["state"], told["mean"]["state"]) == (state, state)
    assert {value["fragment"] for value in told.values()} == {path.name for path in fragments.glob("*.ready.h5")}
    if state == "ok":
        assert told["mean"]["summary"] == 49_999.5
        with h5py.File(fragments / told["large"]["fragment"]) as file:
            assert file["large/data"].shape == (100_000,)
    else:
        assert error(told["large"])[0] == "Crashed"
