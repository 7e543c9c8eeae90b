"""Variables of every sort, for the official desktop program to show."""

import numpy as np
import xarray as xr
from damnit_ctx import Cell, Skip, Variable


@Variable(title="Machine/Energy", units="mJ", description="Mean pulse energy.")
def energy(run, number: "meta#run_number"):
    return 1.23456 * number


@Variable(title="Machine/Small", units="V")
def small(run):
    return 1.23456e-7


@Variable(title="Large")
def large(run):
    return 123456.789


@Variable(title="Count")
def count(run):
    return 42


@Variable(title="Huge")
def huge(run):
    return 2**63 - 1


@Variable(title="Flag")
def flag(run):
    return True


@Variable(title="Not a number")
def nan(run):
    return float("nan")


@Variable(title="Text")
def text(run):
    return "Grüße, “beam”"


@Variable(title="Phase")
def phase(run):
    return 1 - 2j


@Variable(title="Mean", summary="mean")
def mean(run):
    return np.array([1.0, 2.0, 4.0])


@Variable(title="Line")
def line(run):
    return np.sin(np.arange(300.0))


@Variable(title="Image")
def image(run):
    return np.outer(np.arange(20.0), np.arange(30.0))


@Variable(title="Stack")
def stack(run):
    return np.zeros((3, 4, 5), "uint16")


@Variable(title="Labelled")
def labelled(run):
    return xr.DataArray([1.0, 2.0], dims=["x"], coords={"x": [10, 20]})


@Variable(title="Marked")
def marked(run):
    return Cell(3.5, bold=True, background="#aaffaa", summary_value=3.5)


@Variable(title="Failing")
def failing(run):
    raise ValueError("no beam")


@Variable(title="Behind")
def behind(run, value: "var#failing"):
    return value


@Variable(title="Left out")
def left_out(run):
    raise Skip("shutter closed")


@Variable(title="Odd runs")
def odd(run, number: "meta#run_number"):
    return number if number % 2 else None
