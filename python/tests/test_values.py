"""Single thoughts of the runner, without a process: lines, pictures, spreads, plans, trees."""

from __future__ import annotations

import io

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from firstlight.cell import Cell
from firstlight.failures import Failure, failure_of, missing_dependencies
from firstlight.plan import Node, dependencies, find_cycle, in_order, matching, promote, select
from firstlight.png import png
from firstlight.summaries import kind_of, max_difference, summary_of, wire_summary
from firstlight.thumbnail import thumbnail
from firstlight.trendline import peaks, trendline
from firstlight.wire import Input


def test_a_short_line_is_kept_and_a_long_one_keeps_its_peaks():
    assert trendline(np.array([1, 5, 2])).tolist() == [[0, 1, 2], [1, 5, 2]]
    noise = np.random.default_rng(1).normal(size=100_000)
    noise[54_321] = 50
    noise[77_777] = -50
    line = trendline(noise)
    assert line.dtype == np.float64
    assert 120 <= line.shape[1] <= 300
    assert line[1].max() == 50
    assert line[1].min() == -50
    assert (line[0, 0], line[0, -1]) == (0, 99_999)
    assert np.all(np.diff(line[0]) > 0)
    assert np.array_equal(noise[line[0].astype(int)], line[1])


@pytest.mark.parametrize("length", [0, 1, 2, 3, 239, 240, 241, 359, 360, 1000, 1001, 4096])
@pytest.mark.parametrize("shape", ["rising", "flat", "alternating", "random"])
def test_kept_points_are_in_order_and_no_more_than_shown(length, shape):
    values = {
        "rising": np.arange(length),
        "flat": np.zeros(length),
        "alternating": np.arange(length) % 2,
        "random": np.random.default_rng(length).normal(size=length),
    }[shape].astype(float)
    line = trendline(values)
    assert line.shape[0] == 2
    assert line.shape[1] <= 300
    assert np.all(np.diff(line[0]) > 0)
    if length:
        assert line[0, -1] == length - 1
        assert (line[1].max(), line[1].min()) == (values.max(), values.min())
    assert np.array_equal(peaks(values, 1), np.arange(length))


def test_lines_are_drawn_over_their_own_coordinate():
    times = np.array(["1970-01-01T00:00:02", "1970-01-01T00:00:01"], "datetime64[ns]")
    assert trendline(np.array([5.0, 6.0]), times).tolist() == [[1, 2], [6, 5]]
    assert trendline(np.array([5.0, 6.0]), np.array(["a", "b"])).tolist() == [[0, 1], [5, 6]]
    assert trendline(np.array([1.0, np.nan, np.inf, 2.0])).tolist() == [[0, 3], [1, 2]]


def test_a_png_holds_its_pixels():
    pixels = np.random.default_rng(1).integers(0, 256, (7, 5, 4), np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(pixels)))), pixels)


@pytest.mark.parametrize("shape", [(1, 1), (300, 300), (299, 301), (2, 5000), (1000, 900)])
def test_thumbnails_are_300_pixels_square_whatever_the_shape(shape):
    image = Image.open(io.BytesIO(thumbnail(np.random.default_rng(1).normal(size=shape))))
    assert (image.size, image.mode) == ((300, 300), "RGBA")


def test_a_few_hot_pixels_do_not_hide_a_picture():
    quiet = np.tile(np.linspace(0, 1, 300), (300, 1))
    hot = quiet.copy()
    hot[0, :10] = 1e9
    quiet_pixels, hot_pixels = (np.asarray(Image.open(io.BytesIO(thumbnail(image)))) for image in (quiet, hot))
    difference = np.abs(quiet_pixels[1:].astype(int) - hot_pixels[1:]).max()
    assert difference < 10


def test_pictures_of_labelled_arrays_grow_upwards_and_to_the_right():
    pixels = np.zeros((3, 4))
    pixels[0, 0] = 1

    def corners(**coordinates: list[int]) -> list[bool]:
        summary = summary_of(Cell(xr.DataArray(pixels, dims=["y", "x"], coords=coordinates)), "image")
        image = np.asarray(Image.open(io.BytesIO(summary.tobytes())))
        return [bool(image[row, column, 0] > 200) for row, column in ((0, 0), (0, -1), (-1, 0), (-1, -1))]

    assert corners() == [False, False, True, False]
    assert corners(y=[3, 2, 1]) == [True, False, False, False]
    assert corners(x=[4, 3, 2, 1]) == [False, False, False, True]


@pytest.mark.parametrize(
    ("data", "spread"),
    [
        (np.array([-128, 127], np.int8), 255.0),
        (np.array([0, 2**64 - 1], np.uint64), float(2**64 - 1)),
        (np.array([1.0, np.nan, 4.0]), 3.0),
        (np.array([True, False]), None),
        (np.array([5.0]), None),
        (np.array(5.0), None),
        ("text", None),
        (None, None),
        (xr.DataArray([1, 5]), 4.0),
        (xr.DataArray(["a", "b"]), None),
        (xr.Dataset({"a": [1, 2]}), None),
    ],
)
def test_the_spread_is_of_all_numbers(data, spread):
    assert max_difference(data) == spread


def test_the_spread_of_gaps_alone_is_no_number():
    assert np.isnan(max_difference(np.full(3, np.nan)))


@pytest.mark.parametrize(
    ("data", "wire", "kind"),
    [
        (3, 3, "int64"),
        (2**53 - 1, 2**53 - 1, "int64"),
        (2**53, {"int": str(2**53)}, "int64"),
        (-(2**63), {"int": str(-(2**63))}, "int64"),
        (0.1, 0.1, "float64"),
        (np.float32(0.1), float(np.float32(0.1)), "float32"),
        (float("nan"), "NaN", "float64"),
        (-np.inf, "-Infinity", "float64"),
        (True, True, "bool"),
        (1 + 2j, {"re": 1.0, "im": 2.0}, "complex128"),
        ("NaN", {"text": "NaN"}, "text"),
        (b"abc", {"text": "abc"}, "text"),
        ([1, 2], {"trendline": {"x": [0.0, 1.0], "y": [1.0, 2.0]}}, "int64 (2,)"),
        (np.zeros((2, 3, 4)), {"text": "float64: (2, 3, 4)"}, "float64 (2, 3, 4)"),
        (np.array([(1, 2)], "i8,f8"), {"text": "<trendline error>"}, "[('f0', '<i8'), ('f1', '<f8')] (1,)"),
        (xr.Dataset({"a": [1, 2]}), {"text": "Dataset (0.00MB)"}, "Dataset"),
        (None, None, None),
    ],
)
def test_summaries_and_kinds_on_the_wire(data, wire, kind):
    cell = Cell(data)
    assert wire_summary(summary_of(cell, "x")) == wire
    assert kind_of(cell.data) == kind


def test_a_summary_with_several_elements_only_says_what_it_is():
    assert wire_summary(np.arange(3)) == {"array": {"dtype": "int64", "shape": [3]}}


def test_a_very_long_text_is_cut_on_the_wire_only():
    text = "x" * 100_000
    assert len(wire_summary(summary_of(Cell(text), "x"))["text"]) < 66_000
    assert summary_of(Cell(text), "x") == text


def test_trees_tell_why_dependants_have_no_value():
    deep = missing_dependencies(["a", "b"], [("a", Failure("ValueError", "one\ntwo")), ("b", Failure("Skip", ""))])
    outer = missing_dependencies(["c", "d"], [("c", deep), ("d", Failure("KeyError", "'k'"))])
    assert outer.error_class == "DependencyError"
    assert outer.message == "\n".join(
        [
            "Skipped due to missing dependency:",
            "├ (c) skipped",
            "│  ├ (a) failed: ValueError: one",
            "│  │  two",
            "│  └ (b) failed: Skip",
            "└ (d) failed: KeyError: 'k'",
        ]
    )
    assert missing_dependencies(["a"], []) == Failure("Skip", "Dependencies returned no data:\n- 'a'")
    assert missing_dependencies(["a"], [("a", Failure("Cancelled", "by Anna"))]).error_class == "Skip"


def test_an_exception_that_cannot_be_shown_is_still_told():
    class Silent(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert failure_of(Silent()).error_class == "Silent"
    assert failure_of(SystemExit(3)) == Failure("SystemExit", "exit(3) was called")


def _nodes(**needs: list[str]) -> dict[str, Node]:
    return {name: Node(name, tuple(Input("x", "var", other, False) for other in others), None, False) for name, others in needs.items()}


def test_variables_run_level_by_level_as_they_are_defined():
    graph = dependencies(_nodes(z=["y"], y=["x"], x=[], b=[], a=["b", "x"]))
    assert in_order(graph) == ["x", "b", "y", "a", "z"]


def test_cycles_are_found_and_globs_include_the_variable_itself():
    assert find_cycle(dependencies(_nodes(a=["b"], b=["a"]))) in (["a", "b", "a"], ["b", "a", "b"])
    assert find_cycle(dependencies(_nodes(a=["*"]))) == ["a", "a"]
    assert find_cycle(dependencies(_nodes(a=["b"], b=[]))) is None


def test_needs_spread_to_dependants_and_selection_adds_dependencies():
    nodes = _nodes(base=[], calibrated=["base"], after=["calibrated"], heavy=[], after_heavy=["heavy", "base"])
    nodes["calibrated"] = Node("calibrated", nodes["calibrated"].inputs, "proc", False)
    nodes["heavy"] = Node("heavy", (), None, True)
    graph = dependencies(nodes)
    promoted = promote(nodes, graph)
    assert [name for name, needs in promoted.items() if needs.data == "proc"] == ["calibrated", "after"]
    assert [name for name, needs in promoted.items() if needs.cluster] == ["heavy", "after_heavy"]
    assert select(graph, promoted, "raw", None) == ["base", "heavy", "after_heavy"]
    assert select(graph, promoted, "proc", None) == ["base", "calibrated", "after"]
    assert select(graph, promoted, "all", ["after"]) == ["base", "calibrated", "after"]
    assert select(graph, promoted, "raw", ["after"]) == []


def test_globs_are_those_of_the_shell_and_case_matters():
    assert matching("a?[xy]*", ["abx", "aby1", "abz", "Abx"]) == ["abx", "aby1"]


def test_an_array_that_is_a_subclass_of_text_is_text():
    assert summary_of(Cell(np.str_("words")), "x") == "words"
