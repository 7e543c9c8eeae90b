"""Jobs leave nothing behind in the processes that outlive them."""

from __future__ import annotations

from pathlib import Path

from runner_client import RunnerClient, values

EARLY = 20
LATE = 100
# A leak of a few kilobytes a job stays below, one of a value or a description does not.
MOST_GROWTH = 1.05

CONTEXT = """
from damnit_ctx import Variable
import numpy as np

@Variable
def spectrum(run): return np.arange(20_000.0)

@Variable
def total(run, spectrum: "var#spectrum"): return float(spectrum.sum())

@Variable
def broken(run): raise ValueError("x" * 10_000)
"""


def test_many_jobs_leave_the_zygote_and_its_context_as_large_as_they_were(tmp_path, fragments):
    with RunnerClient(tmp_path / "log") as runner:
        runner.load_text(tmp_path, CONTEXT)
        zygote = runner.process.pid
        sizes: list[list[int]] = []
        for job in range(1, LATE + 1):
            assert values(runner.run(fragments))["total"]["summary"] == 199_990_000
            if job in (EARLY, LATE):
                context = int(Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split()[0])
                sizes.append([_resident_kilobytes(zygote), _resident_kilobytes(context), _open_files(zygote), _open_files(context)])
    early, late = sizes
    assert late[0] <= MOST_GROWTH * early[0]
    assert late[1] <= MOST_GROWTH * early[1]
    assert late[2:] == early[2:]


def _resident_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def _open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
