"""Each way in which users' code can fail: its cell says what happened, the others' values are there, and the next run works."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest
from runner_client import RunnerClient, error, values

TEXT = """
from damnit_ctx import Variable
import os, sys

@Variable
def before(run): return 1

@Variable
def bad(run):
    {body}

@Variable
def after(run, before: "var#before"): return before + 1
"""


def run_and_run_again(runner: RunnerClient, folder: Path, fragments: Path, body: str) -> tuple[dict, str]:
    """What a run tells about `bad`, after the others were found to be there; and the log of it."""
    runner.load_text(folder, TEXT.format(body=body))
    began = runner.log.stat().st_size
    told = values(runner.run(fragments))
    assert (told["before"]["summary"], told["after"]["summary"]) == (1, 2)
    assert values(runner.run(fragments, variables=["after"]))["after"]["summary"] == 2
    with runner.log.open() as log:
        log.seek(began)
        return told["bad"], log.read(1 << 20)


@pytest.mark.parametrize(
    ("body", "error_class", "words"),
    [
        ("raise ValueError('cold')", "ValueError", "cold"),
        ("sys.exit(2)", "SystemExit", "exit(2) was called"),
        ("return {'a': 1}", "TypeError", "cannot be saved"),
        ("return 'half of a pair \\udc80'", "UnicodeEncodeError", "surrogates"),
    ],
)
def test_the_log_says_where_in_the_users_code(runner, tmp_path, fragments, body, error_class, words):
    value, log = run_and_run_again(runner, tmp_path, fragments, body)
    assert error(value)[0] == error_class
    assert words in error(value)[1]
    assert "bad" in log


@pytest.mark.parametrize(("body", "words"), [("os._exit(7)", "exit code 7"), ("import ctypes; ctypes.string_at(0)", "SIGSEGV")])
def test_a_process_that_ends_is_told(runner, tmp_path, fragments, body, words):
    value, log = run_and_run_again(runner, tmp_path, fragments, body)
    assert error(value)[0] == "Crashed"
    assert words in error(value)[1]
    if "SIGSEGV" in words:
        assert f'"{tmp_path}/context.py", line 10 in bad' in log


def test_processes_that_never_end_to_be_made_stop_at_the_limit(tmp_path, fragments):
    """A child that is refused more processes says so; what it has made until then ends with it."""
    body = "import resource, time\n    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))\n"
    body += "    os.setuid(65534) if os.getuid() == 0 else None  # root has no limit\n"
    body += "    while True:\n        if os.fork() == 0: time.sleep(1000)"
    with RunnerClient(tmp_path / "log") as runner:
        value, _ = run_and_run_again(runner, tmp_path, fragments, body)
    assert error(value)[0] == "BlockingIOError"


def test_a_gigabyte_on_standard_output_blocks_nothing(tmp_path, fragments):
    """The engine bounds the log; here the file's size limit refuses what comes after it, and the run goes on."""
    body = "chunk = 'x' * 1_000_000\n    for _ in range(1000): sys.stdout.write(chunk)\n    return 5"
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000_000, limit[1]))
    try:
        with RunnerClient(tmp_path / "log") as runner:
            value, _ = run_and_run_again(runner, tmp_path, fragments, body)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert value["state"] in ("ok", "failed")
    assert (tmp_path / "log").stat().st_size <= 20_000_000


def test_a_helper_module_with_a_syntax_error_is_named_with_its_place(runner, tmp_path, fragments):
    (tmp_path / "my_helper.py").write_text("def f():\n    return (\n")
    (problem,) = runner.load_text(tmp_path, "import my_helper\n" + TEXT.format(body="return 1"))["problems"]
    assert problem["file"] == str(tmp_path / "my_helper.py")
    assert problem["line"] == 2
    assert "SyntaxError" in problem["text"]
    (tmp_path / "my_helper.py").write_text("def f():\n    return 1\n")
    assert runner.load_text(tmp_path, "import my_helper\n" + TEXT.format(body="return my_helper.f()"))["problems"] == []
    sys.modules.pop("my_helper", None)
    assert values(runner.run(fragments))["bad"]["summary"] == 1


def test_a_thread_that_goes_on_does_not_hold_up_the_run(tmp_path, fragments):
    body = "import threading, time\n    threading.Thread(target=time.sleep, args=(600,)).start()\n    return 8"
    with RunnerClient(tmp_path / "log") as runner:
        value, _ = run_and_run_again(runner, tmp_path, fragments, body)
    assert value["state"] == "ok"


def test_many_processes_rest_while_they_are_counted_and_go_on(runner, tmp_path, fragments):
    """Otherwise those that make more and more of themselves would leave no time to count them."""
    body = """
    import signal
    go_on, end = os.pipe()
    signal.signal(signal.SIGCONT, lambda *_: os.write(end, b"1"))
    asked, ask = os.pipe()
    for _ in range(110):
        if not os.fork():
            signal.signal(signal.SIGCONT, signal.SIG_DFL)
            os.close(ask)
            os.read(asked, 1)
            os._exit(0)
    os.read(go_on, 1)
    os.close(ask)
    return sum(os.wait()[1] == 0 for _ in range(110))"""
    value, _ = run_and_run_again(runner, tmp_path, fragments, body)
    assert value["summary"] == 110
