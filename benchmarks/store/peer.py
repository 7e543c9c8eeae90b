"""The official damnit, asked over standard input: one JSON list [operation, argument, ...] a line, one JSON number of seconds for each."""

import json
import sys
import time

import numpy as np
from damnit import Damnit, submit


def table(directory):
    return Damnit(directory).table().shape


def send(directory, run, names, elements):
    for name in names:
        data = np.random.default_rng(1).random(elements) if elements > 1 else 1.5
        submit(1234, run, {name: data}, provenance="benchmark", damnit_dir=directory)


operations = {"table": table, "send": send}

print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    operation, *arguments = json.loads(line)
    begun = time.perf_counter()
    operations[operation](*arguments)
    print(json.dumps(time.perf_counter() - begun), flush=True)
