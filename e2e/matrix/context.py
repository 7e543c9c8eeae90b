"""A value of every kind that can be stored, each by the function that makes it. `context.ts` beside has the same names."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from damnit_ctx import Cell, Skip, Variable

INTEGERS = np.arange(5, dtype=np.int64)
MATRIX = np.arange(12.0).reshape(3, 4)
TIMES = np.array(["2026-11-21T10:00:00", "2026-11-21T10:00:01", "2026-11-21T10:00:02.5"], "datetime64[ns]")


# A picture of which every pixel is known, in whatever way it is drawn.
PIXELS = (np.arange(20 * 40 * 4) % 251).astype(np.uint8).reshape(20, 40, 4)
PIXELS[..., 3] = 255


def _figure():
    figure = plt.figure(figsize=(1, 0.5), dpi=40)
    figure.figimage(PIXELS, origin="upper")
    return figure


# Numbers, truths, texts


@Variable
def integer(run):
    return 42


@Variable
def integer_smallest(run):
    return -(2**63)


@Variable
def integer_largest(run):
    return 2**63 - 1


@Variable
def integer_too_big(run):
    return 2**70


@Variable
def integer_byte(run):
    return np.int8(-7)


@Variable
def integer_unsigned(run):
    return np.uint16(65535)


@Variable
def floating(run):
    return 2.5


@Variable
def floating_whole(run):
    return 3.0


@Variable
def floating_single(run):
    return np.float32(0.1)


@Variable
def floating_half(run):
    return np.float16(0.5)


@Variable
def floating_nan(run):
    return float("nan")


@Variable
def floating_infinite(run):
    return float("inf")


@Variable
def floating_minus_infinite(run):
    return float("-inf")


@Variable
def truth(run):
    return True


@Variable
def untruth(run):
    return np.bool_(False)


@Variable
def imaginary(run):
    return 1 - 2j


@Variable
def imaginary_single(run):
    return np.complex64(1 - 2j)


@Variable
def no_dimensions(run):
    return np.array(7)


@Variable
def text(run):
    return "plain"


@Variable
def text_empty(run):
    return ""


@Variable
def text_unicode(run):
    return "Grüße, 光 🙂\nsecond line"


@Variable
def text_like_a_number(run):
    return "NaN"


@Variable
def some_bytes(run):
    return b"abc"


# Arrays


@Variable
def list_of_numbers(run):
    return [1.5, 2, 3]


@Variable
def line(run):
    return np.array([1, 5, np.nan, np.inf, 3])


@Variable
def line_long(run):
    return np.arange(1000) ** 2 / 7


@Variable
def line_integer(run):
    return np.array([1, 2**60, -3])


@Variable
def line_byte(run):
    return np.array([-128, 127], np.int8)


@Variable
def line_unsigned(run):
    return np.array([0, 2**64 - 1], np.uint64)


@Variable
def line_bool(run):
    return np.array([True, False, True])


@Variable
def line_complex(run):
    return np.array([1 + 2j, 3 + 4j])


@Variable
def line_empty(run):
    return np.zeros(0, np.float32)


@Variable
def line_of_one(run):
    return np.array([4.5])


@Variable
def matrix(run):
    return MATRIX


@Variable
def matrix_single(run):
    return np.array([[1, 2], [3, np.nan]], np.float32)


@Variable
def matrix_complex(run):
    return np.array([[1 + 1j, 2], [3, 4 - 1j]], np.complex64)


@Variable
def matrix_bool(run):
    return np.eye(2, dtype=bool)


@Variable
def matrix_integer(run):
    return np.arange(6, dtype=np.uint16).reshape(2, 3)


@Variable
def matrix_empty(run):
    return np.zeros((0, 3))


@Variable
def cube(run):
    return np.arange(30.0).reshape(2, 3, 5)


@Variable
def colours(run):
    return np.arange(12, dtype=np.uint8).reshape(2, 2, 3)


@Variable
def records(run):
    return np.array([(1, 2.5), (3, 4.5)], [("a", np.int64), ("b", np.float64)])


@Variable
def words(run):
    return np.array([b"ab", b"cde"])


# Labelled arrays


@Variable
def labelled_number(run):
    return xr.DataArray(7.0)


@Variable
def labelled_line(run):
    coords = {"energy": ("energy", [9, 9.5, 10], {"units": "keV"}), "scan": "second", "channel": ("energy", [7, 8, 9])}
    attrs = {"units": "counts", "gain": 2.5, "note": "Größe", "limits": [1, 2, 3]}
    return xr.DataArray(np.array([1, 2, 3], np.float32), coords, "energy", "spectrum", attrs)


@Variable
def labelled_nameless(run):
    return xr.DataArray([1.0, 4, 2], dims="x")


@Variable
def labelled_matrix(run):
    return xr.DataArray(MATRIX, {"x": [1, 2, 3, 4]}, ("y", "x"))


@Variable
def labelled_cube(run):
    return xr.DataArray(np.arange(30.0).reshape(2, 3, 5), dims=("a", "b", "c"))


@Variable
def labelled_like_its_coordinate(run):
    return xr.DataArray(np.array([5, 6], np.int32), {"t": [0.0, 1]}, "t", "t")


@Variable
def labelled_bool(run):
    return xr.DataArray([False, True], dims="t")


@Variable
def labelled_complex(run):
    return xr.DataArray([1 + 2j, 3 + 4j], dims="t")


@Variable
def labelled_text(run):
    return xr.DataArray(["a", "bé"], dims="t")


@Variable
def labelled_over_texts(run):
    return xr.DataArray([1.0, 2, 3], {"x": ["a", "b", "c"]}, "x")


@Variable
def labelled_over_times(run):
    return xr.DataArray([1.0, 2, 3], {"time": TIMES}, "time")


@Variable
def several(run):
    counts, good = ("x", "y"), ("x",)
    return xr.Dataset(
        {"counts": (counts, np.arange(6.0).reshape(2, 3)), "good": (good, [True, False]), "label": "words"},
        {"x": [10.0, 20.0]},
        {"facility": "EuXFEL"},
    )


@Variable
def several_of_shared_scales(run):
    return xr.Dataset({"a": (("x", "y"), np.ones((2, 3))), "b": ("x", [1.0, 2]), "c": ("y", [1, 2, 3])}, {"x": [5, 6], "y": [7.0, 8, 9]})


@Variable
def several_none(run):
    return xr.Dataset()


# Tables and figures


@Variable
def frame(run):
    return pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan], "c": ["x", "yé"], "d": [True, False]})


@Variable
def frame_by_name(run):
    return pd.DataFrame({"a": [1.0, 2.0]}, index=pd.Index(["first", "second"], name="which"))


@Variable
def series(run):
    return pd.Series([1.0, 2.0, 4.0], name="s")


@Variable
def figure(run):
    return _figure()


@Variable
def plotly_figure(run):
    return Cell(go.Figure(go.Scatter(y=[1, 3, 2])), summary_value="a line")


# Cells: summaries, looks, previews


@Variable(summary="mean", units="mJ")
def cell_summary(run):
    return INTEGERS


@Variable
def cell_looks(run):
    return Cell(2.5, units="µJ", bold=True, background=[255, 0, 16])


@Variable
def cell_summary_number(run):
    return Cell(INTEGERS, summary_value=42.5)


@Variable
def cell_summary_text(run):
    return Cell(MATRIX, summary_value="peak at 3")


@Variable
def cell_summary_array(run):
    return Cell(INTEGERS, summary_value=np.arange(3))


@Variable
def cell_summary_only(run):
    return Cell(None, summary_value=11.5)


@Variable
def cell_preview_line(run):
    return Cell(np.zeros((3, 3, 3)), preview=np.array([8.0, 9]))


@Variable
def cell_preview_matrix(run):
    return Cell("words", preview=MATRIX)


@Variable
def cell_preview_labelled(run):
    return Cell(7, preview=xr.DataArray([1.0, 2], {"x": [5, 6]}, "x", "line"))


@Variable
def cell_preview_figure(run):
    return Cell(1.5, preview=_figure())


@Variable
def cell_preview_plotly(run):
    return Cell(3.5, preview=go.Figure(go.Scatter(y=[4, 5])), summary_value=3.5)


# No value


@Variable
def fails(run):
    raise ZeroDivisionError("division by zero")


@Variable
def skips(run):
    raise Skip("no beam")


@Variable
def nothing(run):
    return None
