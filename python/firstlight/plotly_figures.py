"""Plotly figures: their JSON, and a quick drawing of them that needs neither kaleido nor a browser."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from .figures import figure_thumbnail

LONGER_SIDE = 300
_WIDTH, _HEIGHT = 700, 500  # of a plotly figure that does not say


def plotly_json(figure: Any) -> bytes:
    """A figure as plotly's JSON, UTF-8."""
    return str(figure.to_json()).encode()


def plotly_thumbnail(figure: Any) -> bytes | str:
    """A figure as a PNG whose longer side is 300 pixels, or as words when there is no Matplotlib to draw it."""
    content = json.loads(plotly_json(figure))
    traces = content.get("data") or []
    if importlib.util.find_spec("matplotlib") is None:
        return f"Plotly figure: {', '.join(_kind(trace) for trace in traces) or 'empty'}"
    from matplotlib.figure import Figure

    layout = content.get("layout") or {}
    width, height = layout.get("width") or _WIDTH, layout.get("height") or _HEIGHT
    inches = LONGER_SIDE / 100 / max(width, height)
    drawing = Figure(figsize=(width * inches, height * inches), dpi=100, layout="constrained")
    axes = drawing.subplots()
    axes.tick_params(labelsize=6)
    for trace in traces:
        _draw(axes, trace)
    return figure_thumbnail(drawing)


def _kind(trace: Mapping[str, Any]) -> str:
    return str(trace.get("type", "scatter"))


def _draw(axes: Any, trace: Mapping[str, Any]) -> None:
    draw = _DRAWERS.get(_kind(trace).removesuffix("gl"), _draw_words)
    try:
        draw(axes, trace)
    except Exception:  # a figure can hold anything, and its JSON, which matters, is stored whole
        _draw_words(axes, trace)


def _draw_scatter(axes: Any, trace: Mapping[str, Any]) -> None:
    y = _values(trace.get("y"))
    x = _values(trace["x"]) if trace.get("x") is not None else np.arange(len(y))
    if "lines" in trace.get("mode", "lines"):
        axes.plot(x, y, linewidth=1)
    else:
        axes.plot(x, y, ".", markersize=3)


def _draw_bar(axes: Any, trace: Mapping[str, Any]) -> None:
    y = _values(trace.get("y"))
    axes.bar(_values(trace["x"]) if trace.get("x") is not None else np.arange(len(y)), y)


def _draw_histogram(axes: Any, trace: Mapping[str, Any]) -> None:
    axes.hist(_values(trace.get("x") if trace.get("x") is not None else trace.get("y")), bins=30)


def _draw_grid(axes: Any, trace: Mapping[str, Any]) -> None:
    axes.imshow(np.asarray(_values(trace["z"]), dtype=float), aspect="auto", origin="lower")


def _draw_image(axes: Any, trace: Mapping[str, Any]) -> None:
    axes.imshow(np.asarray(_values(trace["z"]), dtype=float) / 255)


def _draw_words(axes: Any, trace: Mapping[str, Any]) -> None:
    axes.text(0.5, 0.5, _kind(trace), transform=axes.transAxes, ha="center", fontsize=8)


_DRAWERS = {
    "scatter": _draw_scatter,
    "bar": _draw_bar,
    "histogram": _draw_histogram,
    "heatmap": _draw_grid,
    "contour": _draw_grid,
    "surface": _draw_grid,
    "image": _draw_image,
}


def _values(encoded: Any) -> np.ndarray:
    """Plotly writes arrays as lists or as base64 with a type."""
    if not isinstance(encoded, Mapping):
        return np.asarray(encoded)
    import base64

    shape = [int(length) for length in str(encoded.get("shape", "-1")).split(",")]
    return np.frombuffer(base64.b64decode(encoded["bdata"]), encoded["dtype"]).reshape(shape)
