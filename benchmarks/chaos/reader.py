"""Reads a folder with the official damnit package, and says of every value whether it is right.

Arguments: the folder and, for one reading at the end, how many runs there must be with all their values; otherwise it reads until it is killed.
"""

import json
import sys

import numpy as np
from damnit import Damnit

EXPECTED = {
    "number": lambda value, n: value == n,
    "line": lambda value, n: np.array_equal(value, np.arange(1000.0) + n),
    "picture": lambda value, n: np.array_equal(value, np.full((64, 64), float(n))),
    "labelled": lambda value, n: np.array_equal(value.values, np.arange(100.0) * n)
    and value.dims == ("energy",),
    "words": lambda value, n: value == f"run {n}",
    "twice": lambda value, n: value == 2 * n,
    "ramp": lambda value, n: np.array_equal(value, n + np.arange(1000.0)),
    "told": lambda value, n: value == f"told: run {n}",
    "sum": lambda value, n: value == 2 * n + 1,
}


def read_all(folder, wrong):
    """Reads every value there is; gives how many were right."""
    experiment = Damnit(folder)
    experiment.table()
    right = 0
    for run in experiment.runs():
        stored = experiment[run]
        for name in set(stored.keys()) & set(EXPECTED):
            try:
                value = stored[name].read()
            except KeyError:
                if name in experiment[run].keys():
                    raise
                continue  # replaced by an error since we asked for the names
            if EXPECTED[name](value, run):
                right += 1
            else:
                wrong.append(f"run {run} {name}: {str(value)[:60]}")
    return right


def missing(folder, runs):
    """Values that must be there in the end, and are not."""
    experiment = Damnit(folder)
    found = {run: set(experiment[run].keys()) for run in experiment.runs()}
    return [
        f"run {run} {name}: not there"
        for run in range(1, runs + 1)
        for name in EXPECTED
        if name not in found.get(run, ())
    ]


def main(folder, runs=None):
    reads, wrong = 0, []
    while True:
        try:
            reads += read_all(folder, wrong)
            if runs is not None:
                wrong += missing(folder, int(runs))
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}"[:300])
        print(json.dumps({"reads": reads, "wrong": wrong[:20]}), flush=True)
        if runs is not None:
            return


main(*sys.argv[1:])
