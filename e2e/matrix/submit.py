"""Hands the values of a context to the published `damnit.submit()`, as a program does that computes them itself.

Usage: submit.py CONTEXT FOLDER
"""

import sys

import damnit
from damnit.context import Cell
from read import variables_of

context, folder = sys.argv[1:]
values, errors = {"start_time": 1_700_000_000.5}, {}
for name, variable in variables_of(context).items():
    try:
        value = variable.func(None)
        cell = value if isinstance(value, Cell) else Cell(value, summary=variable.summary, units=variable.units)
    except Exception as error:
        errors[name] = error
    else:
        values[name] = cell
damnit.submit(1234, 1, values, provenance="matrix", errors=errors, damnit_dir=folder)
